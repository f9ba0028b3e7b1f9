/**
 * Where the server under test is. Nothing is started here: `npm test` starts the embedded server once for all runtimes.
 *
 * @module
 */
import process from "node:process";
import { buildLibrary } from "../native/build.mjs";

/** URL of the server under test: TDENGINE_TEST_URL, or a server on the usual port. */
export const testUrl: string = process.env["TDENGINE_TEST_URL"] ?? "ws://localhost:6041";

/**
 * URL of the server under test for the native transport: the library and server that TDENGINE_TEST_LIBTAOS,
 * TDENGINE_TEST_CFG and TDENGINE_TEST_NATIVE_HOST name, else the stand-in, which is a client of the server under test.
 */
export function nativeUrl(): string {
  const { TDENGINE_TEST_LIBTAOS, TDENGINE_TEST_CFG, TDENGINE_TEST_NATIVE_HOST } = process.env;
  const isReal = TDENGINE_TEST_LIBTAOS !== undefined;
  const library = encodeURIComponent(TDENGINE_TEST_LIBTAOS ?? buildLibrary());
  const host = TDENGINE_TEST_NATIVE_HOST ?? (isReal ? "localhost:6030" : new URL(testUrl).host);
  const config = TDENGINE_TEST_CFG ? `&configDir=${encodeURIComponent(TDENGINE_TEST_CFG)}` : "";
  return `taos+native://${host}/?library=${library}${config}`;
}

/** Path of the stand-in, when that is the library under test. */
export function standIn(): string | undefined {
  return process.env["TDENGINE_TEST_LIBTAOS"] === undefined ? buildLibrary() : undefined;
}
