/**
 * One wait out of work, a signal and a time limit.
 *
 * @module
 */
import { type ErrorOutcome, TimeoutError } from "../errors.ts";
import { fromCaller } from "./call_site.ts";

/** What may end a wait early. */
export interface Limits<T = unknown> {
  /** Its abort ends the wait, which rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** A second such signal: that what is waited for can never come. */
  readonly ended?: AbortSignal | undefined;
  /** Time limit in milliseconds; 0 or undefined = none. */
  readonly timeoutMs?: number | undefined;
  /** What is waited for, for the message of the {@linkcode TimeoutError}: `"the reply to conn"`. */
  readonly what: string;
  /** Outcome the {@linkcode TimeoutError} tells. Default `"unknown"`. */
  readonly outcome?: ErrorOutcome | undefined;
  /** Request id the {@linkcode TimeoutError} tells. */
  readonly reqId?: bigint | undefined;
  /** Takes a value that comes after the wait has ended early, to release what it holds. */
  readonly onLate?: (value: T) => void;
}

/**
 * Runs work that a signal or a time limit may end early. Timer and listener are gone when the wait settles, and a
 * failure of the work after that is not reported as unhandled.
 *
 * @param limits What may end the wait. A signal that is aborted already keeps the work from starting.
 * @param work The work; its own signal aborts when the wait ends early, with the reason the wait rejects with.
 * @returns What the work gives.
 * @throws {TimeoutError} When the time limit runs out; an abort rejects with `signal.reason`.
 */
export async function withDeadline<T>(
  limits: Limits<T>,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  limits.signal?.throwIfAborted();
  limits.ended?.throwIfAborted();
  const controller = new AbortController();
  const working = Promise.resolve(work(controller.signal));
  try {
    return await firstOf(limits, working, controller);
  } catch (error) {
    throw fromCaller(error);
  }
}

/** The work's end, or what ends the wait early. */
function firstOf<T>(
  limits: Limits<T>,
  working: Promise<T>,
  controller: AbortController,
): Promise<T> {
  const { signal, ended, timeoutMs = 0, onLate } = limits;
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const settle = () => {
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      ended?.removeEventListener("abort", onEnded);
    };
    const endEarly = (reason: unknown) => {
      settle();
      reject(reason);
      controller.abort(reason);
    };
    const onAbort = () => endEarly(signal?.reason);
    const onEnded = () => endEarly(ended?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    ended?.addEventListener("abort", onEnded, { once: true });
    if (timeoutMs > 0) timer = setTimeout(() => endEarly(timedOut(limits)), timeoutMs);
    const onValue = (value: T) => {
      if (isOver) return onLate?.(value);
      settle();
      resolve(value);
    };
    const onFailure = (reason: unknown) => {
      settle();
      reject(reason);
    };
    working.then(onValue, onFailure);
    // The work itself may have aborted the signal, and then nobody calls the listener.
    if (signal?.aborted) onAbort();
  });
}

/**
 * Aborts a controller when a signal of somebody else's does. `AbortSignal.any` would do that too, but leaves a trace on
 * the signal for as long as that lives, which may be the whole program.
 *
 * @param controller The controller.
 * @param signal The signal; undefined for none.
 * @returns Lets go of the signal.
 */
export function followSignal(
  controller: AbortController,
  signal: AbortSignal | undefined,
): () => void {
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => signal?.removeEventListener("abort", onAbort);
}

function timedOut({ what, timeoutMs, outcome, reqId }: Limits<never>): TimeoutError {
  return new TimeoutError(`${what}: not done within ${timeoutMs} ms`, { outcome, reqId });
}
