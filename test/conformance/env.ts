/**
 * Where the server under test is. Nothing is started here: `npm test` starts the embedded server once for all runtimes.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { buildLibrary, hasCompiler } from "../native/build.mjs";

/** URL of the server under test: TDENGINE_TEST_URL, or a server on the usual port. */
export const testUrl: string = process.env["TDENGINE_TEST_URL"] ?? "ws://localhost:6041";

/** The library under test, and how it is reached. */
export interface NativeTarget {
  /** Path of the library. */
  readonly library: string;
  /** Folder of its taos.cfg; undefined = its default. */
  readonly configDir: string | undefined;
  /** Host and port of the server. */
  readonly host: string;
  /** Whether the library is the stand-in, which can be told to fail. */
  readonly isStandIn: boolean;
}

/** A taos.cfg that names the server under test, as libtaos finds it without a host. */
function writeConfig(library: string, host: string): string {
  const folder = join(dirname(library), host.replace(":", "_"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "taos.cfg"), `firstEp ${host}\n`);
  return folder;
}

/**
 * The library that TDENGINE_TEST_LIBTAOS, TDENGINE_TEST_CFG and TDENGINE_TEST_NATIVE_HOST name, else the stand-in, which
 * is a client of the server under test. Undefined without a C compiler to make it.
 */
export function nativeTarget(): NativeTarget | undefined {
  const { TDENGINE_TEST_LIBTAOS, TDENGINE_TEST_CFG, TDENGINE_TEST_NATIVE_HOST } = process.env;
  if (TDENGINE_TEST_LIBTAOS) {
    return {
      library: TDENGINE_TEST_LIBTAOS,
      configDir: TDENGINE_TEST_CFG,
      host: TDENGINE_TEST_NATIVE_HOST ?? "localhost:6030",
      isStandIn: false,
    };
  }
  if (!hasCompiler()) return undefined;
  const { host } = new URL(testUrl);
  const library = buildLibrary();
  return { library, configDir: writeConfig(library, host), host, isStandIn: true };
}

/** URL of the target. */
export function nativeUrl(target: NativeTarget | undefined = nativeTarget()): string {
  if (target === undefined) throw new Error("there is no libtaos under test");
  const { library, configDir, host } = target;
  const config = configDir === undefined ? "" : `&configDir=${encodeURIComponent(configDir)}`;
  return `taos+native://${host}/?library=${encodeURIComponent(library)}${config}`;
}

/** Path of the stand-in, when that is the library under test. */
export function standIn(): string | undefined {
  const target = nativeTarget();
  return target?.isStandIn ? target.library : undefined;
}
