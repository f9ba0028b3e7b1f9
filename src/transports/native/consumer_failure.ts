/**
 * Failures of the functions that return codes.
 *
 * @module
 */
import { TaosFailure } from "./failure.ts";
import type { NativeLibrary } from "./library.ts";

/** The failure behind a code; its text must be read in the thread of the call, before any other call. */
export function codeFailure({ functions, text }: NativeLibrary, code: number): TaosFailure {
  return new TaosFailure(code, text(functions.tmq_err2str(code)));
}
