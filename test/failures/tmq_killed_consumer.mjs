/**
 * A consumer that is killed at some point: tells each message on standard output, `vgroup offset value value …`, before
 * it commits it.
 *
 *     node tmq_killed_consumer.mjs <module of the client> <url> <topic>
 *
 * @module
 */
import { writeSync } from "node:fs";
import process from "node:process";

const [client, url, topic] = process.argv.slice(2);
const { subscribe } = await import(client);
const consumer = await subscribe(url, {
  topics: [topic],
  groupId: "killed",
  offsetReset: "earliest",
  autoCommit: false,
  config: { "min.poll.rows": "1" },
});
for await (const message of consumer) {
  const values = message.blocks.flatMap((block) => [...block.column("v").values]);
  writeSync(1, `${message.vgroupId} ${message.offset} ${values.join(" ")}\n`);
  await message.commit();
}
