/**
 * Tables that several cases read from.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";

/** First instant of the rows that cases write, in milliseconds: 2023-11-14T22:13:20Z. */
export const startMs = 1_700_000_000_000;

/**
 * Creates the table `readings (ts timestamp, v int, s varchar(20))` and fills it: row `i` is `i` milliseconds after
 * {@linkcode startMs} and has `v = i` and `s = 'row i'`.
 */
export async function fillReadings(connection: Connection, rowCount: number): Promise<void> {
  await connection.exec("create table readings (ts timestamp, v int, s varchar(20))");
  const rows = Array.from({ length: rowCount }, (_, i) => i);
  if (connection.transport === "fetch") return await fillByText(connection, rows);
  await connection.insert("readings", {
    ts: rows.map((i) => BigInt(startMs + i)),
    v: rows,
    s: rows.map((i) => `row ${i}`),
  });
}

/** REST has SQL text only. */
async function fillByText(connection: Connection, rows: readonly number[]): Promise<void> {
  const rowsPerStatement = 10_000;
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const values = rows.slice(from, from + rowsPerStatement).map((i) =>
      `(${startMs + i}, ${i}, 'row ${i}')`
    );
    await connection.exec(`insert into readings values ${values.join(" ")}`);
  }
}

/** A query that keeps any server busy for a while when `readings` is large: it joins the table with itself. */
export const slowQuery =
  "select a.v, b.s from readings a, readings b where a.ts = b.ts order by a.v desc";
