/**
 * Subscriptions: options and topics.
 *
 * @module
 */
import type { ValueOptions } from "../../mod.ts";
import type { Case } from "./case.ts";
import { drain, fill, open, patiently, startMs, valuesOf, withTopic } from "./tmq_support.ts";

/** Cases about options and topics. */
export const tmqTopicCases: readonly Case[] = [
  {
    name: "message.rows() follows the value options of the subscription, and columns do not",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec(
        "create table nt (ts timestamp, v bigint, d decimal(10, 2), b varbinary(4))",
      );
      await withTopic(tools, "as select * from nt", async (topic, db) => {
        await db.exec(`insert into nt values (${startMs}, 7, 1.5, '\\x0102')`);
        const values = { bigint: "string", timestamp: "bigint", decimal: "number", binary: "hex" };
        await using consumer = await open(tools, topic, { values: values as ValueOptions });
        const [message] = await drain(consumer);
        const row = { ts: BigInt(startMs), v: "7", d: 1.5, b: "0102" };
        tools.deepEqual(message!.rows(), [row]);
        tools.deepEqual(message!.blocks[0]!.rows(), [row]);
        const column = message!.blocks[0]!.column("v");
        tools.deepEqual(column.kind === "fixed" && [...column.values], [7n]);
      });
    },
  },
  {
    name: "subscribe() to several topics gives the messages of each under its name",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
      const other = `${tools.database}_other`;
      await patiently(() => admin.exec(`drop topic if exists ${other}`));
      await admin.exec(`create topic ${other} as select ts, v + 100 as v from st`);
      try {
        await withTopic(tools, "as stable st", async (topic, db) => {
          await fill(db, 0, 4);
          await using consumer = await open(tools, topic, { topics: [topic, other] });
          const messages = await drain(consumer);
          const of = (name: string) => messages.filter((message) => message.topic === name);
          tools.deepEqual(valuesOf(of(topic)), [0, 1, 2, 3]);
          tools.deepEqual(valuesOf(of(other)), [100, 101, 102, 103]);
          const assigned = new Set((await consumer.assignment()).map((vgroup) => vgroup.topic));
          tools.deepEqual([...assigned].sort(), [topic, other].sort());
          await consumer.seekToBeginning(other);
          tools.deepEqual(valuesOf(await drain(consumer)), [100, 101, 102, 103]);
        });
      } finally {
        await patiently(() => admin.exec(`drop topic if exists ${other}`));
      }
    },
  },
  {
    name: "consumer.close() resolves when the server can drop the topic",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
      const topic = `${tools.database}_dropped`;
      for (let i = 0; i < 2; i++) {
        await admin.exec(`create topic ${topic} as stable st`);
        const consumer = await open(tools, topic);
        const waiting = consumer.poll(20_000).catch(() => null);
        await tools.rejects(admin.exec(`drop topic ${topic}`), { code: 0x03eb });
        await consumer.close();
        await admin.exec(`drop topic ${topic}`);
        tools.equal(await waiting, null);
      }
    },
  },
  {
    name: "subscribe() with msg.enable.batchmeta gives the same events, several in a message",
    needs: ["consumers"],
    databaseOptions: "vgroups 1",
    async run(tools) {
      await withTopic(tools, `with meta as database ${tools.database}`, async (topic, db) => {
        await db.exec("create stable st (ts timestamp, v int) tags (g int)");
        for (let i = 0; i < 4; i++) await db.exec(`create table c${i} using st tags (${i})`);
        await db.exec("alter stable st add column w double");
        await db.exec("drop table c3");
        const eventsOf = async (batch: string) => {
          const config = { "min.poll.rows": "1", "msg.enable.batchmeta": batch };
          await using consumer = await open(tools, topic, { groupId: `${topic}_${batch}`, config });
          const messages = (await drain(consumer)).filter(({ kind }) => kind === "metadata");
          return { messages: messages.length, events: messages.flatMap((m) => m.metadata) };
        };
        const [single, batch] = [await eventsOf("0"), await eventsOf("1")];
        tools.deepEqual(batch.events, single.events);
        tools.deepEqual(single.events.map(({ type }) => type), [
          "create",
          "create",
          "create",
          "create",
          "create",
          "alter",
          "drop",
        ]);
        tools.equal(single.messages, single.events.length);
        tools.ok(batch.messages < single.messages, `${batch.messages} messages`);
      });
    },
  },
];
