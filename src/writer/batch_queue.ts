/**
 * Batches on their way: several at a time, but those that may hold a row of the same table and time one after the
 * other.
 *
 * @module
 */
import { createDeferred } from "../internal/deferred.ts";
import type { Batch } from "./batch.ts";

interface Entry {
  readonly batch: Batch;
  /** Batches that came before and must be done first. */
  readonly blockers: Set<Entry>;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  isRunning: boolean;
}

/** Runs batches in the order they come in, a few side by side. */
export class BatchQueue {
  readonly #inFlight: number;
  readonly #send: (batch: Batch) => Promise<void>;
  /** In the order they came in. */
  readonly #unfinished = new Set<Entry>();
  #running = 0;

  /** `send` must not reject. */
  constructor(inFlight: number, send: (batch: Batch) => Promise<void>) {
    this.#inFlight = inFlight;
    this.#send = send;
  }

  /** Resolves when the batch is done. */
  add(batch: Batch): Promise<void> {
    const blockers = new Set([...this.#unfinished].filter((entry) => entry.batch.meets(batch)));
    const { promise: done, resolve } = createDeferred<void>();
    this.#unfinished.add({ batch, blockers, done, resolve: () => resolve(), isRunning: false });
    this.#start();
    return done;
  }

  /** Resolves when all batches that are in now are done. */
  async settled(): Promise<void> {
    await Promise.all([...this.#unfinished].map(({ done }) => done));
  }

  #start(): void {
    for (const entry of this.#unfinished) {
      if (this.#running === this.#inFlight) return;
      if (entry.isRunning || entry.blockers.size > 0) continue;
      entry.isRunning = true;
      this.#running++;
      void this.#send(entry.batch).then(() => this.#finish(entry));
    }
  }

  #finish(entry: Entry): void {
    this.#running--;
    this.#unfinished.delete(entry);
    for (const { blockers } of this.#unfinished) blockers.delete(entry);
    this.#start();
    entry.resolve();
  }
}
