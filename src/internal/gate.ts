/**
 * A gate that many may pass together, or one alone.
 *
 * @module
 */
import { type Limits, withDeadline } from "./abort.ts";
import { fromCaller } from "./call_site.ts";
import { createDeferred } from "./deferred.ts";

type Leave = () => void;

interface Waiter {
  readonly alone: boolean;
  readonly enter: (leave: Leave) => void;
}

/** Lets work pass in the order of asking: any number side by side, or one piece of work by itself. */
export class Gate {
  #inside = 0;
  #alone = false;
  #waiting: Waiter[] = [];

  /** Runs work beside other shared work. */
  shared<T>(limits: Limits<never>, work: () => Promise<T>): Promise<T> {
    return this.#pass(false, limits, work);
  }

  /** Runs work alone: after all that came before, and before all that comes later. */
  alone<T>(limits: Limits<never>, work: () => Promise<T>): Promise<T> {
    return this.#pass(true, limits, work);
  }

  /** Like `alone`, but the gate stays shut until the work's result calls `leave`; a failure opens it at once. */
  async hold<T>(limits: Limits<never>, work: (leave: () => void) => Promise<T>): Promise<T> {
    const leave = this.#tryEnter(true) ?? await this.#queue(true, limits);
    try {
      return await work(leave);
    } catch (error) {
      leave();
      throw fromCaller(error);
    }
  }

  async #pass<T>(alone: boolean, limits: Limits<never>, work: () => Promise<T>): Promise<T> {
    const leave = this.#tryEnter(alone) ?? await this.#queue(alone, limits);
    try {
      return await work();
    } catch (error) {
      throw fromCaller(error);
    } finally {
      leave();
    }
  }

  async #queue(
    alone: boolean,
    { signal, ended, timeoutMs, what, reqId }: Limits<never>,
  ): Promise<Leave> {
    const { promise, resolve: enter } = createDeferred<Leave>();
    const waiter: Waiter = { alone, enter };
    const onLate = (leave: Leave) => leave();
    const limits = { signal, ended, timeoutMs, what, reqId, outcome: "not-sent", onLate } as const;
    this.#waiting.push(waiter);
    try {
      return await withDeadline<Leave>(limits, () => promise);
    } catch (error) {
      // Who has given up must not hold up those behind.
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      this.#admit();
      throw error;
    }
  }

  #tryEnter(alone: boolean): Leave | undefined {
    return this.#waiting.length === 0 && this.#isFree(alone) ? this.#enter(alone) : undefined;
  }

  #isFree(alone: boolean): boolean {
    return alone ? this.#inside === 0 : !this.#alone;
  }

  #enter(alone: boolean): Leave {
    this.#inside++;
    this.#alone = alone;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#inside--;
      this.#alone = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#isFree(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.enter(this.#enter(next.alone));
    }
  }
}
