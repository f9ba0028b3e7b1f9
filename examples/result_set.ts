/**
 * A whole result: fields, counts, rows as objects and as arrays, columns; with a request id.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_result_set");
await db.exec("create database example_result_set precision 'us'");
await db.exec("create table example_result_set.t (ts timestamp, v int, name nchar(8))");
const start = 1_700_000_000_123_456n;
await db.exec(
  `insert into example_result_set.t values (${start}, 1, 'one') (${start + 1n}, null, '二')`,
);

const query = db.query("select * from example_result_set.t", [], { reqId: 77n });
const result = await query;
equal(result.reqId, 77n);
for (const { name, type, length } of result.fields) console.log(`${name}: ${type}(${length})`);
deepEqual(result.fields.map(({ type }) => type), ["TIMESTAMP", "INT", "NCHAR"]);
console.log(`${result.rowCount} rows, timestamps in ${result.precision}, ${result.durationNs} ns`);

// Rows by column name, rows as arrays, and columns. Microseconds are exact bigint ticks.
deepEqual(result.rows[0], { ts: start, v: 1, name: "one" });
deepEqual(result.toArrays(), [[start, 1, "one"], [start + 1n, null, "二"]]);
deepEqual(result.batch.column("v").toArray(), [1, null]);
console.log(result.batch.rows({ timestamp: "string" }));

// A result is read once: a second use is an error, not an empty list.
await rejects(async () => await query, { name: "InterfaceError" });

// Only what is needed.
const count = "select count(*) from example_result_set.t";
equal(await db.query(count).value(), 2n);
deepEqual(await db.query("select v from example_result_set.t order by ts").first(), { v: 1 });
equal(await db.query("select v from example_result_set.t where v > 5").first(), undefined);

// A write has counts, and no rows.
const write = await db.exec(`insert into example_result_set.t values (${start + 2n}, 3, 'three')`);
equal(write.affectedRows, 1);
await db.exec("drop database example_result_set");
