/**
 * The log of one vgroup: changes numbered by increasing versions, of which the oldest are forgotten.
 *
 * @module
 */
import type { LogChange } from "./log_change.ts";

/** For how long and how much a log is kept. */
export interface Retention {
  /** Milliseconds; infinite when for ever. */
  timeMs: number;
  /** Estimated bytes in memory. */
  bytes: number;
}

/** An entry of a log. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  time: number;
  change: LogChange;
  cost: number;
}

function costOf(change: LogChange): number {
  return change.kind === "rows" ? change.cost : 1024;
}

/** The log of one vgroup. Version 0 is the vgroup's creation. */
export class VgroupLog {
  readonly id: number;
  readonly #retention: () => Retention;
  /** Oldest version that may be in DuckDB. */
  storedBegin = 0;
  #entries: LogEntry[] = [];
  #begin = 0;
  /** Entries at the start of `#entries` that are forgotten. */
  #gone = 0;
  #bytes = 0;

  /** `retention` is asked whenever entries may be too old or too many. */
  constructor(id: number, retention: () => Retention) {
    this.id = id;
    this.#retention = retention;
    this.append({ kind: "none" }, Date.now());
  }

  /** The oldest version. */
  get begin(): number {
    return this.#begin;
  }

  /** The version the next entry gets. */
  get end(): number {
    return this.#begin + this.#entries.length - this.#gone;
  }

  /** Returns an entry; undefined when it is forgotten or not written yet. */
  entry(version: number): LogEntry | undefined {
    return version < this.#begin ? undefined : this.#entries[version - this.#begin + this.#gone];
  }

  append(change: LogChange, time: number): void {
    const cost = costOf(change);
    this.#entries.push({ time, change, cost });
    this.#bytes += cost;
    this.trim(time);
  }

  /** Makes the log that of an earlier run, which began with this version. */
  restore(begin: number, entries: { time: number; change: LogChange }[]): void {
    this.#entries = entries.map(({ time, change }) => ({ time, change, cost: costOf(change) }));
    this.#begin = this.storedBegin = begin;
    this.#gone = 0;
    this.#bytes = this.#entries.reduce((sum, { cost }) => sum + cost, 0);
  }

  /** Forgets what is too old or too much. The newest entry stays. */
  trim(now: number): void {
    const { timeMs, bytes } = this.#retention();
    while (this.end - this.#begin > 1) {
      const oldest = this.#entries[this.#gone]!;
      if (oldest.time >= now - timeMs && this.#bytes <= bytes) break;
      this.#bytes -= oldest.cost;
      this.#entries[this.#gone++] = { time: 0, change: { kind: "none" }, cost: 0 };
      this.#begin++;
    }
    if (this.#gone > 1024 && this.#gone > this.#entries.length / 2) {
      this.#entries.splice(0, this.#gone);
      this.#gone = 0;
    }
  }
}
