/**
 * A whole result in memory.
 *
 * @module
 */
import type { ColumnBatch } from "./batch.ts";
import type { ColumnContext } from "./column.ts";
import { joinBatches } from "./join_batches.ts";
import type { Field, Precision } from "./types.ts";

/** What a result is besides its rows. */
export interface ResultHead {
  readonly fields: readonly Field[];
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
  readonly #context: ColumnContext;
  #rows: R[] | undefined;
  #batch: ColumnBatch | undefined;

  /** Use `await connection.query()` instead. */
  constructor(head: ResultHead, batches: readonly ColumnBatch[], context: ColumnContext) {
    this.fields = [...head.fields];
    this.rowCount = batches.reduce((sum, { rowCount }) => sum + rowCount, 0);
    this.affectedRows = head.affectedRows;
    this.precision = context.precision;
    this.durationNs = head.durationNs;
    this.reqId = head.reqId;
    this.#batches = batches;
    this.#context = context;
  }

  /**
   * The rows as objects by column name, built on first use. Of columns with the same name the last one counts.
   *
   * @throws {RangeError} when a value cannot be had in the way that `values` asks for.
   */
  get rows(): R[] {
    return this.#rows ??= this.#batches.flatMap((batch) => batch.rows<R>());
  }

  /** The rows as arrays in the order of the columns. */
  toArrays(): unknown[][] {
    return this.#batches.flatMap((batch) => batch.toArrays());
  }

  /** The batches that the result came in, not joined. */
  get batches(): readonly ColumnBatch[] {
    return this.#batches;
  }

  /** All rows as one batch of columns, joined on first use. */
  get batch(): ColumnBatch {
    return this.#batch ??= joinBatches(this.fields, this.#context, this.#batches);
  }
}
