/**
 * A whole result in memory.
 *
 * @module
 */
import { ColumnBatch } from "./batch.ts";
import { joinBatches } from "./join_batches.ts";
import type { Field, Precision, ValueOptions } from "./types.ts";

/** What a result is besides its rows. */
export interface ResultHead {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly affectedRows: number;
  readonly durationNs: bigint;
  readonly reqId: bigint;
}

/**
 * What a statement gave, whole.
 *
 * @typeParam R Type of a row.
 */
export class Result<R> {
  /** The columns; empty for a statement without a result. */
  readonly fields: Field[];
  /** Number of rows. */
  readonly rowCount: number;
  /** Rows written by the statement. */
  readonly affectedRows: number;
  /** Precision of the result's timestamps. */
  readonly precision: Precision;
  /** Time the server took for the statement, in nanoseconds. */
  readonly durationNs: bigint;
  /** Request id that the statement ran with. */
  readonly reqId: bigint;
  readonly #batches: readonly ColumnBatch[];
  readonly #values: ValueOptions;
  #rows: R[] | undefined;
  #batch: ColumnBatch | undefined;

  /** Use `await connection.query()` instead. */
  constructor(head: ResultHead, batches: readonly ColumnBatch[], values: ValueOptions) {
    this.fields = [...head.fields];
    this.rowCount = batches.reduce((sum, { rowCount }) => sum + rowCount, 0);
    this.affectedRows = head.affectedRows;
    this.precision = head.precision;
    this.durationNs = head.durationNs;
    this.reqId = head.reqId;
    this.#batches = batches;
    this.#values = values;
  }

  /**
   * The rows as objects by column name, built on first use. Of columns with the same name the last one counts.
   *
   * @throws {RangeError} when a value cannot be had in the way that `values` asks for.
   */
  get rows(): R[] {
    return this.#rows ??= this.#batches.flatMap((batch) => batch.rows<R>(this.#values));
  }

  /** The rows as arrays in the order of the columns. */
  toArrays(): unknown[][] {
    return this.#batches.flatMap((batch) => batch.toArrays(this.#values));
  }

  /** All rows as one batch of columns, joined on first use. */
  get batch(): ColumnBatch {
    return this.#batch ??= joinBatches(this.fields, this.precision, this.#batches);
  }
}
