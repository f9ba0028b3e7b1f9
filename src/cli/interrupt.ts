/**
 * Ctrl-C: the first one lets a command tidy up, the second one ends the process.
 *
 * @module
 */

import process from "node:process";

/** The command was interrupted; says nothing when it ends the process. */
export class Interrupted extends Error {
  override name = "Interrupted";
  /** 128 and the number of the signal, as shells count. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

/** Listens for an interruption until it is disposed of. */
export interface Interruption extends Disposable {
  /** Aborted with an {@linkcode Interrupted} as its reason. */
  readonly signal: AbortSignal;
}

/** Starts to listen for SIGINT (Ctrl-C) and SIGTERM; the signal after the first ends the process as always. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const onInt = () => stop(130);
  const onTerm = () => stop(143);
  const forget = () => {
    process.removeListener("SIGINT", onInt);
    process.removeListener("SIGTERM", onTerm);
  };
  const stop = (exitCode: number) => {
    forget();
    controller.abort(new Interrupted(exitCode));
  };
  process.on("SIGINT", onInt);
  process.on("SIGTERM", onTerm);
  return { signal: controller.signal, [Symbol.dispose]: forget };
}
