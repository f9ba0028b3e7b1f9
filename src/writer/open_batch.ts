/**
 * The batch that is being filled: rows as columns, one for each name that any row has.
 *
 * @module
 */
import type { ColumnValues } from "../statements/bound_tables.ts";
import { tableNameColumn } from "../statements/insert_sql.ts";
import { Batch } from "./batch.ts";
import { GatheredColumn } from "./gathered_column.ts";
import type { CheckedRows } from "./intake.ts";
import type { TableSchema } from "./table_schema.ts";

const bytesPerValue = 8;
const firstCapacity = 256;

/** Approximate size of a value. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return bytesPerValue + value.length;
  return ArrayBuffer.isView(value) ? bytesPerValue + value.byteLength : bytesPerValue;
}

/** Gathers rows. A value that a row does not have is left as it is in the table. */
export class OpenBatch {
  /** Whether the rows name their tables. */
  readonly isSpread: boolean;
  readonly #schema: TableSchema;
  readonly #firstRow: number;
  readonly #columns = new Map<string, GatheredColumn>();
  #times = new BigInt64Array(firstCapacity);
  #rowCount = 0;
  readonly #tables: string[] = [];
  #bytes = 0;
  /** Names of the row before, and the columns of their values. */
  #names: readonly string[] | undefined;
  #targets: (GatheredColumn | null)[] = [];

  /** `firstRow` counts the rows that the writer has taken before. */
  constructor(schema: TableSchema, isSpread: boolean, firstRow: number) {
    this.#schema = schema;
    this.isSpread = isSpread;
    this.#firstRow = firstRow;
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
      const target = this.#targets[column]!;
      if (target === null) continue;
      const value = rows.cell(row, column);
      target.set(at, value);
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
      columns.push([name, this.#columns.get(name)!.take(times.length)]);
    }
    if (this.isSpread) columns.push([tableNameColumn, this.#tables]);
    const tables = this.isSpread ? this.#tables : this.#tables[0]!;
    const firstRow = this.#firstRow;
    return new Batch({ columns: Object.fromEntries(columns), times, tables, firstRow });
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
      if (!this.#columns.has(name)) this.#columns.set(name, new GatheredColumn());
      return this.#columns.get(name)!;
    });
  }
}
