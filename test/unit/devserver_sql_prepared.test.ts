import { beforeEach, describe, expect, test } from "vitest";
import type { BoundTable, Cell, RowSet } from "../../src/devserver/engine.ts";
import { readRows } from "./devserver_rows.ts";
import { failure, fixture, rows, run, text, useDatabase } from "./devserver_sql_session.ts";

useDatabase();

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
      (await fixture.session.prepare(sql, true)).fields!.map(({ name, bindType, length }) =>
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
    expect(await failure(fixture.session.prepare("insert into ? values (?, ?)", true))).toEqual([
      0x022b,
      "Table does not exist",
    ]);
    expect((await fixture.session.prepare("insert into ? values (?, ?)", false)).fields).toBe(null);
  });

  test("writes bound columns, with literals among them", async () => {
    const insert = await fixture.session.prepare(
      "insert into ? using st tags (?, 'k') values (?, ?, ?)",
      true,
    );
    const one = await insert.execute([
      bound("a", [[1n, 2n], [1, null], [text("x"), null]], [9, 4, 8], [5], [4]),
      bound("`b.c`", [[1n], [3], [text("y")]], [9, 4, 8], [6], [4]),
    ]);
    expect(one).toEqual({ kind: "update", affectedRows: 3 });
    await insert.execute([bound("a", [[2n], [22], [null]], [9, 4, 8], [99], [4])]);
    const wide = await fixture.session.prepare(
      "insert into st (tbname, g, ts, v) values (?, 7, ?, ?)",
      true,
    );
    await wide.execute([bound("d", [[1n], [4]], [9, 4])]);
    const plain = await fixture.session.prepare("insert into ? values (?, 0, ?)", false);
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
    const insert = await fixture.session.prepare("insert into a values (?, ?, ?)", true);
    await insert.execute([{
      ...bound("", [], [9, 4, 8]),
      columns: [[1n, 2n], [undefined, 20], [text("uno"), undefined]],
    }]);
    expect(await rows("select v, s from a")).toEqual([[1, "uno"], [20, "two"]]);
  });

  test("refuses bound values that do not fit", async () => {
    const insert = await fixture.session.prepare(
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
    const select = await fixture.session.prepare(
      "select v from st where v > ? and s = ? limit ?",
      true,
    );
    expect([select.isInsert, select.fields, select.parameterCount]).toEqual([false, null, 3]);
    const result = await select.execute([bound(null, [[1], [text("two")], [5]], [4, 8, 4])]);
    expect(await readRows(result as RowSet)).toEqual([[2]]);
    const none = await select.execute([bound(null, [[1], [null], [5]], [4, 8, 4])]);
    expect(await readRows(none as RowSet)).toEqual([]);
    expect((await failure(select.execute([bound(null, [[1], [text("two")], [5]], [4, 16, 4])])))[0])
      .toBe(0x0110);
    for (const sql of ["select 1", "select ? v", "select v from st", "show databases", "selec"]) {
      expect(await failure(fixture.session.prepare(sql, true)), sql).toEqual([
        0x2600,
        "stmt only support 'SELECT' or 'INSERT'",
      ]);
    }
  });
});
