/**
 * A consumer: subscribe, poll, iterate, commit.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect, subscribe } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const url = given ?? server!.url;
await using db = await connect(url);

await db.exec("drop topic if exists example_consumer");
await db.exec("drop database if exists example_tmq");
await db.exec("create database example_tmq vgroups 1 wal_retention_period 3600");
await db.use("example_tmq");
await db.exec("create stable meters (ts timestamp, voltage int, note nchar(20)) tags (site int)");
await db.exec("create topic example_consumer as select tbname, ts, voltage, note from meters");
const start = 1_700_000_000_000;
for (let i = 0; i < 6; i++) {
  await db.exec(
    `insert into d${i % 2} using meters tags (${i % 2}) values (${start + i}, ${i}, '字${i}')`,
  );
}

const options = {
  topics: ["example_consumer"],
  groupId: "example",
  offsetReset: "earliest",
  autoCommit: false,
  config: { "min.poll.rows": "1" }, // otherwise the server gathers all of these rows in one message
} as const;
const seen: unknown[] = [];
{
  // poll() waits for one message; null = none came in time. A commit says that it need not come again.
  await using consumer = await subscribe(url, options);
  const message = await consumer.poll(5_000);
  for (const row of message!.rows()) seen.push(row["voltage"]);
  await message!.commit();
}
// The next consumer of the group goes on behind the commit. With the loop, autoCommit alone would do as well.
await using consumer = await subscribe(url, options);
for await (const { topic, vgroupId, offset, blocks } of consumer) {
  for (const block of blocks) {
    console.log(topic, vgroupId, offset, block.rows());
    const voltage = block.column("voltage");
    for (let row = 0; row < block.rowCount; row++) seen.push(voltage.get(row));
  }
  if (seen.length >= 6) break;
}
await consumer.commit(); // all that was given so far
equal(await consumer.lag(), 0n);
deepEqual(seen, [0, 1, 2, 3, 4, 5]);
