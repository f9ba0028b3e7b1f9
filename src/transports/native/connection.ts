/**
 * One connection of libtaos, seen from the application's thread: its requests, what it has open, and its end.
 *
 * @module
 */
import { ClientCode, ConnectionError, InterfaceError } from "../../errors.ts";
import { type Limits, withDeadline } from "../../internal/abort.ts";
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import { type FailureDetails, requestError } from "./failure.ts";
import { insist } from "./insist.ts";
import type { Address } from "./library.ts";
import type { Ticket } from "./pool.ts";
import type { Lease } from "./process.ts";
import type { RequestArguments, RequestName, RequestValue } from "./requests.ts";

/** What is open on a connection and must be closed before it: a result or a statement. */
export interface OpenHandle {
  /** Request id of the query whose result it is; undefined for a statement. */
  readonly reqId?: bigint;
  /** Ends it without waiting. */
  free?(): void;
  /** Closes it, behind calls under way. Never rejects. */
  settle(): Promise<void>;
}

/** How a request is waited for. */
export interface Wait<T> extends Limits<T> {
  /** What is known of a failure. */
  readonly errors?: FailureDetails;
  /** Stops the call when the wait has ended early; called until it has returned. */
  readonly onAbandoned?: () => void;
}

/** Limit of the wait for calls under way. */
const closeWaitMs = 5_000;

/** A connection that is open. */
export class NativeConnection {
  readonly taos: Address;
  readonly lease: Lease;
  readonly #onClosed: () => void;
  readonly #open = new Set<OpenHandle>();
  /** Calls of the library. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** What may still open something when its call has returned. */
  readonly #operations = new Set<Promise<unknown>>();
  readonly #waiting = new Set<Deferred<never>>();
  /** How the statements under way are stopped, by request id. */
  readonly #running = new Map<bigint, () => boolean>();
  readonly #kill: () => void;
  #killCount = 0;
  #closing: Promise<void> | undefined;

  constructor(lease: Lease, taos: Address, onClosed: () => void) {
    this.lease = lease;
    this.taos = taos;
    this.#onClosed = onClosed;
    this.#kill = () => lease.library.functions.taos_kill_query(taos);
    lease.stops.add(this.#kill);
  }

  /** How often a call was killed: the library kills the statements that are idle too, for good. */
  get killCount(): number {
    return this.#killCount;
  }

  /** Remembers what must be closed before the connection. */
  hold(handle: OpenHandle): void {
    this.#open.add(handle);
  }

  /** Forgets what has been closed. */
  drop(handle: OpenHandle): void {
    this.#open.delete(handle);
  }

  /** Throws when the connection is closed. */
  requireOpen(reqId?: bigint): void {
    if (this.#closing === undefined) return;
    throw new ConnectionError("the connection is closed", {
      code: ClientCode.CONNECTION_CLOSED,
      outcome: "not-sent",
      reqId,
    });
  }

  /** Hands in a request on behalf of the connection, which waits for it before it closes. */
  submit<N extends RequestName>(
    name: N,
    args: RequestArguments<N>,
    transfer?: ArrayBuffer[],
    behind?: Ticket<unknown>,
  ): Ticket<RequestValue<N>> {
    const ticket = this.lease.pool.request(name, args, transfer, behind);
    track(this.#underWay, ticket.value);
    return ticket;
  }

  /** Makes a request and waits for it. A signal or time limit ends the wait, but not a call under way. */
  async request<N extends RequestName>(
    name: N,
    args: RequestArguments<N>,
    wait: Wait<RequestValue<N>>,
  ): Promise<RequestValue<N>> {
    wait.signal?.throwIfAborted();
    this.requireOpen(wait.reqId);
    return await this.waitFor(this.submit(name, args), wait);
  }

  /** Waits for a request that has been handed in. */
  async waitFor<T>(ticket: Ticket<T>, wait: Wait<T>): Promise<T> {
    const end = createDeferred<never>();
    this.#waiting.add(end);
    try {
      return await withDeadline<T>(
        { ...wait, onLate: () => {} },
        () => Promise.race([ticket.value, end.promise]),
      );
    } catch (error) {
      this.#abandon(ticket, wait);
      throw requestError(error, { reqId: wait.reqId, ...wait.errors });
    } finally {
      this.#waiting.delete(end);
    }
  }

  /** Runs work that opens a result or statement: the connection closes behind it. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return track(this.#operations, work());
  }

  /** The same for a statement with a request id, which nothing else in flight may have. */
  async run<T>(reqId: bigint, stop: () => boolean, work: () => Promise<T>): Promise<T> {
    if (this.#running.has(reqId)) {
      throw new InterfaceError(`reqId ${reqId} belongs to a request in flight`);
    }
    this.#running.set(reqId, stop);
    try {
      return await this.during(work);
    } finally {
      this.#running.delete(reqId);
    }
  }

  /** Ends the statement with this id; false when it goes on. */
  stop(reqId: bigint): boolean {
    const stop = this.#running.get(reqId);
    if (stop !== undefined) return stop();
    for (const handle of this.#open) if (handle.reqId === reqId) handle.free?.();
    return true;
  }

  /**
   * Kills the call under way, if it is the only one and no result is open: the library kills all or nothing. Statements
   * that nobody executes are prepared anew when they are wanted again.
   */
  killAlone(): boolean {
    const hasResults = [...this.#open].some(({ reqId }) => reqId !== undefined);
    if (this.#underWay.size !== 1 || hasResults) return false;
    this.#killCount++;
    this.#kill();
    return true;
  }

  /**
   * Rejects who is waiting, stops what runs, closes what is open, and then the connection. What takes longer than a while
   * goes on by itself.
   */
  async close(): Promise<void> {
    const closing = this.#closing ??= this.#close();
    const limits = { timeoutMs: closeWaitMs, what: "the connection's end" };
    await withDeadline(limits, () => closing).catch(() => {});
  }

  async #close(): Promise<void> {
    for (const { reject } of this.#waiting) {
      reject(
        new ConnectionError("the connection is closed", {
          code: ClientCode.CONNECTION_CLOSED,
          outcome: "unknown",
        }),
      );
    }
    const ended = this.#settle();
    if (this.#underWay.size > 0) insist(this.#kill, ended);
    await ended;
    this.lease.stops.delete(this.#kill);
    await this.lease.pool.request("close", { taos: this.taos }).value.catch(() => {});
    this.lease.release();
    this.#onClosed();
  }

  /** Resolves when no call is under way and nothing is open. */
  async #settle(): Promise<void> {
    while (this.#open.size + this.#underWay.size + this.#operations.size > 0) {
      await Promise.all([...this.#open].map((handle) => handle.settle()));
      await Promise.allSettled([...this.#underWay, ...this.#operations]);
    }
  }

  /** What comes late is let go by `onLate`, and until then counts as under way. */
  #abandon<T>(ticket: Ticket<T>, { onLate, onAbandoned }: Wait<T>): void {
    if (this.lease.pool.withdraw(ticket)) return;
    ticket.value.then((value) => onLate?.(value)).catch(() => {});
    if (ticket.worker && onAbandoned !== undefined) insist(onAbandoned, ticket.value);
  }
}

/** Keeps a promise in the set until it settles. */
function track<T>(set: Set<Promise<unknown>>, promise: Promise<T>): Promise<T> {
  set.add(promise);
  const done = () => void set.delete(promise);
  promise.then(done, done);
  return promise;
}
