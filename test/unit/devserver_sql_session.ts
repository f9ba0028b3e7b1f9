/**
 * A database in memory for each test, and one session of it.
 *
 * @module
 */
import { afterEach, beforeEach } from "vitest";
import { createEngine } from "../../src/devserver/duckdb_engine.ts";
import {
  type Cell,
  type Engine,
  type RowSet,
  ServerError,
  type Session,
} from "../../src/devserver/engine.ts";
import { readRows } from "./devserver_rows.ts";

/** What the tests work with; both are replaced before each test. */
export const fixture: { engine: Engine; session: Session } = {} as never;

/** Opens a database with the current database `d` before each test, and closes it after it. */
export function useDatabase(): void {
  beforeEach(async () => {
    fixture.engine = await createEngine({});
    fixture.session = fixture.engine.openSession("root");
    await run("create database d precision 'ms' vgroups 2 keep 36500");
    await run("use d");
  });
  afterEach(async () => {
    await fixture.session.close();
    await fixture.engine.close();
  });
}

/** Executes a statement without rows; returns the number of rows it affected. */
export async function run(sql: string): Promise<number> {
  const result = await fixture.session.execute(sql);
  if (result.kind !== "update") throw new Error(`${sql} gives rows`);
  return result.affectedRows;
}

/** Executes a statement with rows. */
export async function query(sql: string): Promise<RowSet> {
  const result = await fixture.session.execute(sql);
  if (result.kind !== "rows") throw new Error(`${sql} gives no rows`);
  return result;
}

/** Reads all rows, VARCHAR as text and other bytes as arrays of numbers. */
export async function rows(sql: string): Promise<unknown[][]> {
  const result = await query(sql);
  const decode = (cell: Cell, code: number): unknown =>
    cell instanceof Uint8Array ? code === 8 ? new TextDecoder().decode(cell) : [...cell] : cell;
  return (await readRows(result)).map((row) =>
    row.map((cell, index) => decode(cell, result.fields[index]!.typeCode))
  );
}

/** Returns code and message of the failure. */
export async function failure(work: Promise<unknown>): Promise<[number, string]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ServerError) return [error.code, error.message];
    throw error;
  }
  throw new Error("no failure");
}

/** Returns the bytes of text. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
