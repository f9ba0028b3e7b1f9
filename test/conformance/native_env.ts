/**
 * The libtaos under test, and the conformance cases through it; for runtimes that have FFI.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { buildLibrary, hasCompiler } from "../native/build.mjs";
import { testUrl } from "./env.ts";
import { casesOn, everything, type RunnableCase } from "./runner.ts";

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

/** The same cases through libtaos, for the runtimes that have FFI: all that WebSocket can but several hosts. */
export function nativeCases(): RunnableCase[] {
  if (nativeTarget() === undefined) return [];
  const url = nativeUrl();
  return casesOn({ key: "native", suffix: " (native)", url, adminUrl: url, available: everything });
}

/** Tells the count of native cases; .scripts/test.mjs compares it between the runtimes that have FFI. */
export function announceNative(count: number, runtime: string): void {
  console.log(`native: ${count} cases on ${runtime}`);
}
