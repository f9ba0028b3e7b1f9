/**
 * Writes that wait for room, in their order.
 *
 * @module
 */
import { TimeoutError } from "../errors.ts";
import { fromCaller } from "../internal/call_site.ts";
import { createDeferred } from "../internal/deferred.ts";
import type { WriterData } from "./intake.ts";
import type { WaitOptions } from "./writer_options.ts";

/** A write that waits. */
export interface Waiter {
  readonly data: WriterData;
  /** Whether the table was, or will be, asked for its columns after this write came. */
  isFresh: boolean;
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A queue whose members may leave early. */
export class WaitingRoom {
  readonly #waiters = new Set<Waiter>();
  readonly #onLeave: () => void;

  /** `onLeave` is called when somebody has left early. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /** Who came first. */
  get first(): Waiter | undefined {
    return this.#waiters.values().next().value;
  }

  /** Waits. Who leaves by the signal or the time limit has not been admitted: one excludes the other. */
  async join(
    data: WriterData,
    isFresh: boolean,
    { signal, timeoutMs = 0 }: WaitOptions,
  ): Promise<void> {
    const { promise, resolve, reject } = createDeferred<void>();
    const waiter: Waiter = { data, isFresh, settled: promise, resolve: () => resolve(), reject };
    const leave = (reason: unknown) => {
      if (!this.#waiters.delete(waiter)) return;
      reject(reason);
      this.#onLeave();
    };
    const onAbort = () => leave(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const onTime = () =>
      leave(
        new TimeoutError(`room in the writer: none within ${timeoutMs} ms`, {
          outcome: "not-sent",
        }),
      );
    const timer = timeoutMs > 0 ? setTimeout(onTime, timeoutMs) : undefined;
    this.#waiters.add(waiter);
    try {
      await promise;
    } catch (error) {
      throw fromCaller(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Admits the first one, or refuses it. */
  dismiss(waiter: Waiter, error?: unknown): void {
    this.#waiters.delete(waiter);
    if (error === undefined) waiter.resolve();
    else waiter.reject(error);
  }

  /** Refuses all. */
  dismissAll(error: unknown): void {
    for (const waiter of this.#waiters) this.dismiss(waiter, error);
  }

  /** Resolves when those who wait now are admitted or gone. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#waiters].map(({ settled }) => settled));
  }
}
