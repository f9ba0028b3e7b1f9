/**
 * The batch that is being filled: rows as columns, one for each name that any row has.
 *
 * @module
 */
import type { ColumnValues } from "../statements/bound_tables.ts";
import { tableNameColumn } from "../statements/insert_sql.ts";
import { Batch } from "./batch.ts";
import type { CheckedRows } from "./intake.ts";
import type { TableSchema } from "./table_schema.ts";

const bytesPerValue = 8;
const firstCapacity = 256;

/** Approximate size of a value. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return bytesPerValue + value.length;
  return ArrayBuffer.isView(value) ? bytesPerValue + value.byteLength : bytesPerValue;
}

/** The value as it is now: the caller may go on to change what it holds. */
function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  return value instanceof Date ? new Date(value) : value;
}

/** Rows without a value of this column; undefined and no holes, which loops over arrays would skip. */
function fill(values: unknown[], length: number): void {
  while (values.length < length) values.push(undefined);
}

/** Gathers rows. A value that a row does not have is left as it is in the table. */
export class OpenBatch {
  /** Whether the rows name their tables. */
  readonly isSpread: boolean;
  readonly #schema: TableSchema;
  readonly #columns = new Map<string, unknown[]>();
  #times = new BigInt64Array(firstCapacity);
  #rowCount = 0;
  readonly #tables: string[] = [];
  #bytes = 0;
  /** Names of the row before, and the columns of their values. */
  #names: readonly string[] | undefined;
  #targets: (unknown[] | null)[] = [];

  constructor(schema: TableSchema, isSpread: boolean) {
    this.#schema = schema;
    this.isSpread = isSpread;
  }

  /** Number of rows. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Approximate size of the values. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a row of the table. */
  add(rows: CheckedRows, row: number, table: string): void {
    const names = rows.names(row);
    if (names !== this.#names) this.#aim(names);
    const at = this.#rowCount++;
    if (at === this.#times.length) this.#grow();
    for (let column = 0; column < names.length; column++) {
      const values = this.#targets[column]!;
      if (values === null) continue;
      const value = copyOf(rows.cell(row, column));
      fill(values, at);
      values.push(value);
      this.#bytes += sizeOf(value);
    }
    this.#bytes += bytesPerValue;
    this.#times[at] = rows.ticks(row);
    if (this.isSpread) this.#tables.push(table);
    else this.#tables[0] = table;
  }

  /** Ends the gathering. */
  seal(): Batch {
    const times = this.#times.slice(0, this.#rowCount);
    const columns: [string, ColumnValues][] = [[this.#schema.timeName, times]];
    for (const name of this.#schema.inOrder(this.#columns.keys())) {
      const values = this.#columns.get(name)!;
      fill(values, times.length);
      columns.push([name, values]);
    }
    if (this.isSpread) columns.push([tableNameColumn, this.#tables]);
    const tables = this.isSpread ? this.#tables : this.#tables[0]!;
    return new Batch({ columns: Object.fromEntries(columns), times, tables });
  }

  #grow(): void {
    const times = new BigInt64Array(2 * this.#times.length);
    times.set(this.#times);
    this.#times = times;
  }

  /** Time and table are kept apart, because their values are known already. */
  #aim(names: readonly string[]): void {
    this.#names = names;
    this.#targets = names.map((name) => {
      if (name === this.#schema.timeName || name === tableNameColumn) return null;
      if (!this.#columns.has(name)) this.#columns.set(name, []);
      return this.#columns.get(name)!;
    });
  }
}
