/**
 * Groups rows by the child table that they belong to.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { type ColumnValues, requireSameTags } from "./bound_tables.ts";
import type { RowRange } from "./row_ranges.ts";

/** Rows of a range, grouped by table. */
export interface TableGroups {
  readonly names: readonly string[];
  readonly counts: Uint32Array;
  /** Rows in the tables' order, from 0 at the start of the range; null when they are so already. */
  readonly order: Uint32Array | null;
  /** Tag values of each table, taken from its first row. */
  readonly tags: readonly (readonly unknown[])[];
  /** Numbers of these first rows, for messages. */
  readonly firstRows: readonly number[];
}

/** Number of each row's table, and the first row of each table. */
function numberTables(names: ColumnValues, [from, to]: RowRange, firstRow: number) {
  const numbers = new Map<string, number>();
  const tableOf = new Uint32Array(to - from);
  const firstRows: number[] = [];
  let inOrder = true;
  for (let row = from; row < to; row++) {
    const name = names[row];
    if (typeof name !== "string") {
      throw new InterfaceError(`column "tbname", row ${firstRow + row}: no table name`);
    }
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(name, number);
      firstRows.push(row);
    }
    tableOf[row - from] = number;
    inOrder &&= row === from || number >= tableOf[row - from - 1]!;
  }
  return { names: [...numbers.keys()], tableOf, firstRows, inOrder };
}

/** Counting sort: rows of a table stay in their order. */
function sortRows(tableOf: Uint32Array, counts: Uint32Array): Uint32Array {
  const next = new Uint32Array(counts.length);
  for (let table = 1; table < counts.length; table++) {
    next[table] = next[table - 1]! + counts[table - 1]!;
  }
  const order = new Uint32Array(tableOf.length);
  tableOf.forEach((table, row) => order[next[table]!++] = row);
  return order;
}

/** Groups the rows of a range. Rows of one table must agree about its tags; `firstRow` is the number of row 0, for messages. */
export function groupByTable(
  names: ColumnValues,
  tagColumns: readonly ColumnValues[],
  range: RowRange,
  firstRow = 0,
): TableGroups {
  const groups = numberTables(names, range, firstRow);
  const counts = new Uint32Array(groups.names.length);
  for (const table of groups.tableOf) counts[table]!++;
  const tagsAt = (row: number) => tagColumns.map((values) => values[row]);
  const tags = groups.firstRows.map(tagsAt);
  if (tagColumns.length > 0) {
    groups.tableOf.forEach((table, row) => {
      requireSameTags(groups.names[table]!, tags[table]!, tagsAt(range[0] + row));
    });
  }
  const order = groups.inOrder ? null : sortRows(groups.tableOf, counts);
  const firstRows = groups.firstRows.map((row) => firstRow + row);
  return { names: groups.names, counts, order, tags, firstRows };
}
