/**
 * How the requests of consumers fail.
 *
 * @module
 */
import { ConnectionError } from "../../errors.ts";
import { requestError, TaosFailure } from "./failure.ts";
import type { NativeLibrary } from "./library.ts";

/** The failure behind a code; its text must be read in the thread of the call, before any other call. */
export function codeFailure({ functions, text }: NativeLibrary, code: number): TaosFailure {
  return new TaosFailure(code, text(functions.tmq_err2str(code)));
}

/** The error of a consumer's request. A network failure is the connection's, the rest the subscription's. */
export function consumerError(error: unknown, reqId: bigint): unknown {
  const failure = requestError(error, { context: "connect", reqId });
  return failure instanceof ConnectionError
    ? failure
    : requestError(error, { context: "tmq", reqId });
}
