import { describe, expect, it } from "vitest";
import { redactMessage, redactSql, secretsIn } from "../../src/redact.ts";

describe("redactSql()", () => {
  it.each([
    ["select 1", "select ?"],
    [
      "select * from `my ``odd`` table` where v = 'x'",
      "select * from `my ``odd`` table` where v = '?'",
    ],
    ["select 'it''s', 'back\\'slash', \"dou\"\"ble\"", "select '?', '?', '?'"],
    ["select '\\\\' , 'secret'", "select '?' , '?'"],
    ["insert into d1 values('open", "insert into d1 values('?'"],
    ['select "open', "select '?'"],
    ["select `open", "select `open"],
    ["select 1.5e-3, 0xff, -7, 10s, 1e5", "select ?, ?, -?, ?, ?"],
    ["select v1, d_2 from meters", "select v1, d_2 from meters"],
    ["select /* secret 'x */ a", "select   a"],
    ["select a -- secret\n, b", "select a  , b"],
    ["select a /* open", "select a"],
    ["  select\n\ta  ", "select a"],
    ["create user u pass 'x'", "create user u pass '?'"],
    ["create user u PASS plain sysinfo 1", "create user u PASS '?' sysinfo ?"],
    ["alter user u pass `x`", "alter user u pass '?'"],
    ["select pass from t", "select pass from t"],
    ["select 温度 from 表 where 名 = '值'", "select 温度 from 表 where 名 = '?'"],
    ["", ""],
  ])("turns %j into %j", (sql, expected) => {
    expect(redactSql(sql)).toBe(expected);
  });

  it("cuts at 200 characters and stops reading there", () => {
    const long = redactSql(`select ${"column_name, ".repeat(1_000_000)} a`);
    expect(long).toHaveLength(200);
    expect(long.endsWith("…")).toBe(true);
    expect(redactSql("a".repeat(5000))).toHaveLength(200);
  });

  it("reveals no literal, wherever the text is cut off", () => {
    const sql =
      `create user u pass 'SENTINEL'; insert into t values('SENTINEL', "SENTINEL ''\\" SENTINEL") /* SENTINEL */ -- SENTINEL`;
    for (let length = 0; length <= sql.length; length++) {
      expect(redactSql(sql.slice(0, length))).not.toContain("SENTIN");
    }
  });
});

describe("secretsIn()", () => {
  it.each([
    ["create user u pass 'a b'", ["a b"]],
    ["alter user u pass plain", ["plain"]],
    ["create user u pass 'open", ["open"]],
    ["select pass from t", []],
    ["select 1", []],
  ])("finds in %j %j", (sql, expected) => {
    expect(secretsIn(sql)).toEqual(expected);
  });
});

describe("redactMessage()", () => {
  it("leaves messages about statements without a password alone", () => {
    const message = 'syntax error near "from meters"';
    expect(redactMessage(message, "select from meters")).toBe(message);
  });
  it("hides what may quote a password, also when the server cut it", () => {
    const sql = "create user u pass 'abcdef' x";
    expect(redactMessage("syntax error near \"'abc", sql)).toBe("syntax error near '?'");
    expect(redactMessage("abcdef is too weak", sql)).toBe("? is too weak");
  });
});
