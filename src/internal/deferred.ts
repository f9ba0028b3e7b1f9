/**
 * A promise together with the functions that settle it.
 *
 * @module
 */

/** What `Promise.withResolvers()` gives; Node 20 has no such function. */
export interface Deferred<T> {
  /** The promise. */
  readonly promise: Promise<T>;
  /** Fulfils the promise. */
  readonly resolve: (value: T | PromiseLike<T>) => void;
  /** Rejects the promise. */
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes a promise that is settled from outside.
 *
 * @returns The promise and its two functions.
 */
export function createDeferred<T>(): Deferred<T> {
  let resolve!: Deferred<T>["resolve"];
  let reject!: Deferred<T>["reject"];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
