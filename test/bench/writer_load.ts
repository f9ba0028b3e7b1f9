/**
 * Writes rows one by one, in a process of its own so that its memory can be told; prints what it took as JSON.
 *
 *     node writer_load.js <url> <writer | statement> <rows>
 *
 * @module
 */
import process from "node:process";
import { connect, type Connection } from "../../mod.ts";

/** What a load took. */
export interface Load {
  readonly seconds: number;
  /** Largest resident set of the whole process. */
  readonly peakBytes: number;
}

const start = 1_700_000_000_000;

function row(i: number) {
  return {
    ts: start + i,
    current: (i % 100) / 7,
    voltage: 200 + i % 20,
    site: `California.SF${i % 10}`,
  };
}

async function byWriter(db: Connection, rows: number): Promise<void> {
  await using writer = db.writer({ table: "readings" });
  for (let i = 0; i < rows; i++) await writer.write(row(i));
}

async function byStatement(db: Connection, rows: number): Promise<void> {
  await using insert = await db.prepare(
    "insert into readings (ts, current, voltage, site) values (?, ?, ?, ?)",
  );
  for (let i = 0; i < rows; i++) {
    insert.bindRow(row(i));
    await insert.execute();
  }
}

const [url, kind, rows] = process.argv.slice(2);
await using db = await connect(url!);
const startMs = performance.now();
await (kind === "writer" ? byWriter : byStatement)(db, Number(rows));
const load: Load = {
  seconds: (performance.now() - startMs) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(load));
