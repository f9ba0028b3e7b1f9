/**
 * The everyday calls: create, write, read, parameters, the current database; each with a request id.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect, id } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

// A request id of your own (1 … 2^64 − 1) finds the request in the server's logs; without one it is generated.
let reqId = 1000n;
const next = () => ({ reqId: ++reqId });

await db.exec("drop database if exists example_usage", [], next());
await db.exec("create database example_usage precision 'us'", [], next());
await db.use("example_usage", next());
equal(await db.currentDatabase(next()), "example_usage");
await db.exec(
  "create stable log (ts timestamp, level int, content nchar(40)) tags (host int)",
  [],
  next(),
);

// Child tables are created on the way.
const written = await db.exec(
  "insert into log_1 using log tags (1) values (now, 1, 'started') (now + 1s, 2, '你好') " +
    "log_2 using log tags (2) values (now, 3, null)",
  [],
  next(),
);
deepEqual([written.affectedRows, written.reqId], [3, reqId]);

// Values are parameters, names are quoted by id().
const all = await db.query("select * from log where level >= ? order by level", [2], next());
equal(all.reqId, reqId);
console.log(all.rows);
deepEqual(all.rows.map((row) => row["content"]), ["你好", null]);
const table = id("example_usage", "log");
equal(await db.sql`select count(*) from ${table} where content = ${"你好"}`.value(), 1n);

// Row by row: the next block is fetched when it is needed.
for await (const row of db.query("select ts, level from log", [], next())) {
  console.log(row["ts"], row["level"]);
}
console.log(`round trip ${(await db.ping()).toFixed(2)} ms`);
await db.exec("drop database example_usage", [], next());
