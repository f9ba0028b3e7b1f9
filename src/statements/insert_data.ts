/**
 * What `insert` takes → sets of columns.
 *
 * @module
 */
import { ColumnBatch } from "../batch.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { param } from "../sql/param.ts";
import { exactValueOptions } from "../value_modes.ts";
import type { Columns, ColumnValues } from "./bound_tables.ts";

/** A row to write, by column name. A name that is missing leaves the value as it is. */
export type InsertRow = Readonly<Record<string, unknown>>;

/** What `insert` takes. */
export type InsertData =
  | Columns
  | ColumnBatch
  | Iterable<InsertRow>
  | AsyncIterable<InsertRow | ColumnBatch>;

const rowsPerSet = 16_384;

/** Columns of a batch as values that convert back without loss, also into a database of another precision. */
function columnsOfBatch(batch: ColumnBatch): Columns {
  const columns = batch.columns.map((column): [string, ColumnValues] => {
    const values = column.toArray(exactValueOptions);
    if (column.field.typeCode !== DataType.TIMESTAMP) return [column.field.name, values];
    const { precision } = batch;
    return [
      column.field.name,
      values.map((ticks) => ticks === null ? null : param.timestamp(ticks as bigint, precision)),
    ];
  });
  return Object.fromEntries(columns);
}

/** Rows as columns: a column for each name that any row has. Messages count the rows from `firstRow`. */
function columnsOfRows(rows: readonly InsertRow[], firstRow = 0): Columns {
  const columns = new Map<string, unknown[]>();
  const add = (name: string) => {
    const values = new Array<unknown>(rows.length);
    columns.set(name, values);
    return values;
  };
  let names: readonly string[] = [];
  let targets: unknown[][] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new InterfaceError(`row ${firstRow + i} is no object of values by column name`);
    }
    // Rows mostly have the names of the row before, and engines are fastest at this loop.
    let column = 0;
    let isSame = true;
    for (const name in row) {
      isSame = name === names[column];
      if (!isSame) break;
      targets[column++]![i] = row[name];
    }
    if (isSame && column === names.length) continue;
    names = Object.keys(row);
    targets = names.map((name) => columns.get(name) ?? add(name));
    names.forEach((name, column) => targets[column]![i] = row[name]);
  }
  // No columns would count as no rows.
  if (rows.length > 0 && columns.size === 0) {
    throw new InterfaceError(`row ${firstRow} has no values`);
  }
  return Object.fromEntries(columns);
}

function* setsOfIterable(rows: Iterable<InsertRow>): Generator<Columns> {
  let set: InsertRow[] = [];
  let firstRow = 0;
  for (const row of rows) {
    set.push(row);
    if (set.length === rowsPerSet) {
      yield columnsOfRows(set, firstRow);
      firstRow += set.length;
      set = [];
    }
  }
  if (set.length > 0) yield columnsOfRows(set, firstRow);
}

async function* setsOfAsyncIterable(
  items: AsyncIterable<InsertRow | ColumnBatch>,
): AsyncGenerator<Columns> {
  let rows: InsertRow[] = [];
  let firstRow = 0;
  const take = () => {
    const columns = columnsOfRows(rows, firstRow);
    firstRow += rows.length;
    rows = [];
    return columns;
  };
  for await (const item of items) {
    if (item instanceof ColumnBatch) {
      if (rows.length > 0) yield take();
      yield columnsOfBatch(item);
      firstRow += item.rowCount;
    } else {
      rows.push(item);
      if (rows.length === rowsPerSet) yield take();
    }
  }
  if (rows.length > 0) yield take();
}

/**
 * The sets of columns that data consists of. Arrays, columns and batches are one set, so that all of it is checked
 * before any of it is sent; what can only be iterated comes as sets of 16 384 rows.
 */
export function columnSets(data: InsertData): Iterable<Columns> | AsyncIterable<Columns> {
  if (data instanceof ColumnBatch) return [columnsOfBatch(data)];
  if (Array.isArray(data)) return [columnsOfRows(data)];
  if (typeof data !== "object" || data === null) {
    throw new InterfaceError("insert takes columns, rows or a batch");
  }
  const { schema } = data as { schema?: { fields?: unknown } };
  if (Array.isArray(schema?.fields)) {
    throw new InterfaceError("insert takes an Arrow table by fromArrow() of tdwire/arrow");
  }
  if (Symbol.asyncIterator in data) return setsOfAsyncIterable(data as AsyncIterable<InsertRow>);
  if (Symbol.iterator in data) return setsOfIterable(data as Iterable<InsertRow>);
  return [data as Columns];
}
