/**
 * Where the caller stands, for the stacks of errors. An error is made where a reply or a timer comes in, or deep inside of
 * this package, and its own stack would end before the caller's line.
 *
 * @module
 */
import { TaosError } from "../errors.ts";

/** A place in the program; its stack becomes text only when it is read, or what the program makes of stacks. */
export interface CallSite {
  readonly stack?: unknown;
}

type Capture = (site: CallSite, below?: (...args: never[]) => unknown) => void;

/**
 * Remembers who called.
 *
 * @param below A function on the stack: the callers of it are remembered. Default: all.
 * @returns The place; without a stack in engines that cannot tell.
 */
export function callSite(below?: (...args: never[]) => unknown): CallSite {
  const site: CallSite = {};
  (Error as { captureStackTrace?: Capture }).captureStackTrace?.(site, below ?? callSite);
  return site;
}

/**
 * Gives an error of this package the stack of a caller; any other value stays as it is.
 *
 * @param error What was thrown.
 * @param site Where the caller stands. Default: here, and in V8 whoever awaits what is running here.
 * @returns The error, to be thrown.
 */
export function fromCaller(error: unknown, site: CallSite = callSite(fromCaller)): unknown {
  if (!(error instanceof TaosError)) return error;
  const frames = String(site.stack).match(/^ +at .*$/gm);
  if (frames) error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
  return error;
}
