/**
 * The REST interface: the same calls over `fetch`, where there are no sessions to keep.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs an address that speaks REST.
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const url = (given ?? server!.url).replace(/^[a-z+]+:/, "http:");

await using db = await connect(url, { requestTimeoutMs: 30_000 });
equal(db.transport, "fetch");
await db.exec("drop database if exists example_rest");
await db.exec("create database example_rest precision 'us'");
await db.exec("create table example_rest.t (ts timestamp, v bigint, name nchar(8))");

const ticks = 1_700_000_000_123_456n;
const { affectedRows } = await db.exec(
  `insert into example_rest.t values (${ticks}, 9007199254740993, '你好') (${
    ticks + 1n
  }, null, null)`,
  [],
  { reqId: 1001n },
);
equal(affectedRows, 2);

// What RestClient.sql() gives as head, column_meta, data and rows.
const result = await db.query("select * from example_rest.t", [], { reqId: 1002n });
console.log(result.fields.map(({ name, type }) => `${name} ${type}`), result.rowCount);
console.log(result.toArrays());
deepEqual(result.toArrays(), [[ticks, 9_007_199_254_740_993n, "你好"], [ticks + 1n, null, null]]);

// A database in the URL is sent with each request.
await using inside = await connect(`${url.replace(/\/$/, "")}/example_rest`);
equal(await inside.sql`select count(*) from t where name = ${"你好"}`.value(), 1n);

// What needs a session is refused, naming the transport that can.
await rejects(db.prepare("insert into example_rest.t values (?, ?, ?)"), {
  name: "UnsupportedError",
});
await db.exec("drop database example_rest");
