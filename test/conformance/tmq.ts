/**
 * Subscriptions: messages, commits and places.
 *
 * @module
 */
import { type Connection, subscribe } from "../../mod.ts";
import type { Case } from "./case.ts";
import { blocksOf, drain, fill, open, startMs, valuesOf, withTopic } from "./tmq_support.ts";

/** Cases about subscriptions. */
export const tmqCases: readonly Case[] = [
  {
    name: "subscribe() to a database gives rows with their tables, and what happened to tables",
    needs: ["consumers"],
    async run(tools) {
      await withTopic(tools, `with meta as database ${tools.database}`, async (topic, db) => {
        await db.exec("create stable st (ts timestamp, v int) tags (g int)");
        await fill(db, 0, 4);
        await db.exec("alter table st add column extra double");
        await db.exec(`insert into c0 (ts, v, extra) values (${startMs + 10}, 10, 2.5)`);
        await db.exec("create table nt (ts timestamp, w nchar(8), ok bool, u tinyint unsigned)");
        await db.exec(`insert into nt values (${startMs}, '字', true, 200)`);
        await using consumer = await open(tools, topic);
        const messages = await drain(consumer);
        tools.deepEqual(
          [...new Set(messages.map((message) => `${message.topic} ${message.database}`))],
          [`${topic} ${tools.database}`],
        );
        const blocks = blocksOf(messages);
        const rowsOf = (table: string) =>
          blocks.filter((block) => block.table === table).flatMap((block) => block.rows());
        tools.deepEqual(rowsOf("c1").map(({ v }) => v), [1, 3]);
        tools.equal(rowsOf("c0").find(({ v }) => v === 10)?.["extra"], 2.5);
        tools.deepEqual(rowsOf("nt"), [{ ts: new Date(startMs), w: "字", ok: true, u: 200 }]);
        const events = messages.flatMap(({ metadata }) => metadata);
        const created = events.flatMap((event) =>
          event.type === "create" && event.tableType !== "child" ? [event.tableName] : []
        );
        tools.deepEqual([...new Set(created)].sort(), ["nt", "st"]);
        tools.ok(events.some((event) => event.type === "alter" && event.column === "extra"));
      });
    },
  },
  {
    name: "subscribe() to a query gives exact values of every kind, JSON tags and NULLs",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      const columns =
        "ts timestamp, v int, u bigint unsigned, d decimal(20, 3), f float, s varchar(20)";
      await admin.exec(`create stable st (${columns}) tags (j json)`);
      const json = `{"name":"é😀","n":1.5,"ok":true,"none":null}`;
      await withTopic(tools, "as select ts, v, u, d, f, s, j from st", async (topic, db) => {
        await db.exec(
          `insert into c1 using st tags ('${json}') values (${startMs}, 1, 18446744073709551615, 12.345, 1.5, 'x')`,
        );
        await db.exec(`insert into c1 (ts) values (${startMs + 1})`);
        await using consumer = await open(tools, topic);
        const blocks = blocksOf(await drain(consumer));
        tools.deepEqual([...new Set(blocks.map(({ table }) => table))], [null]);
        const j = { n: 1.5, name: "é😀", none: null, ok: true };
        const nothing = { v: null, u: null, d: null, f: null, s: null };
        tools.deepEqual(
          blocks.flatMap((block) => block.rows()).map(({ j, ...row }) => ({
            ...row,
            j: { ...j as object },
          })),
          [
            { ts: new Date(startMs), v: 1, u: 2n ** 64n - 1n, d: "12.345", f: 1.5, s: "x", j },
            { ts: new Date(startMs + 1), ...nothing, j },
          ],
        );
      });
    },
  },
  {
    name:
      "message.commit() lets the group go on behind the message, and consumer.commit() behind all",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
      await withTopic(tools, `as stable st`, async (topic, db) => {
        await fill(db as Connection, 0, 6);
        const seen: number[] = [];
        {
          await using consumer = await open(tools, topic);
          const first = (await drain(consumer))[0]!;
          await first.commit();
          await first.commit();
          const [vgroup] = await consumer.committed(topic, [first.vgroupId]);
          tools.deepEqual(vgroup, { vgroupId: first.vgroupId, offset: first.nextOffset });
          seen.push(...valuesOf([first]));
        }
        {
          await using consumer = await open(tools, topic);
          seen.push(...valuesOf(await drain(consumer)));
          await consumer.commit();
          tools.equal(await consumer.lag(), 0n);
        }
        tools.deepEqual(seen.sort((a, b) => a - b), [0, 1, 2, 3, 4, 5]);
        await using consumer = await open(tools, topic);
        tools.deepEqual(await drain(consumer), []);
      });
    },
  },
  {
    name: "consumer.seek() goes to any offset of the log, and refuses others with 0x4007",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
      await withTopic(tools, "as stable st", async (topic, db) => {
        await fill(db as Connection, 0, 4);
        await using consumer = await open(tools, topic);
        const messages = await drain(consumer);
        await consumer.seekToBeginning();
        tools.deepEqual(valuesOf(await drain(consumer)), [0, 1, 2, 3]);
        await consumer.seekToEnd();
        tools.deepEqual(await drain(consumer), []);
        const last = messages.at(-1)!;
        await consumer.seek({ topic, vgroupId: last.vgroupId, offset: last.offset });
        tools.deepEqual(valuesOf(await drain(consumer)), valuesOf([last]));
        for (const { vgroupId, offset, begin, end } of await consumer.assignment(topic)) {
          tools.ok(begin <= offset && offset <= end);
          const far = { topic, vgroupId, offset: end + 1_000n };
          await tools.rejects(consumer.seek(far), { name: "TmqError", code: 0x4007 });
        }
      });
    },
  },
  {
    name: "consumer.unsubscribe() ends it, and subscribe() begins again from what was committed",
    needs: ["consumers"],
    async run(tools) {
      await using admin = await tools.open();
      await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
      await withTopic(tools, "as stable st", async (topic, db) => {
        await fill(db as Connection, 0, 3);
        await using consumer = await open(tools, topic, { autoCommit: true });
        tools.deepEqual(await consumer.topics(), [topic]);
        tools.deepEqual(valuesOf(await drain(consumer)), [0, 1, 2]);
        await consumer.unsubscribe();
        await tools.rejects(consumer.poll(), { name: "InterfaceError" });
        await fill(db as Connection, 3, 5);
        await consumer.subscribe([topic]);
        tools.deepEqual(valuesOf(await drain(consumer)), [3, 4]);
      });
    },
  },
  {
    name: "subscribe() to a topic that does not exist is a TmqError",
    needs: ["consumers"],
    async run(tools) {
      const options = { topics: ["no_such_topic"], groupId: "g" };
      await tools.rejects(subscribe(tools.url, options), { name: "TmqError", code: 0x03e1 });
      const wrong = { ...options, password: "wrong" };
      await tools.rejects(subscribe(tools.url, wrong), {
        name: "ConnectionError",
        kind: "authentication",
      });
    },
  },
];
