/**
 * Bind columns of many tables at once, and the same with `insert`.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_bind_multi");
await db.exec("create database example_bind_multi");
await db.use("example_bind_multi");
await db.exec(
  "create stable meters (ts timestamp, current float, voltage int) tags (site nchar(16), number int)",
);

const rows = 1000;
const start = 1_700_000_000_000;
const columns = {
  ts: BigInt64Array.from({ length: rows }, (_, i) => BigInt(start + i)), // ticks
  current: Array.from({ length: rows }, (_, i) => i % 100 === 0 ? null : i / 10),
  voltage: Int32Array.from({ length: rows }, (_, i) => 200 + i % 40),
};

// Table, tags and columns are all parameters; one request writes both tables.
await using insert = await db.prepare(
  "insert into ? using meters tags (?, ?) (ts, current, voltage) values (?, ?, ?)",
);
insert.bind({ name: "m1", tags: ["north", 1], columns });
insert.bind({ name: "m2", tags: { site: "south", number: 2 }, columns });
equal((await insert.execute({ reqId: 801n })).affectedRows, 2 * rows);

// Without a statement: rows of many tables by their tbname.
const { affectedRows, tables, parts } = await db.insert("meters", [
  { tbname: "m3", site: "east", number: 3, ts: new Date(start), current: 1.5, voltage: 220 },
  { tbname: "m4", site: "west", number: 4, ts: new Date(start), current: null, voltage: 221 },
]);
deepEqual([affectedRows, tables, parts], [2, 2, 1]);

const sites = await db.query(
  "select site, count(*) as n, count(current) as measured from meters group by site order by site",
);
console.log(sites.rows);
deepEqual(sites.toArrays(), [
  ["east", 1n, 1n],
  ["north", 1000n, 990n],
  ["south", 1000n, 990n],
  ["west", 1n, 0n],
]);
await db.exec("drop database example_bind_multi");
