/**
 * Fetches messages ahead, and hands them to those who wait. One poll is under way at a time; it is a short one, so that
 * other requests, and the end, do not have to wait long.
 *
 * @module
 */
import { withDeadline } from "../internal/abort.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { Message } from "./message.ts";

/** How long the server waits for a message, in milliseconds. */
export const pollWaitMs = 250;

/** What ends a wait for a message. */
export interface TakeLimits {
  /** After so many milliseconds there is none; `Infinity` = wait. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A time limit that is an error. */
  readonly limitMs?: number | undefined;
  /** Id of the first request that is made for this wait. */
  readonly reqId?: bigint | undefined;
}

interface Waiter extends Deferred<Message | null> {
  readonly deadlineMs: number;
  /** Undefined once a request has had it. */
  reqId: bigint | undefined;
}

/** Fetches the next message; undefined when it is to be tried again. */
export type PumpStep = (
  waitMs: number,
  reqId: bigint | undefined,
) => Promise<Message | null | undefined>;

/** The queue between polls and the application. */
export class Pump {
  readonly #step: PumpStep;
  readonly #prefetch: number;
  #queue: Message[] = [];
  #waiters: Waiter[] = [];
  #isRunning = false;
  #isPaused = false;
  /** Whether nothing is worth fetching ahead: the last poll brought nothing, or the application has not begun. */
  #isDry = true;
  /** Why there are no more messages. */
  #stopped: { readonly error: unknown } | undefined;
  #wake = () => {};

  constructor(step: PumpStep, prefetch: number) {
    this.#step = step;
    this.#prefetch = prefetch;
  }

  /** Whether there are no more messages. */
  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** The next message; null when none comes in time. */
  async take(limits: TakeLimits): Promise<Message | null> {
    limits.signal?.throwIfAborted();
    if (this.#stopped !== undefined) throw this.#stopped.error;
    const held = this.#isPaused || this.#waiters.length > 0 ? undefined : this.#queue.shift();
    if (held !== undefined) {
      this.#given();
      return held;
    }
    return await this.#wait(limits);
  }

  async #wait({ timeoutMs, signal, limitMs, reqId }: TakeLimits): Promise<Message | null> {
    const waiter: Waiter = {
      ...createDeferred<Message | null>(),
      deadlineMs: performance.now() + timeoutMs,
      reqId,
    };
    this.#waiters.push(waiter);
    const timer = timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => {
      if (this.#leave(waiter)) waiter.resolve(null);
    }, timeoutMs);
    const onLate = (message: Message | null) => {
      // It was handed over in the same moment as the wait was given up.
      if (message === null || this.#stopped !== undefined) return;
      this.#queue.unshift(message);
      this.#serve();
    };
    try {
      this.#kick();
      const what = "waiting for a message";
      return await withDeadline({ signal, timeoutMs: limitMs, what, onLate }, () => waiter.promise);
    } finally {
      clearTimeout(timer);
      this.#leave(waiter);
    }
  }

  /** Messages that were fetched ahead, in their order. */
  get held(): readonly Message[] {
    return this.#queue;
  }

  /** Drops messages that were fetched ahead, because the application or the server has moved. */
  discard(isUnwanted: (message: Message) => boolean = () => true): void {
    this.#queue = this.#queue.filter((message) => !isUnwanted(message));
    this.#wake();
    this.#kick();
  }

  /** Gives nothing and fetches nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
    this.#wake();
  }

  resume(): void {
    this.#isPaused = false;
    this.#serve();
    this.#kick();
  }

  /** Fails those who wait, and all who come. */
  stop(error: unknown): void {
    this.#stopped = { error };
    this.#queue = [];
    this.#rejectAll(error);
    this.#wake();
  }

  /** Begins anew after `stop`. */
  restart(): void {
    this.#stopped = undefined;
    this.#isDry = true;
  }

  #rejectAll(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Takes a waiter out; whether it was still in. */
  #leave(waiter: Waiter): boolean {
    const index = this.#waiters.indexOf(waiter);
    if (index >= 0) this.#waiters.splice(index, 1);
    return index >= 0;
  }

  #given(): void {
    this.#isDry = false;
    this.#kick();
  }

  #serve(): void {
    while (!this.#isPaused && this.#queue.length > 0 && this.#waiters.length > 0) {
      this.#isDry = false;
      this.#waiters.shift()!.resolve(this.#queue.shift()!);
    }
  }

  get #isWanted(): boolean {
    if (this.#stopped !== undefined || this.#isPaused) return false;
    return this.#waiters.length > 0 || !this.#isDry && this.#queue.length < this.#prefetch;
  }

  #kick(): void {
    if (this.#isRunning || !this.#isWanted) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted) await this.#once();
    } catch (error) {
      // Without anybody to tell, the next poll finds out for itself.
      this.#isDry = true;
      this.#rejectAll(error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #once(): Promise<void> {
    const waitMs = this.#waitMs();
    const startMs = performance.now();
    const message = await this.#step(waitMs, this.#takeReqId());
    if (message === undefined || this.#stopped !== undefined) return;
    if (message !== null) {
      this.#queue.push(message);
      return this.#serve();
    }
    this.#isDry = true;
    const tookMs = performance.now() - startMs;
    // A server that does not wait must not be asked without end.
    if (tookMs < waitMs / 2 && this.#isWanted) await this.#rest(waitMs - tookMs);
  }

  #takeReqId(): bigint | undefined {
    const [waiter] = this.#waiters;
    const reqId = waiter?.reqId;
    if (waiter !== undefined) waiter.reqId = undefined;
    return reqId;
  }

  /** What is fetched ahead may come late; without that, nobody is to wait longer than asked. */
  #waitMs(): number {
    const deadlineMs = this.#waiters[0]?.deadlineMs;
    if (this.#prefetch > 0 || deadlineMs === undefined) return pollWaitMs;
    return Math.ceil(Math.min(pollWaitMs, Math.max(0, deadlineMs - performance.now())));
  }

  async #rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
