/**
 * The ways to read a result, and what a cell looks like in each.
 *
 * @module
 */
import type { ColumnBatch, Connection, Precision } from "../../mod.ts";
import type { Cell, Column } from "./column_types.ts";
import type { Connections } from "./job.ts";

/** A way to read. */
export interface ReadWay {
  readonly name: string;
  /** Whether it goes over REST, which has no NaN and no infinities. */
  readonly isRest: boolean;
  /** Whether timestamps of a database in milliseconds are dates. */
  readonly hasDates: boolean;
  /** Gives all rows; `names` are those of the columns. */
  read(connections: Connections, sql: string, names: readonly string[]): Promise<unknown[][]>;
}

const ticks = { values: { timestamp: "bigint" } } as const;

function arraysOf(rows: readonly Record<string, unknown>[], names: readonly string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}

/** The cells of a batch's columns, one by one. */
function cellsOf({ columns, rowCount }: ColumnBatch): unknown[][] {
  return Array.from({ length: rowCount }, (_, row) => columns.map((column) => column.get(row)));
}

type Read = (db: Connection, sql: string, names: readonly string[]) => Promise<unknown[][]>;

const reads: Readonly<Record<string, Read>> = {
  "rows": async (db, sql, names) => arraysOf((await db.query(sql)).rows, names),
  "toArrays()": async (db, sql) => (await db.query(sql, [], ticks)).toArrays(),
  "batches()": async (db, sql) => {
    const rows: unknown[][] = [];
    for await (const batch of db.query(sql, [], ticks).batches()) rows.push(...cellsOf(batch));
    return rows;
  },
  "stream()": async (db, sql) => {
    const rows: unknown[][] = [];
    const reader = db.query(sql, [], ticks).stream().getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      rows.push(...step.value.toArrays());
    }
    return rows;
  },
  "for await": async (db, sql, names) => {
    const rows: Record<string, unknown>[] = [];
    for await (const row of db.query(sql, [], ticks)) rows.push(row);
    return arraysOf(rows, names);
  },
  "batch": async (db, sql) => {
    const { batch } = await db.query(sql, [], ticks);
    const columns = batch.columns.map((column) => column.toArray());
    return Array.from({ length: batch.rowCount }, (_, row) => columns.map((cells) => cells[row]));
  },
};

/** All ways: each of the above over each transport. */
export const readWays: readonly ReadWay[] = [false, true].flatMap((isRest) =>
  Object.entries(reads).map(([name, read]) => ({
    name: isRest ? `${name} over REST` : name,
    isRest,
    hasDates: name === "rows",
    read: ({ socket, rest }: Connections, sql: string, names: readonly string[]) =>
      read(isRest ? rest : socket, sql, names),
  }))
);

/** Milliseconds that a Date can be before and after 1970. */
const maxDateMs = 8_640_000_000_000_000n;

/** What is read of a cell. */
export function readCell(
  cell: Cell,
  { type }: Column,
  way: ReadWay,
  precision: Precision,
): unknown {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "number" && !Number.isFinite(cell) && way.isRest) return null;
  if (type !== "timestamp" || !way.hasDates || precision !== "ms") return cell;
  const ms = cell as bigint;
  return ms >= -maxDateMs && ms <= maxDateMs ? new Date(Number(ms)) : ms;
}

/** Whether two cells are the same: -0 is not 0, NaN is NaN; the order of an object's keys does not count. */
export function isSame(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== "object" || typeof expected !== "object") return false;
  if (actual === null || expected === null) return false;
  if (expected instanceof Date) return actual instanceof Date && +actual === +expected;
  if (expected instanceof Uint8Array) {
    return actual instanceof Uint8Array && actual.length === expected.length &&
      expected.every((byte, i) => byte === actual[i]);
  }
  const [left, right] = [actual, expected].map((value) => value as Record<string, unknown>);
  const keys = Object.keys(right!);
  return Object.keys(left!).length === keys.length &&
    keys.every((key) => isSame(left![key], right![key]));
}
