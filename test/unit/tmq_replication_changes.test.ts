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

/** All messages that have not been polled yet, one vgroup's behind the other's; those of the one with rows first. */
async function poll(): Promise<Message[]> {
  await using consumer = await subscribe(server.url, {
    topics: ["tp"],
    groupId: "copy",
    offsetReset: "earliest",
  });
  const messages: Message[] = [];
  // A busy machine may be late with a message.
  for (let message; (message = await consumer.poll(300)) || await consumer.lag() > 0n;) {
    if (message !== null) messages.push(message);
  }
  const ahead = messages.find(({ blocks }) => blocks.length > 0)?.vgroupId;
  const place = ({ vgroupId }: Message) => vgroupId === ahead ? 0 : vgroupId;
  return messages.sort((one, other) => place(one) - place(other));
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

/** Types of the columns of table n, by name. */
async function digits(db: Connection): Promise<unknown> {
  const rows = (await db.query("describe n")).toArrays();
  return Object.fromEntries(rows.map(([name, type]) => [name, type]));
}

/** A message that tells of a table. */
function told(metadata: object): Message {
  const place = { topic: "tp", database: "original", vgroupId: 2, offset: 1n, nextOffset: 2n };
  return new Message({ kind: "metadata", ...place, blocks: [], metadata }, () => Promise.resolve());
}

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

  it("empties a column that was dropped and added again, in each vgroup's tables, as often as it is told", async () => {
    const children = Array.from({ length: 8 }, (_, i) => `c${i}`);
    const insert = (ms: number, value: number) =>
      children.map((child) => `insert into ${child} (ts, w) values (${start + ms}, ${value})`);
    await run(
      source,
      "create stable st (ts timestamp, v int, w decimal(20, 4)) tags (t int)",
      ...children.map((child) => `create table ${child} using st tags (1)`),
      ...insert(1, 1),
      "alter stable st drop column w",
      "alter stable st add column w decimal(20, 4)",
      ...insert(2, 2),
    );
    const messages = await poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await copy(messages);
    await same("select tbname, ts, v, w from st order by tbname, ts");
    for (const again of messages.keys()) await copy(messages.slice(again));
    await same("select tbname, ts, v, w from st order by tbname, ts");
  });

  it("leaves one tag when it was renamed twice, as both vgroups tell", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (k int)",
      "create table c1 using st tags (1)",
      "create stable js (ts timestamp, v int) tags (j json)",
      "create table j1 using js tags ('{\"a\":1}')",
    );
    await copy(await poll());
    await run(
      source,
      "alter stable st rename tag k k2",
      "alter stable st rename tag k2 k3",
      "alter stable js rename tag j j2",
      "alter stable js rename tag j2 j3",
    );
    await copy(await poll());
    await same("describe st", "select distinct tbname, k3 from st");
    await same("describe js", "select distinct tbname, j3 from js");
  });

  it("keeps what another vgroup told of a super table that was dropped and created again", async () => {
    const children = Array.from({ length: 8 }, (_, i) => `c${i}`);
    const insert = (ms: number) =>
      children.map((child) =>
        `insert into ${child} using st tags (${ms}) values (${start + ms}, 1)`
      );
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (t int)",
      ...insert(1),
      "drop stable st",
      "create stable st (ts timestamp, v double) tags (t bigint)",
      ...insert(2),
    );
    const messages = await poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await copy(messages);
    await same("describe st", "select tbname, t, ts, v from st order by tbname, ts");
    for (const again of messages.keys()) await copy(messages.slice(again));
    await same("describe st", "select tbname, t, ts, v from st order by tbname, ts");
  });

  it("replaces the only column and the only tag", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (k int)",
      `insert into c1 using st tags (1) values (${start}, 1)`,
    );
    await copy(await poll());
    await run(
      source,
      "alter stable st add column w int",
      "alter stable st drop column v",
      "alter stable st add column v nchar(4)",
      "alter stable st drop column w",
      "alter stable st add tag l int",
      "alter stable st drop tag k",
      "alter stable st add tag k nchar(4)",
      "alter stable st drop tag l",
      "alter table c1 set tag k = 'x'",
      `insert into c1 values (${start + 1}, 'y')`,
    );
    await copy(await poll());
    await same("describe st", "select tbname, k, ts, v from st order by ts");
  });

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

  it("makes a tag of a column once", async () => {
    await run(
      source,
      "create stable st (ts timestamp, v int, w int) tags (t int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1, 2)`,
    );
    await copy(await poll());
    await run(
      source,
      "alter stable st drop column w",
      "alter stable st add tag w int",
      "alter table c1 set tag w = 3",
    );
    await copy(await poll());
    await same("describe st", "select tbname, t, w, ts, v from st");
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
    await expect(copy(messages)).rejects.toMatchObject({ name: "InterfaceError" });
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
    // The source's statement just fits; with all digits of the DECIMAL, which cannot be bound, the copy's does not.
    await run(source, "create table n (ts timestamp, v decimal(38, 30), s nchar(1000))");
    const rows = Array.from({ length: 346 }, (_, i) => `(${start + i},1,'${"字".repeat(1000)}')`);
    await run(source, `insert into n values ${rows.join("")}`);
    const messages = await poll();
    expect(messages.flatMap(({ blocks }) => blocks.map(({ rowCount }) => rowCount))).toEqual([346]);
    await copy(messages);
    await same("select * from n order by ts");
  });

  it("gives a DECIMAL the digits of its first row when metadata leaves them open", async () => {
    await run(
      source,
      "create table n (ts timestamp, x decimal(10, 2), y decimal(20, 4))",
      `insert into n values (${start}, 12345678.12, ${"1".repeat(16)}.1234)`,
      "alter table n rename column x z",
      "alter table n rename column y x",
    );
    await copy(await poll());
    await same("select ts, x, z from n");
    expect(await digits(target)).toEqual(await digits(source));
  });

  it("drops columns in the order told, also behind DECIMALs that the source has dropped", async () => {
    await run(
      source,
      "create table n (ts timestamp, a decimal(38, 0), v int)",
      `insert into n values (${start}, ${"9".repeat(38)}, 1)`,
      "alter table n drop column v",
      "alter table n add column w int",
      "alter table n drop column a",
      `insert into n values (${start + 1}, 2)`,
    );
    const messages = await poll();
    await copy(messages);
    await same("describe n", "select * from n");
    for (const again of messages.keys()) await copy(messages.slice(again));
    await same("describe n", "select * from n");
  });

  it("drops the last column that is told again only when another one is there", async () => {
    await run(
      source,
      "create table n (ts timestamp, v int, w int)",
      `insert into n values (${start}, 1, 2)`,
      "alter table n drop column w",
      "alter table n add column w int",
      "alter table n drop column v",
      `insert into n values (${start + 1}, 3)`,
    );
    const messages = await poll();
    await copy(messages);
    for (const again of messages.keys()) await copy(messages.slice(again));
    await same("describe n", "select * from n");
  });

  it("writes into a table that was created again with other types", async () => {
    await run(
      source,
      "create table n (ts timestamp, v int, w bool)",
      `insert into n values (${start}, 1, true)`,
      "drop table n",
      "create table n (ts timestamp, v double, w nchar(4))",
      `insert into n values (${start}, 0.5, 'x')`,
    );
    await copy(await poll());
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
    await run(
      source,
      "create stable st (ts timestamp, v int) tags (t bigint)",
      "create table c0 using st tags (9007199254740993) c1000 using st tags (null)",
    );
    const createList = Array.from({ length: 1_001 }, (_, i) => {
      return { tableName: `c${i}`, using: "st", tagNum: 1, tags: [] };
    });
    const query = vi.spyOn(source, "query");
    await copy([told({ type: "create", tableType: "child", createList })]);
    const asked = query.mock.calls.flatMap(([sql]) => /tbname in \((.*)\)/.exec(sql)?.[1] ?? []);
    query.mockRestore();
    expect(asked.map((names) => names.split(", ").length)).toEqual([1_000, 1]);
    await same("show tables", "select distinct tbname, t from st order by tbname");
  });
});
