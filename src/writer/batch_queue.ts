/**
 * Batches on their way: several at a time, but those that may hold a row of the same table and time one after the
 * other.
 *
 * @module
 */
import type { Batch } from "./batch.ts";

interface Entry {
  readonly batch: Batch;
  /** Batches that came before and must be done first. */
  readonly blockers: Set<Entry>;
  isRunning: boolean;
}

/** Runs batches in the order they come in, a few side by side. */
export class BatchQueue {
  readonly #inFlight: number;
  readonly #send: (batch: Batch) => Promise<void>;
  /** In the order they came in. */
  readonly #unfinished = new Set<Entry>();
  readonly #idle = new Set<{ readonly waitsFor: Set<Entry>; readonly resolve: () => void }>();
  #running = 0;

  /** `send` must not reject. */
  constructor(inFlight: number, send: (batch: Batch) => Promise<void>) {
    this.#inFlight = inFlight;
    this.#send = send;
  }

  add(batch: Batch): void {
    const blockers = new Set([...this.#unfinished].filter((entry) => entry.batch.meets(batch)));
    this.#unfinished.add({ batch, blockers, isRunning: false });
    this.#start();
  }

  /** Resolves when all batches that are in now are done. */
  settled(): Promise<void> {
    const waitsFor = new Set(this.#unfinished);
    if (waitsFor.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.add({ waitsFor, resolve }));
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
    for (const wait of this.#idle) {
      wait.waitsFor.delete(entry);
      if (wait.waitsFor.size > 0) continue;
      this.#idle.delete(wait);
      wait.resolve();
    }
    this.#start();
  }
}
