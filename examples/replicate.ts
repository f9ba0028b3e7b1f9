/**
 * Copies a database topic to another server: tables, changes of tables, deleted rows and rows. Stopped at any point, it
 * goes on from its last commit.
 *
 * Runs against two embedded servers, or between two databases of the server that TDENGINE_URL names; TDENGINE_COPY_URL
 * names another server for the copy. Needs the WebSocket transport.
 */
import { deepEqual } from "node:assert/strict";
import process from "node:process";
import { applyMessage, connect, type Connection, subscribe } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using other = given ? null : await createServer({ port: 0 });
const url = given ?? server!.url;
const copyUrl = process.env["TDENGINE_COPY_URL"] ?? given ?? other!.url;

/** Applies messages until none has come for two seconds, or so many rows are copied. */
async function copy(topic: string, source: Connection, target: Connection, most = Infinity) {
  const group = { groupId: "replica", offsetReset: "earliest", autoCommit: false } as const;
  await using consumer = await subscribe(url, { topics: [topic], ...group });
  let rows = 0;
  for (let message; rows < most && (message = await consumer.poll(2_000));) {
    rows += (await applyMessage(message, { source, target })).rows;
    await message.commit(); // applying a message twice changes nothing, so a stop before this line loses nothing
    console.log(`${rows} rows copied, ${await consumer.lag()} log entries to go`);
  }
}

await using source = await connect(url);
await using target = await connect(copyUrl);
await source.exec("drop topic if exists example_replicate");
for (const [db, name] of [[source, "example_original"], [target, "example_copy"]] as const) {
  await db.exec(`drop database if exists ${name}`);
  await db.exec(`create database ${name} vgroups 2 wal_retention_period 3600`);
  await db.use(name);
}
await source.exec("create topic example_replicate with meta as database example_original");
await source.exec("create stable meters (ts timestamp, v decimal(20, 4)) tags (serial bigint)");
for (let i = 0; i < 10; i++) {
  const tags = { serial: 9_007_199_254_740_993n + BigInt(i) };
  await source.exec(`create table d${i} using meters tags (${tags.serial})`);
  await source.exec(`insert into d${i} values (now, ${i}.0001) (now + 1s, null)`);
}
await copy("example_replicate", source, target, 4); // stopped …
await source.exec("alter stable meters add column note nchar(20)");
await source.exec("insert into d0 values (now + 2s, 1.5, '字')");
await source.exec("drop table d9");
await copy("example_replicate", source, target); // … and resumed

const all = "select tbname, serial, ts, v, note from meters order by tbname, ts";
deepEqual(await target.query(all).then(({ rows }) => rows), (await source.query(all)).rows);
await source.exec("drop topic example_replicate");
await source.exec("drop database example_original");
await target.exec("drop database example_copy");
