import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createEngine } from "../../src/devserver/duckdb_engine.ts";
import { Statement2 } from "../../src/devserver/session_stmt2.ts";
import { failure, fixture, rows, run, useDatabase } from "./devserver_sql_session.ts";

useDatabase();

const refused = [0x060b, "Timestamp data out of range"];
const dayMs = 86_400_000n;
const perMs = { ms: 1n, us: 1000n, ns: 1_000_000n };
const greatest = {
  ms: 31_556_995_200_000n,
  us: 31_556_995_200_000_000n,
  ns: 9_214_646_400_000_000_000n,
};

/** A time so many days ago; a minute later, so that the clock does not get past it. */
const daysAgo = (days: number): bigint => BigInt(Date.now()) - BigInt(days) * dayMs + 60_000n;

const use = async (name: string, options = ""): Promise<void> => {
  await run(`create database ${name} ${options}`);
  await run(`use ${name}`);
  await run("create stable st (ts timestamp, v int) tags (g int)");
  await run("create table n (ts timestamp, v int)");
};
const insert = (ticks: bigint): Promise<number> => run(`insert into n values (${ticks}, 1)`);
const keepOf = async (name: string): Promise<unknown> =>
  (await rows(`select \`keep\` from information_schema.ins_databases where name = '${name}'`))[0]![
    0
  ];

describe("KEEP", () => {
  test.each(["ms", "us", "ns"] as const)("bounds the times of rows in %s", async (precision) => {
    await use("k", `precision '${precision}'`);
    const scale = perMs[precision];
    expect(await insert(daysAgo(3650) * scale)).toBe(1);
    expect(await failure(insert((daysAgo(3650) - 120_000n) * scale))).toEqual(refused);
    expect(await failure(insert(0n))).toEqual(refused);
    expect(await insert(greatest[precision])).toBe(1);
    expect(await failure(insert(greatest[precision] + 1n))).toEqual(refused);
    expect(await rows("select count(*) from n")).toEqual([[2n]]);
  });

  test("leaves nothing of a statement with one row out of range", async () => {
    await use("k");
    const work = run("insert into n values (now, 1) c using st tags (1) values (now, 1) (1000, 2)");
    expect(await failure(work)).toEqual(refused);
    expect(await rows("select count(*) from n")).toEqual([[0n]]);
    expect(await rows("show tables")).toEqual([["n"]]);
  });

  test("counts in days unless a unit is given, the last of its values", async () => {
    await use("hours", "keep 48h duration 12h");
    expect(await insert(daysAgo(2))).toBe(1);
    expect(await failure(insert(daysAgo(3)))).toEqual(refused);
    await use("list", "keep 10, 20d, 30d duration 3 vgroups 2");
    expect(await insert(daysAgo(30))).toBe(1);
    expect(await failure(insert(daysAgo(31)))).toEqual(refused);
    await use("quoted", "keep '10d,20d,48001m' duration 3");
    expect([await keepOf("hours"), await keepOf("list"), await keepOf("quoted"), await keepOf("d")])
      .toEqual(["2d,2d,2d", "10d,20d,30d", "10d,20d,48001m", "36500d,36500d,36500d"]);
  });

  test("is refused out of its own range", async () => {
    const create = async (options: string): Promise<number> =>
      (await failure(run(`create database x ${options}`)))[0];
    for (
      const options of [
        "keep 0",
        "keep 23h",
        "keep 365001",
        "keep 106581 precision 'ns'",
        "keep 20d,10d",
        "keep 1,2,3,4",
        "keep 5w",
        "keep 'ever'",
        "keep 29",
        "keep 30 duration 11d",
        "duration 59m",
        "duration 3651d",
        "duration 90s",
      ]
    ) expect(await create(options), options).toBe(0x2619);
    await use("ns", "keep 106580 precision 'ns'");
    expect(await insert(-7_000_000_000_000_000_000n)).toBe(1);
    await use("ms", "keep 365000d");
    expect(await insert(-29_000_000_000_000n)).toBe(1);
  });

  test("can be altered, and is kept in a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tdwire-"));
    const file = join(folder, "data.duckdb");
    const before = fixture.session;
    try {
      for (const round of [1, 2]) {
        const stored = await createEngine({ file });
        fixture.session = stored.openSession("root");
        if (round === 1) {
          await use("k");
          expect(await failure(insert(1000n))).toEqual(refused);
          expect((await failure(run("alter database k keep 0")))[0]).toBe(0x2619);
          await run("alter database k keep 36500 cachemodel 'both'");
        } else await run("use k");
        expect(await insert(1000n + BigInt(round))).toBe(1);
        await fixture.session.close();
        await stored.close();
      }
    } finally {
      fixture.session = before;
      await rm(folder, { recursive: true });
    }
    expect((await failure(run("alter database nowhere keep 1")))[0]).toBe(0x0388);
  });

  test("bounds bound rows; stmt2_exec tells it as the real server does", async () => {
    await use("k");
    const tables = [{
      name: "c",
      tags: [1],
      tagTypes: [4],
      columns: [[BigInt(Date.now()), 1000n], [1, 2]],
      columnTypes: [9, 4],
    }];
    const sql = "insert into ? using st tags (?) values (?, ?)";
    const prepared = await fixture.session.prepare(sql, true);
    expect(await failure(prepared.execute(tables))).toEqual(refused);
    const statement = new Statement2();
    await statement.prepare(fixture.session, sql, true);
    await statement.bind(tables);
    expect(await failure(statement.execute())).toEqual([0x060b, "success"]);
    expect(await rows("show tables")).toEqual([["n"]]);
  });

  test("bounds schemaless rows", async () => {
    await use("k");
    const write = (data: string) =>
      fixture.session.writeLines!({ protocol: 1, precision: "ms", data, tableNameKey: null });
    const now = Date.now();
    expect(await failure(write(`m,t=1 v=1 ${now}\nm,t=1 v=2 1000`))).toEqual(refused);
    expect(await rows("select count(*) from m")).toEqual([[0n]]);
    expect((await write(`m,t=1 v=1 ${now}`)).affectedRows).toBe(1);
  });
});

test("server_version() is the version the server was given", async () => {
  const engine = await createEngine({ version: "3.3.6.13" });
  const before = fixture.session;
  fixture.session = engine.openSession("root");
  expect(await rows("select server_version()")).toEqual([["3.3.6.13"]]);
  fixture.session = before;
  expect(await rows("select server_version()")).toEqual([["3.3.7.5"]]);
  await engine.close();
});
