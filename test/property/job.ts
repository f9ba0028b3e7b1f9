/**
 * One write of a generated table: what is written, and where.
 *
 * @module
 */
import { type Codec, type Connection, id, type Precision, type SqlValue } from "../../mod.ts";
import { insertLiterals } from "../../src/sql/escape.ts";
import { scanSql } from "../../src/sql/scan.ts";
import { type Cell, type Column, otherForm, pointText } from "./column_types.ts";

/** The connections that writes and reads go over. */
export interface Connections {
  readonly socket: Connection;
  readonly rest: Connection;
  readonly codec: Codec;
}

/** A row of one table. */
export interface RowData {
  readonly key: bigint;
  /** In the order of the job's columns; `undefined` leaves the cell as it is. */
  readonly cells: readonly Cell[];
}

/** A normal table, or a child of the super table, with its rows. */
export interface TableRows {
  readonly name: string;
  /** Whether it is there: a normal table is, a child once it has been written to. */
  readonly exists: boolean;
  readonly tags: readonly Cell[];
  readonly rows: readonly RowData[];
}

/** One write. */
export interface Job extends Connections {
  readonly precision: Precision;
  /** The super table; undefined when the only table is a normal one. */
  readonly superTable: string | undefined;
  readonly tags: readonly Column[];
  /** The columns that the write names, besides `ts`. */
  readonly columns: readonly Column[];
  readonly tables: readonly TableRows[];
  /** Chooses among forms of the same cell, 0 … 2. */
  readonly variant: number;
}

/** All rows of a job with their tables. */
export function rowsOf({ tables }: Job): { table: TableRows; row: RowData }[] {
  return tables.flatMap((table) => table.rows.map((row) => ({ table, row })));
}

/** Quoted names, separated by commas. */
export function nameList(columns: readonly { name: string }[]): string {
  return columns.map(({ name }) => id(name).text).join(", ");
}

/** So many placeholders. */
export function marks(count: number): string {
  return new Array(count).fill("?").join(", ");
}

/** A row's cells in the forms that a bind takes. */
export function boundCells(job: Job, cells: readonly Cell[], columns = job.columns): Cell[] {
  return cells.map((cell, i) => otherForm(cell, columns[i]!.type, job.precision, job.variant));
}

/** A row's cells as parameters of a statement that is prepared. */
export function paramCells(job: Job, cells: readonly Cell[], columns = job.columns): SqlValue[] {
  return boundCells(job, cells, columns).map((cell, i) =>
    columns[i]!.type === "json" && typeof cell === "object" && cell !== null
      ? JSON.stringify(cell)
      : (cell ?? null) as SqlValue
  );
}

/** A row's cells as parameters of a statement that is not prepared. */
export function sqlCells(cells: readonly Cell[], columns: readonly Column[]): SqlValue[] {
  return cells.map((cell, i) => {
    if (cell === null || cell === undefined) return null;
    const { type } = columns[i]!;
    if (type === "geometry") return pointText(cell as Uint8Array);
    return type === "json" ? JSON.stringify(cell) : cell as SqlValue;
  });
}

/** The cells of each column. */
export function columnsOfRows(job: Job, rows: readonly RowData[]): Record<string, Cell[]> {
  const cells = rows.map((row) => boundCells(job, row.cells));
  return Object.fromEntries([
    ["ts", rows.map(({ key }) => key)],
    ...job.columns.map(({ name }, i) => [name, cells.map((row) => row[i])] as const),
  ]);
}

/** A row by column name; cells that stay as they are have no name in every other row. */
export function objectOfRow(
  job: Job,
  { key, cells }: RowData,
  index: number,
): Record<string, Cell> {
  const entries = boundCells(job, cells).map((cell, i) => [job.columns[i]!.name, cell] as const);
  const given = entries.filter(([, cell]) => cell !== undefined || index % 2 === 0);
  return Object.fromEntries([["ts", key], ...given]);
}

/** Tags by name. */
export function tagsByName(job: Job, { tags }: TableRows): Record<string, Cell> {
  return Object.fromEntries(
    boundCells(job, tags, job.tags).map((cell, i) => [job.tags[i]!.name, cell]),
  );
}

/** Runs a statement whose values the client writes into its text. */
export async function execText(
  job: Job,
  sql: string,
  params: readonly SqlValue[],
): Promise<number> {
  const text = insertLiterals(sql, scanSql(sql).placeholders, params, job.codec);
  return (await job.socket.exec(text)).affectedRows;
}

/** The INSERT of one table's rows, one placeholder a value. */
export function insertOfTable(job: Job, table: TableRows): { sql: string; params: SqlValue[] } {
  const { superTable, tags, columns } = job;
  const using = superTable === undefined
    ? ""
    : ` using ${id(superTable).text} (${nameList(tags)}) tags (${marks(tags.length)})`;
  const tuple = `(${marks(1 + columns.length)})`;
  const names = nameList([{ name: "ts" }, ...columns]);
  return {
    sql: `${id(table.name).text}${using} (${names}) values ${
      table.rows.map(() => tuple).join(" ")
    }`,
    params: [
      ...sqlCells(table.tags, tags),
      ...table.rows.flatMap(({ key, cells }) => [key, ...sqlCells(cells, columns)]),
    ],
  };
}
