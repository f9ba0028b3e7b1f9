/**
 * Keeps account of rows: written, retried, refused, and whether anybody was told.
 *
 * @module
 */
import type { Outcome } from "./batch_sender.ts";
import { WriteError } from "./write_error.ts";
import type { TableReport, WriteFailure, WriteReport } from "./write_report.ts";

interface Counts {
  written: number;
  retried: number;
  refused: number;
}

/** Adds outcomes up into a report. */
export class Ledger {
  /** Most rows of failures that somebody was told of are kept. */
  readonly #maxToldRows: number;
  readonly #total: Counts = { written: 0, retried: 0, refused: 0 };
  readonly #tables = new Map<string, Counts>();
  readonly #failures: WriteFailure[] = [];
  #batches = 0;
  #firstError: Error | undefined;
  /** Failures at the head of the list that somebody was told of, and their rows. */
  #told = 0;
  #toldRows = 0;

  constructor(maxToldRows: number) {
    this.#maxToldRows = maxToldRows;
  }

  /** Whether there are failures that nobody was told of. */
  get hasNews(): boolean {
    return this.#told < this.#failures.length;
  }

  /** Adds what became of one batch. */
  add(outcomes: readonly Outcome[]): void {
    this.#batches++;
    for (const { batch, repeats, error } of outcomes) {
      for (const [table, { rowCount }] of batch.spans) {
        if (!this.#tables.has(table)) {
          this.#tables.set(table, { written: 0, retried: 0, refused: 0 });
        }
        for (const counts of [this.#total, this.#tables.get(table)!]) {
          counts[error === null ? "written" : "refused"] += rowCount;
          if (repeats > 0) counts.retried += rowCount;
        }
      }
      if (error === null) continue;
      this.#firstError ??= error;
      this.#failures.push(...batch.failures(error));
    }
  }

  /** Notes that all failures have been told; the oldest told ones go when there are too many. */
  markTold(): void {
    for (; this.#told < this.#failures.length; this.#told++) {
      this.#toldRows += this.#failures[this.#told]!.rowCount;
    }
    let surplus = 0;
    while (this.#toldRows > this.#maxToldRows) {
      this.#toldRows -= this.#failures[surplus++]!.rowCount;
    }
    this.#failures.splice(0, surplus);
    this.#told -= surplus;
  }

  report(): WriteReport {
    const tables = Array.from(
      this.#tables,
      ([table, counts]): TableReport => ({ table, ...counts }),
    );
    return { ...this.#total, batches: this.#batches, tables, failures: [...this.#failures] };
  }

  /** The error that names the rows; undefined when all were written. */
  error(): WriteError | undefined {
    return this.#firstError && new WriteError(this.report(), this.#firstError);
  }
}
