/**
 * TDengine → DuckDB: time series joined with a table of another world.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { deepEqual } from "node:assert/strict";
import process from "node:process";
import * as duck from "@duckdb/node-api";
import { connect } from "tdwire";
import { arrowBatches } from "tdwire/arrow";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_duckdb");
await db.exec("create database example_duckdb");
await db.use("example_duckdb");
await db.exec("create stable meters (ts timestamp, power double) tags (site nchar(16))");
const rows = 6_000;
await db.insert("meters", {
  tbname: Array.from({ length: rows }, (_, i) => `m${i % 3}`),
  site: Array.from({ length: rows }, (_, i) => ["north", "south", "east"][i % 3]),
  ts: BigInt64Array.from({ length: rows }, (_, i) => 1_700_000_000_000n + BigInt(i)),
  power: Float64Array.from({ length: rows }, (_, i) => i % 3 + 1),
});

const duckdb = await (await duck.DuckDBInstance.create()).connect();
await duckdb.run("create table owners (site varchar, owner varchar, price double)");
await duckdb.run(
  "insert into owners values ('north', 'Ada', 0.5), ('south', 'Grace', 0.25), ('east', 'Ada', 1)",
);
await duckdb.run("create table meters (ts timestamp_ms, power double, site varchar)");

// DuckDB's package for JavaScript reads no Arrow: record batches go in as chunks of at most 2048 rows.
const types = [duck.TIMESTAMP_MS, duck.DOUBLE, duck.VARCHAR];
const appender = await duckdb.createAppender("meters");
for await (const batch of arrowBatches(db.query("select ts, power, site from meters"))) {
  for (let from = 0; from < batch.numRows; from += 2048) {
    const part = batch.slice(from, Math.min(batch.numRows, from + 2048));
    const ticks = part.getChildAt(0)!.data[0]!.values as BigInt64Array;
    const chunk = duck.DuckDBDataChunk.create(types, part.numRows);
    const times = Array.from(ticks, (tick) => new duck.DuckDBTimestampMillisecondsValue(tick));
    chunk.setColumns([times, [...part.getChildAt(1)!], [...part.getChildAt(2)!]]);
    appender.appendDataChunk(chunk);
  }
}
appender.closeSync();

const bills = await duckdb.runAndReadAll(
  "select owner, count(*)::int as readings, sum(power * price) as bill " +
    "from meters join owners using (site) group by owner order by owner",
);
console.table(bills.getRowObjects());
deepEqual(bills.getRows(), [["Ada", 4000, 7000], ["Grace", 2000, 1000]]);
duckdb.closeSync();
await db.exec("drop database example_duckdb");
