import { describe, expect, it } from "vitest";
import { commandOf, isPreparable, scanSql } from "../../src/sql/scan.ts";
import { tokens } from "../../src/sql/tokens.ts";

describe("tokens()", () => {
  it("gives every character of any text to one token", () => {
    const pieces = [
      "'",
      '"',
      "`",
      "\\",
      "--",
      "\n",
      "/*",
      "*/",
      "?",
      "a1",
      "1e-5",
      ".",
      "(",
      " ",
      "é",
      "0x1f",
      ",",
    ];
    let seed = 5;
    const random = (below: number) =>
      ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 16) % below;
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]!).join(
        "",
      );
      let at = 0;
      for (const { start, end } of tokens(text)) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(text.length);
    }
  });
});

describe("scanSql()", () => {
  /** Scans a statement in which `¿` stands for a `?` that is a placeholder. */
  const expectMarked = (marked: string) => {
    const expected = [...marked.matchAll(/¿/g)].map(({ index }) => index);
    expect([marked, scanSql(marked.replaceAll("¿", "?")).placeholders]).toEqual([marked, expected]);
  };

  it("finds placeholders outside of strings, names and comments", () => {
    expectMarked("select ¿, '?', \"?\", `?` from t where a=¿");
    expectMarked("-- ?\nselect ¿");
    expectMarked("/* ? */ select ¿/*?*/");
    expectMarked("select 'it''s ?', 'a\\'?', ¿");
    expectMarked("select '\\\\', ¿");
    expectMarked("values(¿,¿)(¿,'?')");
    for (const open of ["'", '"', "`", "/*", "--"]) expectMarked(`select ¿, ${open} ?`);
  });

  it("tells command and FROM", () => {
    expect(scanSql("  -- hint\n SELECT 1")).toMatchObject({ command: "select", hasFrom: false });
    expect(scanSql("select (select v from t)")).toMatchObject({ hasFrom: false });
    expect(scanSql("select 'from', `from`")).toMatchObject({ hasFrom: false });
    expect(scanSql("select v\nFrom t")).toMatchObject({ hasFrom: true });
    expect(scanSql("select constructor, __proto__ from t")).toMatchObject({ hasFrom: true });
    expect(scanSql("")).toMatchObject({ command: "", hasFrom: false, placeholders: [] });
  });

  it("tells whether the table of an INSERT is a parameter, and whether the server can describe it", () => {
    const tables = {
      "insert into ? values(?)": [true, true],
      "INSERT INTO ? (ts, v) VALUES (?, ?)": [true, true],
      "insert into ? using st tags(?) values(?)": [true, false],
      "insert into t values(?)": [false, false],
      "insert into `?` values(?)": [false, false],
      "insert into /* x */ ? /* y */ using st tags(1) values(?)": [true, false],
      "select ? from ?": [false, false],
    };
    for (const [sql, [tableIsParameter, tableIsUnknown]] of Object.entries(tables)) {
      expect(scanSql(sql)).toMatchObject({ tableIsParameter, tableIsUnknown });
    }
  });
});

describe("isPreparable()", () => {
  it("is INSERT with a placeholder among its values, and SELECT with FROM and a placeholder", () => {
    const can = (sql: string) => isPreparable(scanSql(sql));
    for (
      const sql of [
        "insert into t values(?)",
        "insert into t using s tags(1) Values(now, ?)",
        "insert into ? values(?)",
        "select v from t where a > ?",
        "select ? from t",
      ]
    ) {
      expect([sql, can(sql)]).toEqual([sql, true]);
    }
    for (
      const sql of [
        "insert into t values(1)",
        "insert into t using s tags(?) values(now, 1)",
        "insert into t using s tags(?) values(now, 'values ?')",
        "insert into t (ts, v) select ts, v from s where v > ?",
        "select 1",
        "select ?",
        "select v from t",
        "delete from t where ts > ?",
        "show tables",
        "explain select ? from t",
      ]
    ) {
      expect([sql, can(sql)]).toEqual([sql, false]);
    }
  });
});

describe("commandOf()", () => {
  it("is the first word in lower case", () => {
    expect(commandOf(" /* a */ -- b\n USE db")).toBe("use");
    expect(commandOf("(select 1)")).toBe("(");
    expect([commandOf(""), commandOf("'use' x"), commandOf("`use`")]).toEqual(["", "", ""]);
  });
});
