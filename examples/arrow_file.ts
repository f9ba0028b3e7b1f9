/**
 * TDengine → an Arrow file, block by block, and back into another table.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { equal } from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { tableFromIPC } from "apache-arrow";
import { connect } from "tdwire";
import { arrowStream, fromArrow } from "tdwire/arrow";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_arrow_file");
await db.exec("create database example_arrow_file precision 'us'");
await db.use("example_arrow_file");
await db.exec("create table readings (ts timestamp, reading double, note nchar(16))");
const rows = 20_000;
await db.insert("readings", {
  ts: BigInt64Array.from({ length: rows }, (_, i) => 1_700_000_000_000_000n + BigInt(i)),
  reading: Float64Array.from({ length: rows }, (_, i) => Math.sin(i / 1000)),
  note: Array.from({ length: rows }, (_, i) => i % 10 === 0 ? null : `note ${i % 3}`),
});

const folder = await mkdtemp(join(tmpdir(), "tdwire-"));
const path = join(folder, "readings.arrows");
try {
  // A block is fetched when the one before it is on disk: the result is never in memory as a whole.
  await writeFile(path, arrowStream(db.query("select * from readings")));
  console.log(`wrote ${(await stat(path)).size} bytes to ${path}`);

  // pyarrow.ipc.open_stream(path), polars.read_ipc_stream(path), … read the same file.
  const table = tableFromIPC(await readFile(path));
  console.log(`${table.numRows} rows in ${table.batches.length} batches: ${table.schema}`);
  equal(table.numRows, rows);
  equal(table.getChild("note")!.nullCount, rows / 10);

  // An Arrow table is what insert() takes. The precision makes the fast way of timestamps.
  await db.exec("create table copies (ts timestamp, reading double, note nchar(16))");
  const { affectedRows } = await db.insert("copies", fromArrow(table, { precision: "us" }));
  equal(affectedRows, rows);
} finally {
  await rm(folder, { recursive: true });
}
const same =
  "select count(*) from readings a, copies b where a.ts = b.ts and a.reading = b.reading";
equal(await db.query(same).value(), BigInt(rows));
await db.exec("drop database example_arrow_file");
