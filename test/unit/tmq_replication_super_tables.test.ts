/** Copies of super tables, whose changes each vgroup tells of at a time of its own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { Message } from "../../src/tmq/message.ts";
import { CopiedDatabase, run, start } from "./tmq_copied_database.ts";

let server: DevServer;
let both: CopiedDatabase;

beforeAll(async () => {
  server = await createServer({ port: 0 });
});
afterAll(async () => {
  await server.close();
});
beforeEach(async () => {
  both = await CopiedDatabase.make(server.url);
  return () => both[Symbol.asyncDispose]();
});

/** A message that tells of a table. */
function told(metadata: object): Message {
  const place = { topic: "tp", database: "original", vgroupId: 2, offset: 1n, nextOffset: 2n };
  return new Message({ kind: "metadata", ...place, blocks: [], metadata }, () => Promise.resolve());
}

describe("applyMessage()", () => {
  it("empties a column that was dropped and added again, in each vgroup's tables, as often as it is told", async () => {
    const children = Array.from({ length: 8 }, (_, i) => `c${i}`);
    const insert = (ms: number, value: number) =>
      children.map((child) => `insert into ${child} (ts, w) values (${start + ms}, ${value})`);
    await run(
      both.source,
      "create stable st (ts timestamp, v int, w decimal(20, 4)) tags (t int)",
      ...children.map((child) => `create table ${child} using st tags (1)`),
      ...insert(1, 1),
      "alter stable st drop column w",
      "alter stable st add column w decimal(20, 4)",
      ...insert(2, 2),
    );
    const messages = await both.poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await both.apply(messages);
    await both.same("select tbname, ts, v, w from st order by tbname, ts");
    for (const again of messages.keys()) await both.apply(messages.slice(again));
    await both.same("select tbname, ts, v, w from st order by tbname, ts");
  });

  it("leaves one tag when it was renamed twice, as both vgroups tell", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (k int)",
      "create table c1 using st tags (1)",
      "create stable js (ts timestamp, v int) tags (j json)",
      "create table j1 using js tags ('{\"a\":1}')",
    );
    await both.apply(await both.poll());
    await run(
      both.source,
      "alter stable st rename tag k k2",
      "alter stable st rename tag k2 k3",
      "alter stable js rename tag j j2",
      "alter stable js rename tag j2 j3",
    );
    await both.apply(await both.poll());
    await both.same("describe st", "select distinct tbname, k3 from st");
    await both.same("describe js", "select distinct tbname, j3 from js");
  });

  it("keeps what another vgroup told of a super table that was dropped and created again", async () => {
    const children = Array.from({ length: 8 }, (_, i) => `c${i}`);
    const insert = (ms: number) =>
      children.map((child) =>
        `insert into ${child} using st tags (${ms}) values (${start + ms}, 1)`
      );
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (t int)",
      ...insert(1),
      "drop stable st",
      "create stable st (ts timestamp, v double) tags (t bigint)",
      ...insert(2),
    );
    const messages = await both.poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await both.apply(messages);
    await both.same("describe st", "select tbname, t, ts, v from st order by tbname, ts");
    for (const again of messages.keys()) await both.apply(messages.slice(again));
    await both.same("describe st", "select tbname, t, ts, v from st order by tbname, ts");
  });

  it("replaces the only column and the only tag", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (k int)",
      `insert into c1 using st tags (1) values (${start}, 1)`,
    );
    await both.apply(await both.poll());
    await run(
      both.source,
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
    await both.apply(await both.poll());
    await both.same("describe st", "select tbname, k, ts, v from st order by ts");
  });

  it("keeps a column that was dropped and added again when another vgroup tells of the drop", async () => {
    await run(
      both.source,
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
    const messages = await both.poll();
    expect(new Set(messages.map(({ vgroupId }) => vgroupId)).size).toBe(2);
    await both.apply(messages);
    await both.same("describe st", "select tbname, t, k, ts, v, w from st");
  });

  it("makes a tag of a column once", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int, w int) tags (t int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1, 2)`,
    );
    await both.apply(await both.poll());
    await run(
      both.source,
      "alter stable st drop column w",
      "alter stable st add tag w int",
      "alter table c1 set tag w = 3",
    );
    await both.apply(await both.poll());
    await both.same("describe st", "select tbname, t, w, ts, v from st");
  });

  it("empties a tag that was dropped and added again", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (t int, k int)",
      "create table c1 using st tags (1, 2)",
      `insert into c1 values (${start}, 1)`,
    );
    await both.apply(await both.poll());
    await run(both.source, "alter stable st drop tag k", "alter stable st add tag k int");
    await both.apply(await both.poll());
    await both.same("describe st", "select distinct tbname, t, k from st");
  });

  it("gives a column another type when it was dropped and added again, and copies rows from between", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int, w int) tags (t int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1, 2)`,
      "alter stable st drop column w",
      "alter stable st add column w nchar(4)",
      `insert into c1 values (${start + 1}, 2, 'x')`,
    );
    const messages = await both.poll();
    // The rows from before the change, again: the target has the other type by now.
    await both.apply([...messages, ...messages]);
    await both.same("describe st", "select * from st order by ts");
  });

  it("renames a tag once when a tag of the old name was added behind it", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (k int)",
      "create table c1 using st tags (1)",
      `insert into c1 values (${start}, 1)`,
    );
    await both.apply(await both.poll());
    await run(
      both.source,
      "alter stable st rename tag k k2",
      "alter stable st add tag k int",
      "alter table c1 set tag k = 5",
    );
    await both.apply(await both.poll());
    await both.same("describe st", "select distinct tbname, k2, k from st");
  });

  it("asks for tags of at most a thousand tables at once", async () => {
    await run(
      both.source,
      "create stable st (ts timestamp, v int) tags (t bigint)",
      "create table c0 using st tags (9007199254740993) c1000 using st tags (null)",
    );
    const createList = Array.from({ length: 1_001 }, (_, i) => {
      return { tableName: `c${i}`, using: "st", tagNum: 1, tags: [] };
    });
    const query = vi.spyOn(both.source, "query");
    await both.apply([told({ type: "create", tableType: "child", createList })]);
    const asked = query.mock.calls.flatMap(([sql]) => /tbname in \((.*)\)/.exec(sql)?.[1] ?? []);
    query.mockRestore();
    expect(asked.map((names) => names.split(", ").length)).toEqual([1_000, 1]);
    await both.same("show tables", "select distinct tbname, t from st order by tbname");
  });
});
