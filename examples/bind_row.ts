/**
 * Bind row by row to a prepared INSERT.
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

await db.exec("drop database if exists example_bind_row");
await db.exec("create database example_bind_row");
await db.use("example_bind_row");
await db.exec("create table log (ts timestamp, level tinyint, content nchar(20), ratio float)");

await using insert = await db.prepare("insert into log values (?, ?, ?, ?)", { reqId: 701n });
for (const { name, type } of insert.parameters) console.log(`parameter ${name}: ${type}`);

// Values of a row in the order of the placeholders, or by name; null is NULL.
const start = 1_700_000_000_000;
insert.bindRow([new Date(start), 1, "started", 0.5]);
insert.bindRow([new Date(start + 1), 2, "你好", null]);
insert.bindRow({ ts: new Date(start + 2), level: 3, content: null, ratio: 1.5 });
const { affectedRows } = await insert.execute({ reqId: 702n });
equal(affectedRows, 3);

// The statement can be used again.
insert.bindRow([new Date(start + 3), 4, "again", 2]);
equal((await insert.execute()).affectedRows, 1);

// A value that does not fit is refused here, before anything is sent.
try {
  insert.bindRow([new Date(start + 4), 1000, "too large", 0]);
  throw new Error("1000 is no TINYINT");
} catch (error) {
  console.log(String(error));
}

const { rows } = await db.query("select level, content, ratio from log");
console.log(rows);
deepEqual(rows[1], { level: 2, content: "你好", ratio: null });
await db.exec("drop database example_bind_row");
