/**
 * Writing rows: appended in bulk where they lie after all rows of their child table, else merged into what is there.
 *
 * @module
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { type Child, type Column, dataTable, type Table, tagTable } from "./catalog.ts";
import type { Cell } from "./engine.ts";
import { isDecimal, physicalType, Type } from "./sql/types.ts";
import type { DuckDb, Store } from "./store.ts";

/** Rows of children of one table. `columns[0]` is the timestamp; `cells` is column-major; `children` has one entry a row. */
export interface RowBatch {
  table: Table;
  columns: Column[];
  children: Child[];
  cells: Cell[][];
}

/** A child table to be created with its tag values, one a tag of the super table. */
export interface NewChild {
  child: Child;
  tags: Cell[];
}

const chunkRows = 2048;

/** Returns the type of a column in DuckDB. */
export function duckType(duckdb: DuckDb, column: Column): DuckDBType {
  const { type } = column;
  if (isDecimal(type)) return duckdb.DECIMAL(type.precision, type.scale);
  const name = physicalType(type);
  return (duckdb as unknown as Record<string, DuckDBType>)[name]!;
}

/** Returns the function that makes a cell what DuckDB's vectors take. */
function wrapper(duckdb: DuckDb, column: Column): ((cell: Cell) => DuckDBValue) | null {
  const { type } = column;
  if (isDecimal(type)) {
    return (cell) =>
      cell === null
        ? null
        : new duckdb.DuckDBDecimalValue(cell as bigint, type.precision, type.scale);
  }
  if (physicalType(type) === "BLOB") {
    return (cell) => cell === null ? null : new duckdb.DuckDBBlobValue(cell as Uint8Array);
  }
  return null;
}

/** Appends rows given column by column; absent columns (`null`) become NULL. */
export async function append(
  duckdb: DuckDb,
  writer: DuckDBConnection,
  target: string,
  types: DuckDBType[],
  cells: (DuckDBValue[] | null)[],
  rows: number,
  temporary = false,
): Promise<void> {
  const appender = temporary
    ? await writer.createAppender(target, "main", "temp")
    : await writer.createAppender(target);
  for (let from = 0; from < rows; from += chunkRows) {
    const count = Math.min(chunkRows, rows - from);
    const chunk = duckdb.DuckDBDataChunk.create(types, count);
    for (let index = 0; index < types.length; index++) {
      const column = cells[index];
      chunk.setColumnValues(
        index,
        column ? column.slice(from, from + count) : new Array<null>(count).fill(null),
      );
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Returns the cells of a column as DuckDB's vectors and parameters take them. */
export function toDuckDb(duckdb: DuckDb, column: Column, cells: Cell[]): DuckDBValue[] {
  const wrap = wrapper(duckdb, column);
  return wrap === null ? cells as DuckDBValue[] : cells.map(wrap);
}

/** Stores child tables and their tags. */
export async function writeChildren(
  store: Store,
  writer: DuckDBConnection,
  table: Table,
  children: NewChild[],
): Promise<void> {
  const { duckdb } = store;
  const types = [
    duckdb.INTEGER,
    duckdb.VARCHAR,
    duckdb.BIGINT,
    ...table.tags.map((tag) => duckType(duckdb, tag)),
  ];
  const tags = table.tags.map((tag, index) =>
    toDuckDb(duckdb, tag, children.map((item) => item.tags[index] ?? null))
  );
  const cells = [
    children.map(({ child }) => child.id),
    children.map(({ child }) => child.name),
    children.map(({ child }) => BigInt(child.created)),
    ...tags,
  ];
  await append(duckdb, writer, tagTable(table), types, cells, children.length);
}

/** Tells whether every row lies after all rows its child has, so that none overwrites another; `greatest` gets the new ends. */
function isAppend(batch: RowBatch, greatest: Map<Child, bigint>): boolean {
  const times = batch.cells[0] as bigint[];
  for (let row = 0; row < times.length; row++) {
    const child = batch.children[row]!, time = times[row]!;
    const last = greatest.get(child) ?? child.maxTicks;
    if (last !== null && time <= last) return false;
    greatest.set(child, time);
  }
  return true;
}

/** Keeps the last of the rows with the same child and time; all of them name the same columns. */
function withoutRepeats(batch: RowBatch): RowBatch {
  const times = batch.cells[0] as bigint[];
  const last = new Map<string, number>();
  for (let row = 0; row < times.length; row++) {
    last.set(`${batch.children[row]!.id} ${times[row]}`, row);
  }
  if (last.size === times.length) return batch;
  const kept = [...last.values()];
  return {
    ...batch,
    children: kept.map((row) => batch.children[row]!),
    cells: batch.cells.map((cells) => kept.map((row) => cells[row]!)),
  };
}

/** Writes rows and raises the children's greatest times. `onLate` is called when rows come to lie behind later ones. */
export async function writeRows(
  store: Store,
  writer: DuckDBConnection,
  batch: RowBatch,
  onLate: (table: Table) => Promise<void>,
): Promise<void> {
  const { table } = batch;
  const greatest = new Map<Child, bigint>();
  if (isAppend(batch, greatest)) {
    await appendRows(store, writer, batch, dataTable(table), table.columns);
  } else {
    const before = table.isInOrder ? await countRows(writer, table) : 0n;
    await mergeRows(store, writer, withoutRepeats(batch));
    if (table.isInOrder && await countRows(writer, table) > before) await onLate(table);
  }
  table.rowsWritten += batch.children.length;
  const times = batch.cells[0] as bigint[];
  for (let row = 0; row < times.length; row++) {
    const child = batch.children[row]!;
    if (child.maxTicks === null || times[row]! > child.maxTicks) child.maxTicks = times[row]!;
  }
}

async function countRows(writer: DuckDBConnection, table: Table): Promise<bigint> {
  const reader = await writer.runAndReadAll(`SELECT count(*) FROM ${dataTable(table)}`);
  return reader.getRows()[0]![0] as bigint;
}

async function appendRows(
  store: Store,
  writer: DuckDBConnection,
  batch: RowBatch,
  target: string,
  columns: Column[],
  temporary = false,
): Promise<void> {
  const { duckdb } = store;
  const cells: (DuckDBValue[] | null)[] = columns.map((column) => {
    const index = batch.columns.indexOf(column);
    return index < 0 ? null : toDuckDb(duckdb, column, batch.cells[index]!);
  });
  const types = [duckdb.INTEGER, ...columns.map((column) => duckType(duckdb, column))];
  await append(
    duckdb,
    writer,
    target,
    types,
    [batch.children.map((child) => child.id), ...cells],
    batch.children.length,
    temporary,
  );
}

function isFloat({ type }: Column): boolean {
  return type.code === Type.float || type.code === Type.double;
}

/** Overwrites the named columns of rows that exist and inserts the others. */
async function mergeRows(store: Store, writer: DuckDBConnection, batch: RowBatch): Promise<void> {
  const { table, columns } = batch;
  const target = dataTable(table), ts = columns[0]!.store;
  const names = ["_tid", ...columns.map(({ store: name }) => name)];
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE staged AS SELECT ${names.join(", ")} FROM ${target} LIMIT 0`,
  );
  await appendRows(store, writer, batch, "staged", columns, true);
  const zeros = columns.filter((column, i) => isFloat(column) && batch.cells[i]!.includes(0));
  if (zeros.length > 0) {
    // DuckDB leaves a cell alone that is set to an equal one, and takes 0 and -0 for equal; NULL leaves the old one there.
    const cleared = zeros.map(({ store: name }) => `${name} = 1`);
    await writer.run(
      `UPDATE ${target} t SET ${
        cleared.join(", ")
      } FROM staged s WHERE t._tid = s._tid AND t.${ts} = s.${ts}`,
    );
  }
  const updates = columns.slice(1).map(({ store: name }) => `${name} = s.${name}`);
  const matched = updates.length === 0 ? "" : `WHEN MATCHED THEN UPDATE SET ${updates.join(", ")}`;
  await writer.run(
    `MERGE INTO ${target} t USING staged s ON t._tid = s._tid AND t.${ts} = s.${ts} ${matched} ` +
      `WHEN NOT MATCHED THEN INSERT (${names.join(", ")}) VALUES (${
        names.map((name) => `s.${name}`).join(", ")
      })`,
  );
  await writer.run("DROP TABLE staged");
}
