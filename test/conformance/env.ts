/**
 * Where the server under test is. Nothing is started here: `npm test` starts the embedded server once for all runtimes.
 *
 * @module
 */
import process from "node:process";

/** URL of the server under test: TDENGINE_TEST_URL, or a server on the usual port. */
export const testUrl: string = process.env["TDENGINE_TEST_URL"] ?? "ws://localhost:6041";
