/** Copies in the cases where source and target differ: what a later change, or another vgroup, has made of a table. */

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { applyMessage, connect, type Connection, subscribe } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { Message } from "../../src/tmq/message.ts";

const start = 1_700_000_000_000;

let server: DevServer;
let source: Connection;
let target: Connection;

beforeAll(async () => {
  server = await createServer({ port: 0 });
});
afterAll(async () => {
  await server.close();
});

beforeEach(async () => {
  source = await connect(server.url);
  target = await connect(server.url);
  await run(source, "drop topic if exists tp");
  for (const [db, name] of [[source, "original"], [target, "copy"]] as const) {
    await run(db, `drop database if exists ${name}`);
    await run(db, `create database ${name} vgroups 2 wal_retention_period 3600`, `use ${name}`);
  }
  await run(source, "create topic tp with meta as database original");
  return async () => {
    await source.close();
    await target.close();
  };
});

async function run(db: Connection, ...statements: string[]): Promise<void> {
  for (const sql of statements) await db.exec(sql);
}

/** All messages that have not been polled yet; those of the vgroup with rows first, as if it were far ahead. */
async function poll(): Promise<Message[]> {
  await using consumer = await subscribe(server.url, {
    topics: ["tp"],
    groupId: "copy",
    offsetReset: "earliest",
  });
  const messages: Message[] = [];
  for (let message; (message = await consumer.poll(300));) messages.push(message);
  const ahead = messages.find(({ blocks }) => blocks.length > 0)?.vgroupId;
  const isBehind = ({ vgroupId }: Message) => Number(vgroupId !== ahead);
  return messages.sort((one, other) => isBehind(one) - isBehind(other));
}

async function copy(messages: readonly Message[]): Promise<void> {
  for (const message of messages) await applyMessage(message, { source, target });
}

async function same(...queries: string[]): Promise<void> {
  const read = async (db: Connection, sql: string) => (await db.query(sql)).toArrays();
  for (const sql of queries) {
    expect([sql, await read(target, sql)]).toEqual([sql, await read(source, sql)]);
  }
}

/** What a server that tells no digits says of a table. */
function created(columns: readonly object[]): Message {
  const metadata = { type: "create", tableType: "normal", tableName: "n", columns, tags: [] };
  const place = { topic: "tp", database: "original", vgroupId: 2, offset: 1n, nextOffset: 2n };
  return new Message({ kind: "metadata", ...place, blocks: [], metadata }, () => Promise.resolve());
}

const ts = { name: "ts", type: 9 };
const decimal = 17;

describe("applyMessage()", () => {
  it.each(["c1", "n"])(
    "says that the target's database is gone, writing rows of %s",
    async (name) => {
      await run(
        source,
        "create stable st (ts timestamp, v int) tags (t int)",
        "create table c1 using st tags (1)",
        "create table n (ts timestamp, v int)",
      );
      await copy(await poll());
      await run(source, `insert into ${name} values (${start}, 1)`);
      const messages = await poll();
      expect(messages).toHaveLength(1);
      await run(source, "drop database copy");
      await expect(copy(messages)).rejects.toMatchObject({ code: 0x0388 });
    },
  );

  it("keeps a column that was dropped and added again when another vgroup tells of the drop", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int, w int) tags (t int, k int)",
      "create table c1 using st tags (1, 2)",
      "alter stable st drop column w",
      "alter stable st add column w int",
      "alter stable st drop tag k",
      "alter stable st add tag k int",
      `insert into c1 values (${start}, 1, 2)`,
      "alter table c1 set tag k = 3",
      "create stable st2 (ts timestamp, v int) tags (t int)",
    );
    const messages = await poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await copy(messages);
    await same("describe st", "select tbname, t, k, ts, v, w from st");
  });

  it("empties a tag that was dropped and added again", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (t int, k int)",
      "create table c1 using st tags (1, 2)",
      `insert into c1 values (${start}, 1)`,
    );
    await copy(await poll());
    await run(source, "alter stable st drop tag k", "alter stable st add tag k int");
    await copy(await poll());
    await same("describe st", "select distinct tbname, t, k from st");
  });

  it("gives a column another type when it was dropped and added again, and copies rows from between", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int, w int) tags (t int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1, 2)`,
      "alter stable st drop column w",
      "alter stable st add column w nchar(4)",
      `insert into c1 values (${start + 1}, 2, 'x')`,
    );
    const messages = await poll();
    // The rows from before the change, again: the target has the other type by now.
    await copy([...messages, ...messages]);
    await same("describe st", "select * from st order by ts");
  });

  it("renames a tag once when a tag of the old name was added behind it", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (k int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1)`,
    );
    await copy(await poll());
    await run(
      source,
      "alter stable st rename tag k k2",
      "alter stable st add tag k int",
      "alter table c1 set tag k = 5",
    );
    await copy(await poll());
    await same("describe st", "select distinct tbname, k2, k from st");
  });

  it("refuses databases of different precision, naming both", async () => {
    await run(source, "create table n (ts timestamp, v int)");
    await run(target, "create database finer precision 'us'", "use finer");
    const messages = await poll();
    const refused = expect(copy(messages)).rejects;
    await refused.toMatchObject({ name: "InterfaceError" });
    await expect(copy(messages)).rejects.toThrow(/"original" are in ms, .*"finer" in us/);
    expect((await target.query("show tables")).rows).toEqual([]);
    await run(target, "drop database finer");
  });

  it("refuses a target without a current database, and a source that lacks the messages'", async () => {
    await run(source, "create table n (ts timestamp, v int)");
    const [message] = await poll();
    await using nowhere = await connect(server.url);
    await expect(applyMessage(message!, { source, target: nowhere })).rejects.toThrow(
      /no current database/,
    );
    await using other = await createServer({ port: 0 });
    await using wrong = await connect(other.url);
    await expect(applyMessage(message!, { source: wrong, target })).rejects.toThrow(
      /no database "original"/,
    );
  });

  it("copies rows whose SQL is longer than a statement in bytes, not in characters", async () => {
    await run(source, "create table n (ts timestamp, v decimal(20, 4), s nchar(1000))");
    // Bound, so that they come as one block; DECIMAL is what has them written in SQL.
    const rows = Array.from({ length: 390 }, (_, i) => i);
    await source.insert("n", {
      ts: rows.map((i) => new Date(start + i)),
      s: rows.map(() => "字".repeat(1000)),
    });
    const messages = await poll();
    expect(messages.flatMap(({ blocks }) => blocks.map(({ rowCount }) => rowCount))).toEqual([390]);
    await copy(messages);
    await same("select * from n order by ts");
  });

  it("names a DECIMAL column whose digits it cannot know", async () => {
    await run(source, "create table n (ts timestamp, x decimal(10, 2), y decimal(20, 4))");
    const message = created([ts, { name: "a", type: decimal }, { name: "b", type: decimal }]);
    await expect(copy([message])).rejects.toThrow(
      /column "a" .*DECIMAL\(10, 2\) or DECIMAL\(20, 4\)/,
    );
    await expect(copy([message])).rejects.toMatchObject({ name: "InterfaceError" });
  });

  it("leaves out a DECIMAL column that the source has dropped, and its values", async () => {
    await run(
      source,
      "create table n (ts timestamp, a decimal(38, 0), v int)",
      `insert into n values (${start}, ${"9".repeat(38)}, 1)`,
      "alter table n drop column a",
    );
    const messages = await poll();
    await copy(messages.slice(0, 1));
    await same("describe n");
    await copy(messages);
    await same("describe n", "select * from n");
  });

  it("makes a table as the source has it when all columns of its beginning are gone", async () => {
    await run(
      source,
      "create table n (ts timestamp, a decimal(38, 0))",
      `insert into n values (${start}, ${"9".repeat(38)})`,
      "alter table n add column v int",
      "alter table n drop column a",
    );
    await copy(await poll());
    await same("describe n", "select * from n");
  });

  it("asks for tags of at most a thousand tables at once", async () => {
    const count = 1_500;
    await run(source, "create stable st (ts timestamp, v int) tags (t int)");
    const tables = Array.from({ length: count }, (_, i) => `c${i} using st tags (${i})`);
    await run(source, `create table ${tables.join(" ")}`);
    const query = vi.spyOn(source, "query");
    await copy(await poll());
    const asked = query.mock.calls.map(([sql]) => /tbname in \((.*)\)/.exec(sql)?.[1] ?? "");
    query.mockRestore();
    const counts = asked.map((names) => names.split(", ").length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1_000);
    await same("select tbname, t from (select distinct tbname, t from st) order by t");
    expect((await target.query("show tables")).rows).toHaveLength(count);
  });
});
