/** Topics: their statements, what each kind reads, metadata, and what is kept for how long. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { blocksOf, runSql, subscribe, trySql } from "./devserver_tmq_client.ts";
import { readFrame } from "./devserver_tmq_payload.ts";

let server: DevServer;

beforeAll(async () => {
  server = await createServer({ port: 0 });
});
afterAll(() => server.close());

let databases = 0;

/** Creates a database with one vgroup and the super table `st`; returns its name. */
async function makeDatabase(options = ""): Promise<string> {
  const name = `db${++databases}`;
  await runSql(
    server,
    `create database ${name} vgroups 1 keep 36500 ${options}`,
    `create table ${name}.st (ts timestamp, v int, s nchar(8)) tags(g int, n varchar(8))`,
  );
  return name;
}

/** All events of metadata that a topic gives. */
async function eventsOf(topic: string, args = {}): Promise<unknown[]> {
  const consumer = await subscribe(server, [topic], "events", args);
  const received = await consumer.all();
  consumer.close();
  return received.flatMap(({ meta }) => (meta === null ? [] : [meta]));
}

/** All rows that a topic gives. */
async function rowsOf(topic: string): Promise<unknown[][]> {
  const consumer = await subscribe(server, [topic], "rows");
  const received = await consumer.all();
  consumer.close();
  return blocksOf(received).flatMap(({ rows }) => rows);
}

describe("statements", () => {
  it("create, show and drop topics", async () => {
    const db = await makeDatabase();
    const create = `create topic if not exists s1 as select * from ${db}.st`;
    await runSql(server, create, create);
    expect(await trySql(server, `create topic s1 as database ${db}`)).toMatchObject({
      code: 0x03e0,
      desc: "Topic already exists",
    });
    await runSql(server, `create topic s2 only meta as stable ${db}.st`);
    expect(await runSql(server, "show topics")).toEqual([["s1"], ["s2"]]);
    const listed = await runSql(
      server,
      "select topic_name, db_name, sql, meta, type from information_schema.ins_topics",
    );
    expect(listed).toEqual([
      ["s1", db, create, "no", "column"],
      ["s2", db, `create topic s2 only meta as stable ${db}.st`, "only", "stable"],
    ]);
    const consumer = await subscribe(server, ["s1"], "shown", { client_id: "me" });
    await consumer.next();
    const [own] = await runSql(server, "show consumers");
    expect(own!.slice(1, 7)).toEqual(["shown", "me", "root", "localhost", "ready", "s1"]);
    expect((await runSql(server, "show subscriptions"))[0]!.slice(0, 2)).toEqual(["s1", "shown"]);
    await consumer.ask("unsubscribe");
    consumer.close();
    await runSql(
      server,
      "drop consumer group shown on s1",
      "drop topic s1",
      "drop topic if exists s1",
      "drop topic s2",
    );
    expect(await runSql(server, "show topics")).toEqual([]);
    expect(await trySql(server, "drop consumer group g on s1")).toMatchObject({ code: 0x03e1 });
  });

  it("what cannot be a topic is refused", async () => {
    const db = await makeDatabase();
    const zero = await makeDatabase("wal_retention_period 0");
    const refused = async (sql: string) => (await trySql(server, sql)).code;
    for (
      const query of [
        `select count(*) from ${db}.st`,
        `select ts from ${db}.st limit 1`,
        `select ts from ${db}.st order by ts`,
        `select distinct v from ${db}.st`,
        `select diff(v) from ${db}.st`,
        `select _wstart, count(*) from ${db}.st interval(1s)`,
        `select ts from (select * from ${db}.st)`,
      ]
    ) expect([query, await refused(`create topic no as ${query}`)]).toEqual([query, 0x2639]);
    expect(await refused(`create topic no with meta as select * from ${db}.st`)).toBe(0x2639);
    expect(await refused(`create topic no as select nosuch from ${db}.st`)).toBe(0x2602);
    expect(await refused(`create topic no as select * from ${db}.nosuch`)).toBe(0x2603);
    expect(await refused(`create topic no as stable ${db}.nosuch`)).toBe(0x2603);
    expect(await refused(`create topic no as stable ${db}.st where nosuch = 1`)).toBe(0x2602);
    expect(await refused("create topic no as database nosuch")).toBe(0x0388);
    expect(await refused(`create topic no as database ${zero}`)).toBe(0x038c);
  });

  it("what a topic reads stays", async () => {
    const db = await makeDatabase();
    await runSql(server, `create topic keeps as select v from ${db}.st where g > 1`);
    const codes = async (...statements: string[]) =>
      await Promise.all(statements.map(async (sql) => (await trySql(server, sql)).code));
    expect(
      await codes(
        `drop database ${db}`,
        `drop table ${db}.st`,
        `alter table ${db}.st drop column v`,
        `alter table ${db}.st drop tag g`,
        `alter database ${db} wal_retention_period 0`,
      ),
    ).toEqual([0x03ed, 0x03ed, 0x03c4, 0x03c4, 0x038c]);
    expect(await codes(`alter table ${db}.st drop column s`)).toEqual([0]);
    await runSql(server, "drop topic keeps", `drop database ${db}`);
  });
});

describe("rows", () => {
  it("a query topic filters and computes, also by tags", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create topic q1 as select ts, v * 2 as w, upper(n) as u, g, tbname from ${db}.st where v > 1 and g = 1`,
      `insert into ${db}.a using ${db}.st tags(1, 'x') values(1700000000000, 1, 'a')(1700000000001, 2, 'b')` +
        ` ${db}.b using ${db}.st tags(2, 'y') values(1700000000000, 3, 'c')`,
      `insert into ${db}.a (ts, v) values(1700000000002, 5)`,
    );
    expect(await rowsOf("q1")).toEqual([
      [1700000000001n, 4, "X", 1, "a"],
      [1700000000002n, 10, "X", 1, "a"],
    ]);
  });

  it("`select *` keeps the columns of its time, and children and normal tables can be read", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create table ${db}.n (ts timestamp, x double)`,
      `create table ${db}.c using ${db}.st tags(1, 'x')`,
      `create topic star as select * from ${db}.st`,
      `create topic child as select ts, v from ${db}.c`,
      `create topic normal as select ts, x from ${db}.n where x > 1`,
      `alter table ${db}.st add column later int`,
      `insert into ${db}.c values(1700000000000, 1, 'a', 9) ${db}.n values(1700000000000, 0.5)(1700000000001, 1.5)`,
      `insert into ${db}.d using ${db}.st tags(2, 'y') values(1700000000000, 2, 'b', 9)`,
    );
    expect(await rowsOf("star")).toEqual([
      [1700000000000n, 1, "a", 1, "x"],
      [1700000000000n, 2, "b", 2, "y"],
    ]);
    expect(await rowsOf("child")).toEqual([[1700000000000n, 1]]);
    expect(await rowsOf("normal")).toEqual([[1700000000001n, 1.5]]);
  });

  it("a super table's topic reads the children its condition lets through", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create topic some as stable ${db}.st where g > 1 and n like 'y%'`,
      `insert into ${db}.a using ${db}.st tags(1, 'y') values(1700000000000, 1, 'a')`,
      `insert into ${db}.b using ${db}.st tags(2, 'y') values(1700000000000, 2, 'b')`,
      `insert into ${db}.c using ${db}.st tags(2, 'x') values(1700000000000, 3, 'c')`,
    );
    expect(await rowsOf("some")).toEqual([[1700000000000n, 2, "b"]]);
  });

  it("blocks have the columns that were written; repeated times leave the last row", async () => {
    const db = await makeDatabase("precision 'ns'");
    await runSql(
      server,
      `create topic parts as database ${db}`,
      `create table ${db}.a using ${db}.st tags(1, 'y')`,
      `insert into ${db}.a (ts, s) values(1700000000000000002, 'x')(1700000000000000001, 'y')(1700000000000000002, 'z')`,
      `insert into ${db}.a (ts, v) values(1700000000000000003, 3)`,
    );
    const consumer = await subscribe(server, ["parts"], "rows");
    const blocks = blocksOf(await consumer.all());
    consumer.close();
    expect(
      blocks.map(({ names, columnIds, rows, precision }) => ({
        names,
        columnIds,
        rows,
        precision,
      })),
    )
      .toEqual([
        {
          names: ["ts", "s"],
          columnIds: [1, 3],
          precision: 2,
          rows: [[1700000000000000001n, "y"], [1700000000000000002n, "z"]],
        },
        { names: ["ts", "v"], columnIds: [1, 2], precision: 2, rows: [[1700000000000000003n, 3]] },
      ]);
  });

  it("every type and NULL comes through, also from schemaless writing", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create table ${db}.types (ts timestamp, a bool, b tinyint, c smallint, d bigint, e float, f double,` +
        " g varchar(8), h varbinary(8), i tinyint unsigned, j smallint unsigned, k int unsigned," +
        " l bigint unsigned, m geometry(64), n decimal(30, 2), o nchar(4))",
      `create topic types as select * from ${db}.types`,
      `create topic typesq as select * from ${db}.types where ts > 0`,
      `insert into ${db}.types values(1700000000000, true, -128, -32768, -9223372036854775807, 1.5, 2.5,` +
        " 'é', '\\x00ff', 255, 65535, 4294967295, 18446744073709551615, 'POINT(1 2)', 123.45, '😀')" +
        ` (1700000000001${", null".repeat(15)})`,
    );
    const point = "0101000000000000000000f03f0000000000000040";
    const values = [true, -128, -32768, -9223372036854775807n, 1.5, 2.5, "é", "00ff", 255, 65535];
    const rows = [
      [
        1700000000000n,
        ...values,
        4294967295,
        18446744073709551615n,
        point,
        12345n,
        "😀",
      ],
      [1700000000001n, ...new Array<null>(15).fill(null)],
    ];
    expect(await rowsOf("types")).toEqual(rows);
    expect(await rowsOf("typesq")).toEqual(rows);
  });

  it("JSON tags have the server's own form", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create table ${db}.j (ts timestamp, v int) tags(t json)`,
      `create topic jtags as select t, t->'a' from ${db}.j`,
      `insert into ${db}.j1 using ${db}.j tags('{"b":"x","a":1.5,"c":true,"d":null}') values(1700000000000, 1)`,
    );
    const consumer = await subscribe(server, ["jtags"], "rows");
    const poll = await consumer.ask("poll", { blocking_time: 100 });
    const frame = await consumer.ask("fetch_raw_data", { message_id: poll.message_id });
    const { data } = readFrame(frame as unknown as Uint8Array);
    // Keys in order: a (double), b (text), c (boolean), d (null).
    const tag = "402b00040001000000" + "000c151a" + "026100" + "07" + "000000000000f83f" +
      "026200" + "0a04" + "78000000" + "026300" + "0101" + "026400" + "00";
    expect(data.toString("hex")).toContain(tag);
    expect(data.toString("hex")).toContain("07000000000000f83f00");
    consumer.close();
  });
});

describe("metadata", () => {
  it("a topic with metadata tells of every change of its tables, and others do not", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create topic whole with meta as database ${db}`,
      `create topic part with meta as stable ${db}.st`,
      `create topic none as database ${db}`,
      `create table ${db}.other (ts timestamp, x int) tags(z varchar(4))`,
      `create table ${db}.a using ${db}.st tags(1, 'x') ${db}.b using ${db}.st (g) tags(2)`,
      `alter table ${db}.st add tag extra float`,
      `alter table ${db}.st rename tag extra more`,
      `alter table ${db}.st drop tag more`,
      `alter table ${db}.a set tag g = null, n = 'z'`,
      `create table ${db}.n (ts timestamp, x int)`,
      `alter table ${db}.n add column y varchar(10)`,
      `alter table ${db}.n rename column y yy`,
      `drop table ${db}.a`,
    );
    const children = ["a", "b"].map((name, i) => ({
      tableName: name,
      using: "st",
      tagNum: 2,
      tags: [
        { name: "g", type: 4, value: i + 1 },
        ...(i === 0 ? [{ name: "n", type: 8, value: '"x"' }] : []),
      ],
    }));
    const alterStable = { type: "alter", tableType: "super", tableName: "st" };
    const stable = [
      { type: "create", tableType: "super", tableName: "st" },
      { type: "create", tableType: "child", ...children[0], createList: children },
      { ...alterStable, alterType: 1, colName: "extra", colType: 6 },
      { ...alterStable, alterType: 3, colName: "extra", colNewName: "more" },
      { ...alterStable, alterType: 2, colName: "more" },
      {
        type: "alter",
        tableType: "child",
        tableName: "a",
        alterType: 15,
        tags: [
          { colName: "g", colValueNull: true },
          { colName: "n", colValue: '"z"', colValueNull: false },
        ],
      },
      { type: "drop", tableNameList: ["a"] },
    ];
    expect(await eventsOf("part")).toMatchObject(stable);
    const alterNormal = { type: "alter", tableType: "normal", tableName: "n" };
    expect(await eventsOf("whole")).toMatchObject([
      stable[0],
      { type: "create", tableType: "super", tableName: "other" },
      ...stable.slice(1, 6),
      { type: "create", tableType: "normal", tableName: "n" },
      { ...alterNormal, alterType: 5, colName: "y", colType: 8, colLength: 10 },
      { ...alterNormal, alterType: 10, colName: "y", colNewName: "yy" },
      stable[6],
    ]);
    expect(await eventsOf("none")).toEqual([]);
    const batch = await eventsOf("whole", { group_id: "batch", enable_batch_meta: "1" });
    expect(batch).toMatchObject([{ tmq_meta_version: "1.0", metas: { length: 11 } }]);
  });

  it("`only meta` gives no rows, but the tables that rows created", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `create topic only_meta only meta as database ${db}`,
      `insert into ${db}.a using ${db}.st tags(1, 'x') values(1700000000000, 1, 'a')`,
    );
    expect(await eventsOf("only_meta")).toMatchObject([
      { type: "create", tableName: "st" },
      { type: "create", tableType: "child", tableName: "a", createList: [] },
    ]);
    expect(await rowsOf("only_meta")).toEqual([]);
  });

  it("every vgroup tells of super tables, one of each other table", async () => {
    const db = `db${++databases}`;
    await runSql(
      server,
      `create database ${db} vgroups 3`,
      `create topic spread with meta as database ${db}`,
      `create table ${db}.st (ts timestamp, v int) tags(g int)`,
      ...Array.from({ length: 9 }, (_, i) => `create table ${db}.c${i} using ${db}.st tags(${i})`),
    );
    const consumer = await subscribe(server, ["spread"], "events");
    const received = await consumer.all();
    consumer.close();
    const names = received.map(({ meta }) => meta!.tableName as string);
    expect(names.filter((name) => name === "st")).toHaveLength(3);
    expect(names.filter((name) => name !== "st").sort()).toEqual(
      Array.from({ length: 9 }, (_, i) => `c${i}`),
    );
    expect(new Set(received.map(({ poll }) => poll.vgroup_id)).size).toBe(3);
  });
});

describe("what is kept", () => {
  it("rows written before the topic are there, as long as the retention period lasts", async () => {
    const db = await makeDatabase("wal_retention_period 1");
    await runSql(
      server,
      `insert into ${db}.a using ${db}.st tags(1, 'x') values(1700000000000, 1, 'a')`,
      `create topic aged as select v from ${db}.st`,
    );
    expect(await rowsOf("aged")).toEqual([[1]]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await runSql(server, `insert into ${db}.a values(1700000000001, 2, 'b')`);
    const consumer = await subscribe(server, ["aged"], "later");
    expect(blocksOf(await consumer.all()).flatMap(({ rows }) => rows)).toEqual([[2]]);
    const { assignment } = await consumer.ask("assignment", { topic: "aged" });
    expect((assignment as { begin: number }[])[0]!.begin).toBeGreaterThan(1);
    consumer.close();
  });

  it("a database dropped and created again has another log", async () => {
    const db = await makeDatabase();
    await runSql(
      server,
      `insert into ${db}.a using ${db}.st tags(1, 'x') values(1700000000000, 1, 'a')`,
      `drop database ${db}`,
      `create database ${db} vgroups 1`,
      `create topic reborn as database ${db}`,
    );
    expect(await rowsOf("reborn")).toEqual([]);
  });
});

describe("a server with a file", () => {
  it("topics, logs and committed offsets survive it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tdwire-tmq-"));
    const file = join(folder, "data.duckdb");
    let own = await createServer({ port: 0, file });
    await runSql(
      own,
      "create database f vgroups 2 keep 36500",
      "create table f.st (ts timestamp, v bigint, b varbinary(4), d double) tags(j json)",
      "insert into f.early using f.st tags('{\"a\":1}') values(1700000000000, 1, '\\x01', 1.5)",
      "create topic qf as select tbname, v, b, d from f.st",
      "create topic df with meta as database f",
      ...Array.from(
        { length: 20 },
        (_, i) =>
          `insert into f.t${i} using f.st tags(null) values(${
            1700000000000 + i
          }, ${i}, null, null)`,
      ),
    );
    const before = await subscribe(own, ["qf"], "g", { config: { "min.poll.rows": "3" } });
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const item = (await before.next())!;
      seen.push(...blocksOf([item]).flatMap(({ rows }) => rows));
      await before.ask("commit", { message_id: item.poll.message_id });
    }
    before.close();
    await own.close();
    own = await createServer({ port: 0, file });
    const after = await subscribe(own, ["qf"], "g");
    seen.push(...blocksOf(await after.all()).flatMap(({ rows }) => rows));
    expect(seen.map((row) => (row as unknown[])[0]).sort()).toEqual(
      ["early", ...Array.from({ length: 20 }, (_, i) => `t${i}`)].sort(),
    );
    expect(seen).toContainEqual(["early", 1n, "01", 1.5]);
    const whole = await subscribe(own, ["df"], "g");
    const events = (await whole.all()).flatMap(({ meta }) => meta ?? []);
    expect(events.length).toBeGreaterThan(2);
    await runSql(own, "insert into f.t0 values(1700000001000, 99, null, null)");
    expect(blocksOf([(await after.next())!])[0]!.rows).toEqual([["t0", 99n, null, null]]);
    for (const consumer of [after, whole]) consumer.close();
    await expect.poll(async () => (await trySql(own, "drop topic qf")).code).toBe(0);
    await expect.poll(async () => (await trySql(own, "drop topic df")).code).toBe(0);
    await own.close();
    own = await createServer({ port: 0, file });
    expect(await runSql(own, "show topics")).toEqual([]);
    await own.close();
    rmSync(folder, { recursive: true });
  });
});
