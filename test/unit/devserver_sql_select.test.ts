import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/devserver/engine.ts";
import { readRows } from "./devserver_rows.ts";
import { failure, fixture, query, rows, run, useDatabase } from "./devserver_sql_session.ts";

useDatabase();

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
    expect(await rows("select count(*) from t where v = null")).toEqual([]);
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
    await fixture.session.close();
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
    const other = fixture.engine.openSession("root");
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
