/**
 * How fast rows that come one by one are written, and in how much memory: the writer beside the prepared statement,
 * which executes each row. The server acknowledges at once, so that only the client's work and the round trips count.
 *
 * @module
 */
import { once } from "node:events";
import { firstOutput, start } from "./child.ts";
import type { Measurement } from "./decode.ts";
import type { Load } from "./writer_load.ts";

const writerRows = 1_000_000;
const statementRows = 20_000;
async function load(url: string, kind: string, rows: number): Promise<Load> {
  const child = start("writer_load", [url, kind, String(rows)]);
  return JSON.parse(await firstOutput(child));
}

/** Measures 1,000,000 rows by `write(row)`, and fewer by the statement. */
export async function benchWriter(): Promise<Measurement[]> {
  const server = start("ack_server");
  try {
    const url = `ws://127.0.0.1:${await firstOutput(server)}`;
    const received = once(server, "message");
    const writer = await load(url, "writer", writerRows);
    const [rows] = await received;
    if (rows !== writerRows) throw new Error(`the server was sent ${rows} rows`);
    const statement = await load(url, "statement", statementRows);
    const [fast, slow] = [writerRows / writer.seconds, statementRows / statement.seconds];
    return [
      { name: "write 1,000,000 rows by writer", value: fast, unit: "rows/s" },
      { name: "write row by row by statement", value: slow, unit: "rows/s" },
      { name: "writer : statement", value: fast / slow, unit: "times" },
      { name: "writer peak resident", value: writer.peakBytes / 2 ** 20, unit: "MiB" },
    ];
  } finally {
    server.kill();
  }
}
