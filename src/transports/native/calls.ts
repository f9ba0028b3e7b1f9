/**
 * The calls that are under way in all threads, counted in memory that the threads share. When the process ends, libtaos
 * frees what it has (it registers taos_cleanup() with atexit), also what a call of another thread is using: so the end
 * waits for such calls a while, and lets no other begin.
 *
 * @module
 */
import { UsageFailure } from "./failure.ts";

/** The count, and whether the end has begun. */
export type Calls = Int32Array<SharedArrayBuffer>;

const [count, ended] = [0, 1] as const;
const members = 2;
/** Limit of the wait at the end, and how often calls are stopped meanwhile. */
const endWaitMs = 2_000;
const againMs = 50;

/** A count of none. */
export function countCalls(): Calls {
  return new Int32Array(new SharedArrayBuffer(members * Int32Array.BYTES_PER_ELEMENT));
}

/** Runs work of a thread that calls libtaos. Throws when the process is ending. */
export function duringCall<T>(calls: Calls, work: () => T): T {
  Atomics.add(calls, count, 1);
  try {
    if (Atomics.load(calls, ended) !== 0) throw new UsageFailure("the process is ending");
    return work();
  } finally {
    Atomics.sub(calls, count, 1);
    Atomics.notify(calls, count);
  }
}

/**
 * Begins the end: waits, without letting the event loop run, until no call is under way, or for a while.
 *
 * @param stop Stops what can be stopped.
 */
export function endCalls(calls: Calls, stop: () => void): void {
  Atomics.store(calls, ended, 1);
  const end = performance.now() + endWaitMs;
  for (;;) {
    const underWay = Atomics.load(calls, count);
    if (underWay === 0 || performance.now() > end) return;
    stop();
    Atomics.wait(calls, count, underWay, againMs);
  }
}
