/**
 * What `write` takes → checked rows.
 *
 * @module
 */
import { ColumnBatch } from "../batch.ts";
import { InterfaceError } from "../errors.ts";
import { type Columns, type ColumnValues, rowCountOf } from "../statements/bound_tables.ts";
import { columnSets, type InsertRow } from "../statements/insert_data.ts";
import { tableNameColumn } from "../statements/insert_sql.ts";
import type { TableSchema } from "./table_schema.ts";

/** What `write` takes: a row, rows, columns by name, or a batch of a result. */
export type WriterData = InsertRow | readonly InsertRow[] | Columns | ColumnBatch;

/** Rows whose times, table names and column names are known to be right. */
export interface CheckedRows {
  readonly rowCount: number;
  /** Names of a row's columns; the same array as long as the names are the same. */
  names(row: number): readonly string[];
  ticks(row: number): bigint;
  /** The table that the row names; undefined when it names none. */
  table(row: number): string | undefined;
  /** The value of the column `names(row)[column]`. */
  cell(row: number, column: number): unknown;
}

class OneRow implements CheckedRows {
  readonly rowCount = 1;
  readonly #row: InsertRow;
  readonly #names: readonly string[];
  readonly #ticks: bigint;

  constructor(row: InsertRow, index: number, schema: TableSchema, table: string | undefined) {
    if (typeof row !== "object" || row === null || Symbol.iterator in row) {
      throw new InterfaceError(`row ${index} is no object of values by column name`);
    }
    this.#row = row;
    this.#ticks = schema.ticks(index, row[schema.timeName]);
    this.#names = schema.check(Object.keys(row));
    checkTable(row[tableNameColumn] ?? table, index);
  }

  names(): readonly string[] {
    return this.#names;
  }

  ticks(): bigint {
    return this.#ticks;
  }

  table(): string | undefined {
    return this.#row[tableNameColumn] as string | null | undefined ?? undefined;
  }

  cell(_row: number, column: number): unknown {
    return this.#row[this.#names[column]!];
  }
}

class ManyRows implements CheckedRows {
  readonly #rows: readonly OneRow[];

  constructor(rows: readonly InsertRow[], schema: TableSchema, table: string | undefined) {
    this.#rows = rows.map((row, index) => new OneRow(row, index, schema, table));
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  names(row: number): readonly string[] {
    return this.#rows[row]!.names();
  }

  ticks(row: number): bigint {
    return this.#rows[row]!.ticks();
  }

  table(row: number): string | undefined {
    return this.#rows[row]!.table();
  }

  cell(row: number, column: number): unknown {
    return this.#rows[row]!.cell(0, column);
  }
}

class ColumnRows implements CheckedRows {
  readonly rowCount: number;
  readonly #names: readonly string[];
  readonly #columns: readonly ColumnValues[];
  readonly #ticks: BigInt64Array;
  readonly #tables: ColumnValues | undefined;

  constructor(columns: Columns, schema: TableSchema, table: string | undefined) {
    this.#columns = Object.values(columns);
    this.#names = schema.check(Object.keys(columns));
    this.rowCount = rowCountOf(this.#columns, this.#names);
    const times = columns[schema.timeName];
    this.#ticks = new BigInt64Array(this.rowCount);
    for (let row = 0; row < this.rowCount; row++) {
      this.#ticks[row] = schema.ticks(row, times?.[row]);
    }
    this.#tables = columns[tableNameColumn];
    for (let row = 0; row < this.rowCount; row++) checkTable(this.#tables?.[row] ?? table, row);
  }

  names(): readonly string[] {
    return this.#names;
  }

  ticks(row: number): bigint {
    return this.#ticks[row]!;
  }

  table(row: number): string | undefined {
    return this.#tables?.[row] as string | null | undefined ?? undefined;
  }

  cell(row: number, column: number): unknown {
    return this.#columns[column]![row];
  }
}

function checkTable(name: unknown, row: number): void {
  if (typeof name === "string" && name !== "") return;
  throw new InterfaceError(
    `column "tbname", row ${row}: the row does not say which table it is of`,
  );
}

/** A row's time is one value, so an array in its place tells that these are columns. */
function isColumns(data: WriterData, { timeName }: TableSchema): data is Columns {
  const time = (data as Columns | null)?.[timeName] as unknown;
  return Array.isArray(time) || (ArrayBuffer.isView(time) && !(time instanceof DataView));
}

/** Number of rows in data. */
export function countRows(data: WriterData, schema: TableSchema): number {
  if (Array.isArray(data)) return data.length;
  if (data instanceof ColumnBatch) return data.rowCount;
  return isColumns(data, schema) ? data[schema.timeName]!.length : 1;
}

/**
 * Checks data against the table: all of it or nothing is right.
 *
 * @param data What was given to `write`.
 * @param schema The table's columns.
 * @param table Table of rows that name none; undefined when each must.
 * @throws {InterfaceError} naming the row that is wrong.
 */
export function checkRows(
  data: WriterData,
  schema: TableSchema,
  table: string | undefined,
): CheckedRows {
  if (Array.isArray(data)) return new ManyRows(data, schema, table);
  if (data instanceof ColumnBatch) {
    const [columns] = columnSets(data) as Iterable<Columns>;
    return new ColumnRows(columns!, schema, table);
  }
  if (isColumns(data, schema)) return new ColumnRows(data, schema, table);
  return new OneRow(data as InsertRow, 0, schema, table);
}
