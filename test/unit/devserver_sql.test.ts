import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEngine } from "../../src/devserver/duckdb_engine.ts";
import {
  type BoundTable,
  type Cell,
  type Engine,
  type RowSet,
  ServerError,
  type Session,
} from "../../src/devserver/engine.ts";
import { readRows } from "./devserver_sql_golden.ts";

let engine: Engine;
let session: Session;

async function run(sql: string): Promise<number> {
  const result = await session.execute(sql);
  if (result.kind !== "update") throw new Error(`${sql} gives rows`);
  return result.affectedRows;
}

async function query(sql: string): Promise<RowSet> {
  const result = await session.execute(sql);
  if (result.kind !== "rows") throw new Error(`${sql} gives no rows`);
  return result;
}

/** Rows with VARCHAR cells as text, and other bytes as arrays of numbers. */
async function rows(sql: string): Promise<unknown[][]> {
  const result = await query(sql);
  const decode = (cell: Cell, code: number): unknown =>
    cell instanceof Uint8Array ? code === 8 ? new TextDecoder().decode(cell) : [...cell] : cell;
  return (await readRows(result)).map((row) =>
    row.map((cell, index) => decode(cell, result.fields[index]!.typeCode))
  );
}

async function failure(work: Promise<unknown>): Promise<[number, string]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ServerError) return [error.code, error.message];
    throw error;
  }
  throw new Error("no failure");
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

beforeEach(async () => {
  engine = await createEngine({});
  session = engine.openSession("root");
  await run("create database d precision 'ms' vgroups 2 keep 36500");
  await run("use d");
});

afterEach(async () => {
  await session.close();
  await engine.close();
});

describe("INSERT", () => {
  test("overwrites only the columns it names", async () => {
    await run("create table t (ts timestamp, a int, b varchar(8))");
    await run("insert into t values (1000, 1, 'one') (2000, 2, 'two')");
    expect(await run("insert into t (ts, b) values (1000, 'uno')")).toBe(1);
    expect(await run("insert into t values (2000, null, 'due') (1500, 15, null) (1500, 16, 'x')"))
      .toBe(3);
    expect(await rows("select * from t")).toEqual([[1000n, 1, "uno"], [1500n, 16, "x"], [
      2000n,
      null,
      "due",
    ]]);
  });

  test("keeps the rows of child tables apart and the tags of an existing child", async () => {
    await run("create stable st (ts timestamp, v int) tags (g int, l nchar(4))");
    expect(
      await run(
        "insert into a using st tags (1, 'x') values (1, 1) b using st (g) tags (2) values (1, 2), (2, 3) a using st tags (9, 'y') values (1, 7)",
      ),
    ).toBe(4);
    expect(await run("insert into st (tbname, g, ts, v) values ('c', 5, 1, 8) ('a', 6, 2, 9)"))
      .toBe(2);
    expect(await rows("select tbname, g, l, ts, v from st")).toEqual([
      ["a", 1, "x", 1n, 7],
      ["a", 1, "x", 2n, 9],
      ["b", 2, null, 1n, 2],
      ["b", 2, null, 2n, 3],
      ["c", 5, null, 1n, 8],
    ]);
  });

  test("reads times with and without a zone", async () => {
    session.timeZone = "Asia/Shanghai";
    await run("create table t (ts timestamp, v int)");
    await run(
      "insert into t values ('2024-01-01 08:00:00', 1) ('2024-01-01T00:00:01Z', 2) ('2024-01-01T02:00:02.5+02:00', 3) ('1969-12-31 23:59:59.999', 4)",
    );
    expect(await rows("select ts from t where v < 4")).toEqual([
      [1704067200000n],
      [1704067201000n],
      [1704067202500n],
    ]);
    expect(await rows("select ts from t where v = 4")).toEqual([[-28800001n]]);
    expect(await rows("select count(*) from t where ts >= '2024-01-01 08:00:01'")).toEqual([[2n]]);
  });

  test("leaves what a naive store would after random writes", async () => {
    await run("create stable st (ts timestamp, a int, b int) tags (g int)");
    let seed = 7;
    const random = (limit: number): number => (seed = (seed * 48271) % 2147483647) % limit;
    const naive = new Map<string, [string, bigint, number | null, number | null]>();
    for (let step = 0; step < 120; step++) {
      const table = `t${random(3)}`, columns = [["a", "b"], ["a"], ["b"]][random(3)]!;
      const values = Array.from(
        { length: 1 + random(6) },
        () => [random(40), ...columns.map(() => random(4) === 0 ? null : random(100))],
      );
      await run(
        `insert into ${table} using st tags (1) (ts, ${columns.join(", ")}) values ${
          values.map((row) => `(${row.map((cell) => cell ?? "null").join(", ")})`).join(" ")
        }`,
      );
      for (const [ts, ...cells] of values) {
        const row = naive.get(`${table} ${ts}`) ?? [table, BigInt(ts!), null, null];
        columns.forEach((column, index) => row[column === "a" ? 2 : 3] = cells[index]!);
        naive.set(`${table} ${ts}`, row);
      }
      if (step % 40 === 39) {
        const limit = random(20);
        await run(`delete from t1 where ts < ${limit}`);
        for (const [key, [name, ts]] of naive) if (name === "t1" && ts < limit) naive.delete(key);
      }
    }
    const wanted = [...naive.values()].sort((left, right) =>
      left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : Number(left[1] - right[1])
    );
    expect(await rows("select tbname, ts, a, b from st order by tbname, ts")).toEqual(wanted);
  });

  test("refuses what does not fit, without writing anything", async () => {
    await run("create table t (ts timestamp, v tinyint, s varchar(3), n nchar(2))");
    expect(await failure(run("insert into t values (1, 1, 'abc', 'é😀') (2, 128, 'a', 'b')")))
      .toEqual([0x0216, "syntax error near '128, 'a', 'b')' (tinyint data overflow)"]);
    expect(await failure(run("insert into t (ts, s) values (1, 'é1')(2, 'éé')"))).toEqual([
      0x2653,
      "Value too long for column/tag: s",
    ]);
    expect(await failure(run("insert into t (ts, n) values (1, '😀😀😀')"))).toEqual([
      0x2653,
      "Value too long for column/tag: n",
    ]);
    expect(await failure(run("insert into t (ts, v) values (null, 1)"))).toEqual([
      0x267b,
      "Primary timestamp column should not be null",
    ]);
    expect(await rows("select count(*) from t")).toEqual([[0n]]);
  });

  test("takes every type with NULL and its extremes", async () => {
    await run(
      "create table t (ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint, u8 tinyint unsigned, u16 smallint unsigned, u32 int unsigned, u64 bigint unsigned, " +
        "f float, d double, vc varchar(64), nc nchar(32), vb varbinary(32), g geometry(64), d1 decimal(18,6), d2 decimal(38,10), x blob)",
    );
    await run(
      "insert into t values (-9223372036854775807, true, 127, 32767, 2147483647, 9223372036854775807, 255, 65535, 4294967295, 18446744073709551615, 3.4028235e38, 1.7976931348623157e308, " +
        "'it''s \\'q\\' \\\\ \\n', '北京😀', '\\x00ff', 'LINESTRING(0 0, 1 1)', 123456789012.123456, '1234567890123456789012345678.0123456789', '\\x0011')",
    );
    await run(
      "insert into t values (9223372036854775807, false, -128, -32768, -2147483648, -9223372036854775808, 0, 0, 0, 0, -0.25, -1e-300, '', '', '', 'POINT(1 2)', -0.000001, -0.0000000001, '')",
    );
    await run("insert into t (ts) values (0)");
    const [low, none, high] = await readRows(await query("select * from t"));
    expect(low!.slice(1, 15)).toEqual([
      true,
      127,
      32767,
      2147483647,
      9223372036854775807n,
      255,
      65535,
      4294967295,
      18446744073709551615n,
      3.4028234663852886e38,
      1.7976931348623157e308,
      text("it's 'q' \\ \n"),
      "北京😀",
      new Uint8Array([0, 255]),
    ]);
    expect(low!.slice(16)).toEqual([
      123456789012123456n,
      12345678901234567890123456780123456789n,
      new Uint8Array([0, 17]),
    ]);
    expect(none).toEqual([0n, ...new Array(18).fill(null)]);
    expect(high!.slice(1, 15)).toEqual([
      false,
      -128,
      -32768,
      -2147483648,
      -9223372036854775808n,
      0,
      0,
      0,
      0n,
      -0.25,
      -1e-300,
      text(""),
      "",
      new Uint8Array(),
    ]);
    expect(high!.slice(16)).toEqual([-1n, -1n, new Uint8Array()]);
    expect((high![15] as Uint8Array).length).toBe(21);
  });
});

describe("SELECT", () => {
  test("names columns by the text of their expressions", async () => {
    const result = await query(
      "select 1+1, 'it''s' , now() > 0 as later, count(*) from information_schema.ins_databases where 1 = 0",
    );
    expect(result.fields.map(({ name }) => name)).toEqual(["1+1", "'it''s'", "later", "count(*)"]);
  });

  test("gives a table's rows by time and a super table's by child", async () => {
    await run("create stable st (ts timestamp, v int) tags (g int)");
    await run(
      "insert into b using st tags (1) values (3, 1) (1, 2) a using st tags (2) values (2, 3)",
    );
    expect(await rows("select v from st")).toEqual([[2], [1], [3]]);
    expect(await rows("select v from st order by ts desc limit 1, 1")).toEqual([[3]]);
    expect(await rows("select v from b")).toEqual([[2], [1]]);
  });

  test("joins, nests and unites", async () => {
    await run("create table x (ts timestamp, v int)");
    await run("create table y (ts timestamp, v int)");
    await run("insert into x values (1, 1) (2, 2) (3, 3) y values (2, 20) (3, 30) (4, 40)");
    expect(await rows("select a.v, b.v from x a, y b where a.ts = b.ts")).toEqual([[2, 20], [
      3,
      30,
    ]]);
    expect(await rows("select a.v, b.v from x a left join y b on a.ts = b.ts")).toEqual([
      [1, null],
      [2, 20],
      [3, 30],
    ]);
    expect(await rows("select sum(v) from (select v from x union all select v from y)")).toEqual([[
      96n,
    ]]);
    expect((await failure(rows("select ts from x, y where x.ts = y.ts")))[0]).toBe(0x2604);
  });

  test("gives no row for aggregates of no rows, unless they count", async () => {
    await run("create table t (ts timestamp, v int)");
    expect(await rows("select sum(v), max(v) from t")).toEqual([]);
    expect(await rows("select count(v), max(v) from t")).toEqual([[0n, null]]);
    await run("insert into t values (1, null)");
    expect(await rows("select sum(v) from t")).toEqual([[null]]);
    expect(await rows("select count(*) from t where v = null")).toEqual([[0n]]);
  });

  test("reads JSON tags whole and by key", async () => {
    await run("create stable s (ts timestamp, v int) tags (j json)");
    await run(
      `insert into a using s tags ('{"n":1.5,"s":"x y","b":true,"z":null}') values (1, 1) b using s tags (null) values (1, 2)`,
    );
    expect(await rows("select j, j->'n', j->'s', j->'b', j->'z', j->'none' from s order by v"))
      .toEqual([
        ['{"b":true,"n":1.5,"s":"x y","z":null}', "1.500000000", '"x y"', "true", null, null],
        [null, null, null, null, null, null],
      ]);
    expect(await rows("select v from s where j->'s' = 'x y' and j->'n' > 1 and j contains 'z'"))
      .toEqual([[1]]);
  });

  test("refuses what it does not carry out", async () => {
    await run("create table t (ts timestamp, v int)");
    for (
      const sql of [
        "select histogram(v, 'log_bin', 'b', 0) from t",
        "explain select 1",
        "create topic x as select 1",
        "select * from t, t as u, (select 1) where nofunc(v)",
      ]
    ) {
      expect((await failure(session.execute(sql)))[0], sql).toBe(0x2600);
    }
  });

  test("frees a result that is left early", async () => {
    await run("create table t (ts timestamp, v int)");
    await run(
      `insert into t values ${
        Array.from({ length: 9000 }, (_, index) => `(${index}, ${index})`).join("")
      }`,
    );
    const open =
      "select count(*) from performance_schema.perf_queries where sql like '%v > -77%' and sql not like '%perf_queries%'";
    const result = await query("select * from t where v > -77");
    const first = await result.blocks[Symbol.asyncIterator]().next();
    expect([first.done, (first.value as Cell[][])[0]!.length]).toEqual([false, 4096]);
    expect(await rows(open)).toEqual([[1n]]);
    await result.blocks[Symbol.asyncIterator]().return?.();
    expect(await rows(open)).toEqual([[0n]]);
    await query("select * from t where v > -77");
    await session.close();
    expect(await rows(open)).toEqual([[0n]]);
  });

  test("stops a result that KILL QUERY names", async () => {
    await run("create table t (ts timestamp, v int)");
    await run(
      `insert into t values ${
        Array.from({ length: 9000 }, (_, index) => `(${index}, ${index})`).join("")
      }`,
    );
    const result = await query("select * from t where v > -88");
    const [found] = await rows(
      "select kill_id from performance_schema.perf_queries where sql like '%-88' ",
    );
    await run(`kill query '${String(found![0])}'`);
    expect(await failure(readRows(result))).toEqual([0x022d, "Query killed"]);
  });

  test("goes on reading while others write and change tables", async () => {
    await run("create table t (ts timestamp, v int)");
    await run(
      `insert into t values ${
        Array.from({ length: 9000 }, (_, index) => `(${index}, ${index})`).join("")
      }`,
    );
    const result = await query("select * from t");
    const other = engine.openSession("root");
    await other.execute("insert into d.t values (100000, 1)");
    await other.execute("alter table d.t add column w int");
    await other.execute("drop table d.t");
    expect((await readRows(result)).length).toBe(9000);
    expect((await failure(query("select * from t")))[0]).toBe(0x2603);
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, index) => rows(`select ${index} v`)),
    );
    expect(all).toEqual(Array.from({ length: 100 }, (_, index) => [[BigInt(index)]]));
  });
});

describe("prepare()", () => {
  const bound = (
    name: string | null,
    columns: Cell[][],
    columnTypes: number[],
    tags: Cell[] = [],
    tagTypes: number[] = [],
  ): BoundTable => ({ name, tags, columns, columnTypes, tagTypes });

  beforeEach(async () => {
    await run("create stable st (ts timestamp, v int, s varchar(4)) tags (g int, l nchar(4))");
  });

  test("describes the placeholders of each form", async () => {
    const names = async (sql: string): Promise<string[]> =>
      (await session.prepare(sql, true)).fields!.map(({ name, bindType, length }) =>
        `${bindType} ${name} ${length}`
      );
    expect(await names("insert into ? using st tags (?, ?) values (?, ?, ?)")).toEqual([
      "4 tbname 269",
      "2 g 4",
      "2 l 4",
      "1 ts 8",
      "1 v 4",
      "1 s 4",
    ]);
    expect(await names("insert into ? using st (l) tags (?) (ts, s) values (?, ?)")).toEqual([
      "4 tbname 269",
      "2 l 4",
      "1 ts 8",
      "1 s 4",
    ]);
    expect(await names("insert into st (tbname, g, ts, v) values (?, 7, ?, ?)")).toEqual([
      "4 tbname 269",
      "1 ts 8",
      "1 v 4",
    ]);
    await run("create table n (ts timestamp, v int)");
    expect(await names("insert into n (ts, v) values (?, ?)")).toEqual(["1 ts 8", "1 v 4"]);
    expect(await failure(session.prepare("insert into ? values (?, ?)", true))).toEqual([
      0x022b,
      "Table does not exist",
    ]);
    expect((await session.prepare("insert into ? values (?, ?)", false)).fields).toBe(null);
  });

  test("writes bound columns, with literals among them", async () => {
    const insert = await session.prepare(
      "insert into ? using st tags (?, 'k') values (?, ?, ?)",
      true,
    );
    const one = await insert.execute([
      bound("a", [[1n, 2n], [1, null], [text("x"), null]], [9, 4, 8], [5], [4]),
      bound("`b.c`", [[1n], [3], [text("y")]], [9, 4, 8], [6], [4]),
    ]);
    expect(one).toEqual({ kind: "update", affectedRows: 3 });
    await insert.execute([bound("a", [[2n], [22], [null]], [9, 4, 8], [99], [4])]);
    const wide = await session.prepare(
      "insert into st (tbname, g, ts, v) values (?, 7, ?, ?)",
      true,
    );
    await wide.execute([bound("d", [[1n], [4]], [9, 4])]);
    const plain = await session.prepare("insert into ? values (?, 0, ?)", false);
    await plain.execute([bound("d.a", [["1970-01-01T00:00:00.003Z"], ["z"]], [8, 8])]);
    expect(await rows("select tbname, g, l, ts, v, s from st")).toEqual([
      ["a", 5, "k", 1n, 1, "x"],
      ["a", 5, "k", 2n, 22, null],
      ["a", 5, "k", 3n, 0, "z"],
      ["b.c", 6, "k", 1n, 3, "y"],
      ["d", 7, null, 1n, 4, null],
    ]);
  });

  test("leaves columns alone whose value is absent", async () => {
    await run("insert into a using st tags (1, 'x') values (1, 1, 'one') (2, 2, 'two')");
    const insert = await session.prepare("insert into a values (?, ?, ?)", true);
    await insert.execute([{
      ...bound("", [], [9, 4, 8]),
      columns: [[1n, 2n], [undefined, 20], [text("uno"), undefined]],
    }]);
    expect(await rows("select v, s from a")).toEqual([[1, "uno"], [20, "two"]]);
  });

  test("refuses bound values that do not fit", async () => {
    const insert = await session.prepare(
      "insert into ? using st tags (?, ?) values (?, ?, ?)",
      true,
    );
    const attempt = (columns: Cell[][], types = [9, 4, 8]): Promise<[number, string]> =>
      failure(insert.execute([bound("a", columns, types, [1, "x"], [4, 10])]));
    expect((await attempt([[], [], []]))[0]).toBe(0x0236);
    expect((await attempt([[1n], [1], [text("abcde")]]))[0]).toBe(0x2653);
    expect((await attempt([[null], [1], [null]]))[0]).toBe(0x267b);
    expect((await attempt([["nonsense"], [1], [null]], [8, 4, 8]))[0]).toBe(0x0127);
    expect(await rows("select count(*) from st")).toEqual([[0n]]);
  });

  test("answers queries with parameters", async () => {
    await run("insert into a using st tags (1, 'x') values (1, 1, 'one') (2, 2, 'two')");
    const select = await session.prepare("select v from st where v > ? and s = ? limit ?", true);
    expect([select.isInsert, select.fields, select.parameterCount]).toEqual([false, null, 3]);
    const result = await select.execute([bound(null, [[1], [text("two")], [5]], [4, 8, 4])]);
    expect(await readRows(result as RowSet)).toEqual([[2]]);
    const none = await select.execute([bound(null, [[1], [null], [5]], [4, 8, 4])]);
    expect(await readRows(none as RowSet)).toEqual([]);
    expect((await failure(select.execute([bound(null, [[1], [text("two")], [5]], [4, 16, 4])])))[0])
      .toBe(0x0110);
    for (const sql of ["select 1", "select ? v", "select v from st", "show databases", "selec"]) {
      expect(await failure(session.prepare(sql, true)), sql).toEqual([
        0x2600,
        "stmt only support 'SELECT' or 'INSERT'",
      ]);
    }
  });
});

test("createEngine() keeps databases, tables and rows in a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tdwire-"));
  const file = join(folder, "data.duckdb");
  try {
    for (const round of [1, 2, 3]) {
      const stored = await createEngine({ file });
      session = stored.openSession("root");
      if (round === 1) {
        await run("create database f precision 'ns'");
        await run("create stable f.st (ts timestamp, v int) tags (g int, l varchar(4))");
        await run("insert into f.a using f.st tags (1, 'x') values (1, 1) (2, 2)");
        await run("alter stable f.st add column w double");
      } else await run(`insert into f.a values (2, 20, 0.5) (${round + 1}, 3, null)`);
      await session.close();
      await stored.close();
    }
    const stored = await createEngine({ file });
    session = stored.openSession("root");
    await run("use f");
    expect((await query("select ts from a")).precision).toBe("ns");
    expect(await rows("select ts, v, w, g, l from a")).toEqual([
      [1n, 1, null, 1, "x"],
      [2n, 20, 0.5, 1, "x"],
      [3n, 3, null, 1, "x"],
      [4n, 3, null, 1, "x"],
    ]);
    await run("insert into b using st tags (2, 'y') values (1, 1, 1)");
    expect(await rows("select count(*) from st")).toEqual([[5n]]);
    await stored.close();
  } finally {
    await rm(folder, { recursive: true });
  }
  session = engine.openSession("root");
});
