/**
 * What became of the rows that a writer took.
 *
 * @module
 */
import type { Columns } from "../statements/bound_tables.ts";

/** What became of one table's rows. */
export interface TableReport {
  /** Name of the table. */
  readonly table: string;
  /** Rows that the server has acknowledged. */
  readonly written: number;
  /** Rows that had to be sent more than once, whatever became of them. */
  readonly retried: number;
  /** Rows that were not written, or of which nobody knows whether they were. */
  readonly refused: number;
}

/** Rows of one table that were not written, and why. */
export interface WriteFailure {
  /** Name of the table. */
  readonly table: string;
  /** Number of rows. */
  readonly rowCount: number;
  /** Earliest timestamp of the rows: ticks in the database's precision. */
  readonly first: bigint;
  /** Latest timestamp of the rows. */
  readonly last: bigint;
  /** The rows, as `insert()` and `write()` take them. */
  readonly columns: Columns;
  /**
   * Why. A row number in its message counts all rows that the writer has taken, from 0. Its `outcome` is `"unknown"`
   * when the rows may have been written all the same.
   */
  readonly error: Error;
}

/** What became of rows: of one batch, or of all since the last `flush()`. */
export interface WriteReport {
  /** Rows that the server has acknowledged. */
  readonly written: number;
  /** Rows that had to be sent more than once, whatever became of them. */
  readonly retried: number;
  /** Rows that were not written, or of which nobody knows whether they were. */
  readonly refused: number;
  /** Batches that were sent. */
  readonly batches: number;
  /** The same by table. */
  readonly tables: readonly TableReport[];
  /**
   * The rows that were refused, with the reasons. Failures that `onReport` or `write()` has told of already are left
   * out, oldest first, when they hold more rows than the writer's `maxBufferedRows`.
   */
  readonly failures: readonly WriteFailure[];
}
