/**
 * A batch: rows on their way to the server, with what is needed to keep them in order and to name them.
 *
 * @module
 */
import { type Columns, type ColumnValues, sliceValues } from "../statements/bound_tables.ts";
import type { WriteFailure } from "./write_report.ts";

/** The rows that a batch has of one table. */
export interface Span {
  readonly rowCount: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** What a batch is made of. */
export interface BatchParts {
  /** As `insert` takes them, `tbname` included when the rows name their tables. */
  readonly columns: Columns;
  readonly times: BigInt64Array;
  /** Table of each row; one name when all are of one table. */
  readonly tables: string | readonly string[];
  /** Number of the first row among all that the writer has taken. */
  readonly firstRow: number;
}

/** Rows by number out of a column. */
function pick(values: ColumnValues, rows: readonly number[]): ColumnValues {
  if (values instanceof BigInt64Array) return BigInt64Array.from(rows, (row) => values[row]!);
  return rows.map((row) => values[row]);
}

/** Rows that are written together. */
export class Batch {
  readonly columns: Columns;
  readonly rowCount: number;
  readonly firstRow: number;
  readonly #times: BigInt64Array;
  readonly #tables: string | readonly string[];
  #spans: ReadonlyMap<string, Span> | undefined;

  constructor({ columns, times, tables, firstRow }: BatchParts) {
    this.columns = columns;
    this.rowCount = times.length;
    this.firstRow = firstRow;
    this.#times = times;
    this.#tables = tables;
  }

  /** Whether the rows name their tables. */
  get isSpread(): boolean {
    return typeof this.#tables !== "string";
  }

  /** Number of rows, and the earliest and latest time, of each table. */
  get spans(): ReadonlyMap<string, Span> {
    return this.#spans ??= this.#measure();
  }

  /** Whether both may hold a row of the same table and time. The later one must not overtake the earlier one then. */
  meets(other: Batch): boolean {
    const [few, many] = this.spans.size <= other.spans.size
      ? [this.spans, other.spans]
      : [other.spans, this.spans];
    for (const [table, { first, last }] of few) {
      const span = many.get(table);
      if (span !== undefined && span.first <= last && first <= span.last) return true;
    }
    return false;
  }

  /** Rows `from` … `to`, the last one not included. */
  slice(from: number, to: number): Batch {
    const columns = Object.entries(this.columns).map((
      [name, values],
    ) => [name, sliceValues(values, from, to)]);
    const tables = typeof this.#tables === "string" ? this.#tables : this.#tables.slice(from, to);
    return new Batch({
      columns: Object.fromEntries(columns),
      times: this.#times.subarray(from, to),
      tables,
      firstRow: this.firstRow + from,
    });
  }

  /** The rows as failures, one a table. */
  failures(error: Error): WriteFailure[] {
    if (this.spans.size === 1) return this.#failures(this.columns, error);
    const rows = new Map<string, number[]>();
    (this.#tables as readonly string[]).forEach((table, row) => {
      if (!rows.has(table)) rows.set(table, []);
      rows.get(table)!.push(row);
    });
    return [...this.spans].map(([table, span]) => {
      const columns = Object.entries(this.columns).map((
        [name, values],
      ) => [name, pick(values, rows.get(table)!)]);
      return { table, ...span, columns: Object.fromEntries(columns), error };
    });
  }

  #failures(columns: Columns, error: Error): WriteFailure[] {
    return [...this.spans].map(([table, span]) => ({ table, ...span, columns, error }));
  }

  #measure(): ReadonlyMap<string, Span> {
    const spans = new Map<string, { rowCount: number; first: bigint; last: bigint }>();
    for (let row = 0; row < this.#times.length; row++) {
      const ticks = this.#times[row]!;
      const table = typeof this.#tables === "string" ? this.#tables : this.#tables[row]!;
      const span = spans.get(table);
      if (span === undefined) spans.set(table, { rowCount: 1, first: ticks, last: ticks });
      else {
        span.rowCount++;
        if (ticks < span.first) span.first = ticks;
        if (ticks > span.last) span.last = ticks;
      }
    }
    return spans;
  }
}
