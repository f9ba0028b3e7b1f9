/**
 * What a vgroup's log is made of: written rows, created child tables, and other changes of tables.
 *
 * @module
 */
import type { Child, Column, Table } from "../catalog.ts";
import type { Cell } from "../engine.ts";
import type { JsonObject } from "../replies.ts";
import { isDecimal } from "../sql/types.ts";
import type { NewChild, RowBatch } from "../write.ts";
import { vgroupIndex } from "./vgroups.ts";

/** Rows of one table with the columns they were written with; the first is the time. */
export interface LoggedRows {
  /** Id of the super or normal table. */
  tableId: number;
  /** Id of the child table; 0 of a normal table. */
  childId: number;
  name: string;
  columns: Column[];
  /** How each column is kept. */
  flags: number[];
  /** One array a column. */
  cells: Cell[][];
}

/** A created child table. */
export interface LoggedChild {
  tableId: number;
  childId: number;
  name: string;
  /** Name of the super table. */
  stable: string;
  /** Milliseconds since the epoch. */
  created: number;
  tags: { column: Column; cell: Cell }[];
}

/** One entry's content. */
export type LogChange =
  | { kind: "rows"; created: LoggedChild[]; rows: () => LoggedRows[]; cost: number }
  | { kind: "children"; created: LoggedChild[] }
  | {
    kind: "event";
    /** Id of the super or normal table. */
    tableId: number;
    /** Names the child table it is about, if any. */
    child: string | null;
    /** Number of the server's message. */
    code: number;
    event: JsonObject;
  }
  | { kind: "none" };

/** Returns what is logged of a created child table. */
export function loggedChild({ child, tags }: NewChild): LoggedChild {
  const { table } = child;
  return {
    tableId: table.id,
    childId: child.id,
    name: child.name,
    stable: table.name,
    created: child.created,
    tags: table.tags.map((column, index) => ({ column, cell: tags[index] ?? null })),
  };
}

const places = new WeakMap<Child, number>();

/** Index of the vgroup that a child table is in. */
export function placeOf(child: Child): number {
  let index = places.get(child);
  if (index === undefined) {
    places.set(child, index = vgroupIndex(child.table.database, child.name));
  }
  return index;
}

/** Returns the vgroups that rows go to. */
export function placesOf(batches: RowBatch[]): Set<number> {
  const found = new Set<number>();
  let last: Child | null = null;
  for (const { children } of batches) {
    for (const child of children) {
      if (child !== last) found.add(placeOf(child));
      last = child;
    }
  }
  return found;
}

/** Returns the rows that go to a vgroup, one group a table and list of columns. */
export function rowsOf(batches: RowBatch[], place: number): LoggedRows[] {
  return batches.flatMap((batch) => {
    const byChild = new Map<Child, number[]>();
    let rows: number[] | undefined;
    batch.children.forEach((child, row) => {
      if (row === 0 || child !== batch.children[row - 1]) {
        rows = byChild.get(child);
        if (rows === undefined && placeOf(child) === place) byChild.set(child, rows = []);
      }
      rows?.push(row);
    });
    return [...byChild].map(([child, own]) => pick(batch, child, own));
  });
}

function pick({ table, columns, cells }: RowBatch, child: Child, rows: number[]): LoggedRows {
  const times = cells[0] as bigint[];
  const kept = inTimeOrder(rows, times);
  return {
    tableId: table.id,
    childId: child.id,
    name: child.name,
    columns,
    flags: columns.map((column) => flagsOf(column, table)),
    cells: kept.length === times.length && kept === rows
      ? cells
      : cells.map((column) => kept.map((row) => column[row]!)),
  };
}

/** A column has 1 from its table's creation, which tags of that time tell; 128 is for DECIMAL and for later columns. */
function flagsOf(column: Column, { tags }: Table): number {
  const isLater = tags.length > 0 && columnId(column) > Math.min(...tags.map(columnId));
  return isLater ? 0x80 : isDecimal(column.type) ? 0x81 : 1;
}

/** Of rows with the same time only the last is written. */
function inTimeOrder(rows: number[], times: bigint[]): number[] {
  const isOrdered = rows.every((row, i) => i === 0 || times[row]! > times[rows[i - 1]!]!);
  if (isOrdered) return rows;
  const last = new Map(rows.map((row) => [times[row]!, row]));
  return [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Estimates the bytes that rows take in memory. */
export function costOf(batches: RowBatch[]): number {
  let cost = 256;
  for (const { cells } of batches) {
    for (const column of cells) {
      const middle = column[column.length >> 1] ?? null;
      const size = typeof middle === "string" || middle instanceof Uint8Array ? middle.length : 0;
      cost += column.length * (24 + size);
    }
  }
  return cost;
}

/** Number of a column in its table, from 1; tags count on. */
export function columnId(column: Column): number {
  return Number(column.store.slice(1)) + 1;
}
