import { describe, expect, test } from "vitest";
import { readRows } from "./devserver_rows.ts";
import { failure, fixture, query, rows, run, text, useDatabase } from "./devserver_sql_session.ts";

useDatabase();

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
    fixture.session.timeZone = "Asia/Shanghai";
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
      0x0216,
      "syntax error near 'null, 1)' (Primary timestamp column should not be null)",
    ]);
    expect(await rows("select count(*) from t")).toEqual([[0n]]);
  });

  test("takes every type with NULL and its extremes", async () => {
    await run(
      "create table t (ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint, u8 tinyint unsigned, u16 smallint unsigned, u32 int unsigned, u64 bigint unsigned, " +
        "f float, d double, vc varchar(64), nc nchar(32), vb varbinary(32), g geometry(64), d1 decimal(18,6), d2 decimal(38,10), x blob)",
    );
    await run(
      "insert into t values (-1000000000000, true, 127, 32767, 2147483647, 9223372036854775807, 255, 65535, 4294967295, 18446744073709551615, 3.4028235e38, 1.7976931348623157e308, " +
        "'it''s \\'q\\' \\\\ \\n', '北京😀', '\\x00ff', 'LINESTRING(0 0, 1 1)', 123456789012.123456, '1234567890123456789012345678.0123456789', '\\x0011')",
    );
    await run(
      "insert into t values (31556995200000, false, -128, -32768, -2147483648, -9223372036854775808, 0, 0, 0, 0, -0.25, -1e-300, '', '', '', 'POINT(1 2)', -0.000001, -0.0000000001, '')",
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
