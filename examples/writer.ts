/**
 * A writer: rows as they come, gathered into batches, with a report for each.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { equal } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_writer");
await db.exec("create database example_writer");
await db.use("example_writer");
await db.exec("create stable sensors (ts timestamp, temperature float) tags (room nchar(16))");

const writer = db.writer({
  table: "sensors",
  maxRows: 1_000, // a batch is sent when it is full …
  flushIntervalMs: 200, // … or has waited this long
  inFlight: 2,
  onReport: (report) => console.log(report),
});

// write() waits while there is no room: a fast source is slowed down to the server's pace.
const start = 1_700_000_000_000;
for (let i = 0; i < 5_000; i++) {
  const room = `room ${i % 10}`;
  await writer.write({
    tbname: `sensor_${i % 10}`,
    room,
    ts: new Date(start + i),
    temperature: i % 7 === 0 ? null : 20 + i % 5,
  });
}
await writer.flush();
equal(await db.query("select count(*) from sensors").value(), 5_000n);

// close() sends what is left, and tells what became of all rows.
await writer.write([{
  tbname: "sensor_1",
  room: "room 1",
  ts: new Date(start + 5_001),
  temperature: 21,
}]);
console.log(await writer.close());
equal(await db.query("select count(*) from sensors").value(), 5_001n);
equal(await db.query("select count(*) from (select distinct tbname from sensors)").value(), 10n);
await db.exec("drop database example_writer");
