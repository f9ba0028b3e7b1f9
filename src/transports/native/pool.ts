/**
 * The threads of a process: each request runs on one that is free. An open result or statement holds no thread, so
 * requests that wait for a thread cannot wait for each other. Starting one takes the application's thread some
 * milliseconds, so they are started one by one, and beyond a few only when requests have to wait for long.
 *
 * @module
 */
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import type { RequestArguments, RequestName, RequestValue } from "./requests.ts";
import type { NativeWorker } from "./worker.ts";

/** A request that has been handed in. */
export interface Ticket<T> {
  /** Its value. Rejects with `RequestFailure`. */
  readonly value: Promise<T>;
  /** The thread that it is on; null before, undefined after. */
  readonly worker: NativeWorker | null | undefined;
}

interface Job extends Ticket<unknown> {
  readonly name: RequestName;
  readonly args: unknown;
  readonly transfer: ArrayBuffer[];
  readonly settled: Deferred<unknown>;
  worker: NativeWorker | null | undefined;
}

/** Threads that are started as soon as they are wanted. */
const readyWorkers = 4;
/** Threads that are started in all. */
const maxWorkers = 16;
/** How long a request has to wait before a thread beyond the ready ones is started, in milliseconds. */
const patienceMs = 2_000;

/** Threads that any request may run on. */
export class WorkerPool {
  readonly #start: () => NativeWorker;
  readonly #workers: NativeWorker[] = [];
  #queue: Job[] = [];
  #isStarting = false;
  /** How many threads are started as soon as they are wanted: fewer when the system refused one. */
  #readyWorkers = readyWorkers;
  /** Runs while requests wait that the ready threads have no room for. */
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** `start` starts a thread. */
  constructor(start: () => NativeWorker) {
    this.#start = start;
  }

  /** Takes in a thread that has been started elsewhere. */
  add(worker: NativeWorker): void {
    this.#workers.push(worker);
  }

  /**
   * Hands in a request.
   *
   * @param behind A request that is on a thread: this one is put right behind it there.
   */
  request<N extends RequestName>(
    name: N,
    args: RequestArguments<N>,
    transfer: ArrayBuffer[] = [],
    behind?: Ticket<unknown>,
  ): Ticket<RequestValue<N>> {
    const settled = createDeferred<unknown>();
    const job: Job = { name, args, transfer, settled, value: settled.promise, worker: null };
    if (behind?.worker && !behind.worker.isBroken) this.#run(job, behind.worker);
    else this.#queue.push(job);
    this.#dispatch();
    return job as Ticket<RequestValue<N>>;
  }

  /** Takes a request back, unless a thread has it already or has had it. Its value rejects then. */
  withdraw(ticket: Ticket<unknown>): boolean {
    const job = this.#queue.find((queued) => queued === ticket);
    if (job === undefined) return false;
    this.#queue = this.#queue.filter((other) => other !== job);
    if (this.#queue.length === 0) clearTimeout(this.#patience);
    job.settled.reject(new Error("the request was withdrawn"));
    return true;
  }

  /** Ends the threads, which must be idle. */
  end(): void {
    clearTimeout(this.#patience);
    for (const worker of this.#workers.splice(0)) worker.end();
  }

  #dispatch(): void {
    this.#dropBroken();
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      const idle = this.#workers.find(({ pendingCount }) => pendingCount === 0);
      if (idle === undefined) break;
      this.#queue.shift();
      this.#run(job, idle);
    }
    clearTimeout(this.#patience);
    if (this.#queue.length > 0) this.#grow();
  }

  #grow(): void {
    if (this.#isStarting || this.#workers.length >= maxWorkers) return;
    if (this.#workers.length < this.#readyWorkers) this.#startWorker();
    else this.#patience = setTimeout(() => this.#startWorker(), patienceMs);
  }

  #startWorker(): void {
    let worker: NativeWorker;
    try {
      worker = this.#start();
    } catch (error) {
      this.#settleFor(error);
      return;
    }
    this.#workers.push(worker);
    this.#isStarting = true;
    const onStarted = () => {
      this.#isStarting = false;
      this.#dispatch();
    };
    const onFailed = (reason: unknown) => {
      this.#isStarting = false;
      this.#settleFor(reason);
    };
    worker.loaded.then(onStarted, onFailed);
  }

  /** A thread could not be started: requests wait for those there are, and fail when there is none. */
  #settleFor(reason: unknown): void {
    this.#dropBroken();
    this.#readyWorkers = Math.max(1, this.#workers.length);
    if (this.#workers.length > 0) this.#dispatch();
    else for (const { settled } of this.#queue.splice(0)) settled.reject(reason);
  }

  /** Whatever a broken thread is given fails. */
  #dropBroken(): void {
    for (const worker of this.#workers.filter(({ isBroken }) => isBroken)) {
      this.#workers.splice(this.#workers.indexOf(worker), 1);
      worker.end();
    }
  }

  #run(job: Job, worker: NativeWorker): void {
    job.worker = worker;
    const { name, args, transfer, settled } = job;
    const done = () => {
      job.worker = undefined;
      this.#dispatch();
    };
    worker.request(name, args as never, transfer)
      .finally(done)
      .then(settled.resolve, settled.reject);
  }
}
