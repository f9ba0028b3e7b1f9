/**
 * A large result block by block, as typed arrays; with a request id.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { equal } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_blocks");
await db.exec("create database example_blocks");
await db.exec("create table example_blocks.t (ts timestamp, v int)");
const rowCount = 10_000;
const start = 1_700_000_000_000;
for (let from = 0; from < rowCount; from += 1000) {
  const rows = Array.from({ length: 1000 }, (_, i) => `(${start + from + i}, ${from + i})`);
  await db.exec(`insert into example_blocks.t values ${rows.join(" ")}`);
}

const select = "select ts, v from example_blocks.t";

// Columns as they came: a typed array of values, and a bitmap of which are not NULL.
let [blocks, rows, sum] = [0, 0, 0];
for await (const batch of db.query(select, [], { reqId: 501n }).batches()) {
  const column = batch.column("v");
  if (column.kind !== "fixed") throw new Error("INT is a fixed column");
  for (const value of column.values) sum += Number(value);
  blocks++;
  rows += batch.rowCount;
}
console.log(`${rows} rows in ${blocks} blocks, the sum of v is ${sum}`);
equal(rows, rowCount);
equal(sum, rowCount * (rowCount - 1) / 2);

// The same as a web stream, at the reader's pace.
let streamed = 0;
const count = new WritableStream({ write: (batch) => void (streamed += batch.rowCount) });
await db.query(select, [], { reqId: 502n }).stream().pipeTo(count);
equal(streamed, rowCount);

// Leaving early frees the result on the server.
for await (const batch of db.query(select, [], { reqId: 503n }).batches()) {
  console.log(`the first block has ${batch.rowCount} rows`);
  break;
}
await db.exec("drop database example_blocks");
