/**
 * Assignment and seek: which vgroups a consumer has, where it is in their logs, and reading them once more.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect, type Consumer, subscribe } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
const url = given ?? server!.url;
await using db = await connect(url);

const topic = "example_seek";
await db.exec(`drop topic if exists ${topic}`);
await db.exec("drop database if exists example_tmq_seek");
await db.exec("create database example_tmq_seek vgroups 2 wal_retention_period 3600");
await db.use("example_tmq_seek");
await db.exec("create stable meters (ts timestamp, v int) tags (site int)");
await db.exec(`create topic ${topic} as stable meters`);
for (let i = 0; i < 8; i++) {
  await db.exec(
    `insert into d${i} using meters tags (${i}) values (${1_700_000_000_000 + i}, ${i})`,
  );
}

/** Values of all messages, until none has come for a second. */
async function drain(consumer: Consumer): Promise<number[]> {
  const values: number[] = [];
  for (let message; (message = await consumer.poll(1_000));) {
    values.push(...message.rows<{ v: number }>().map(({ v }) => v));
  }
  return values.sort();
}

await using consumer = await subscribe(url, {
  topics: [topic],
  groupId: "example",
  offsetReset: "earliest",
  autoCommit: false,
});
deepEqual(await drain(consumer), [0, 1, 2, 3, 4, 5, 6, 7]);

// offset = the next message; begin and end = what the log still has and where it ends.
const assignment = await consumer.assignment(topic);
console.table(assignment);
equal(assignment.length, 2);
equal(await consumer.lag(), 0n);
console.log(await consumer.position(topic), await consumer.committed(topic));

// One vgroup back to its beginning: its rows come again, those of the other do not.
const [{ vgroupId, begin }] = assignment as [typeof assignment[0]];
await consumer.seek({ topic, vgroupId, offset: begin });
console.log("vgroup", vgroupId, "once more:", await drain(consumer));
await consumer.seekToBeginning();
equal((await drain(consumer)).length, 8);
await consumer.commitOffsets(assignment); // where the group will go on
