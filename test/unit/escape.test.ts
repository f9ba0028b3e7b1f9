import { beforeAll, describe, expect, it } from "vitest";
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import { InterfaceError } from "../../src/errors.ts";
import { formatLiteral, insertLiterals } from "../../src/sql/escape.ts";
import { param, type SqlValue } from "../../src/sql/param.ts";
import { scanSql } from "../../src/sql/scan.ts";
import { tokens } from "../../src/sql/tokens.ts";

let codec: Codec;
beforeAll(async () => void (codec = await initCodec()));
const literal = (value: SqlValue) => formatLiteral(value, 0, codec);

describe("formatLiteral()", () => {
  it("writes each kind of value", () => {
    const instant = { epochNanoseconds: 1_700_000_000_000_000_001n };
    const written: [SqlValue, string][] = [
      [null, "NULL"],
      [true, "true"],
      [false, "false"],
      [0, "0"],
      [-0, "-0.0"],
      [1.5e-7, "1.5e-7"],
      [1e21, "1e+21"],
      [-(2n ** 63n), "-9223372036854775808"],
      [2n ** 64n - 1n, "18446744073709551615"],
      ['it\'s \\ "quoted"\n', "'it\\'s \\\\ \"quoted\"\n'"],
      ["", "''"],
      ["北京 😀", "'北京 😀'"],
      [Uint8Array.of(0, 255, 16), "'\\x00ff10'"],
      [new Date(1_700_000_000_123), "'2023-11-14T22:13:20.123Z'"],
      [instant, "'2023-11-14T22:13:20.000000001Z'"],
      [param.timestamp(1_700_000_000_000_001n, "us"), "'2023-11-14T22:13:20.000001Z'"],
      [param.decimal("-12.30"), "-12.30"],
      [param.varchar("a'b"), "'a\\'b'"],
      [param.int(null), "NULL"],
      [param.varbinary(Uint8Array.of(1)), "'\\x01'"],
    ];
    for (const [value, text] of written) expect(literal(value)).toBe(text);
  });

  it("refuses what has no literal, naming the parameter", () => {
    const strange = [
      Number.NaN,
      Infinity,
      -Infinity,
      "a\0b",
      new Date(Number.NaN),
      undefined,
      {},
      [],
      Symbol("x"),
      () => 1,
    ];
    for (const value of strange) {
      const write = () => formatLiteral(value as SqlValue, 3, codec);
      expect(write).toThrow(InterfaceError);
      expect(write).toThrow(/parameter 4/);
    }
  });

  it("writes any text as one string token that ends where it ends", () => {
    const pieces = [
      "'",
      "\\",
      '"',
      "`",
      "--",
      "/*",
      "*/",
      "\n",
      ";",
      "?",
      "a",
      "''",
      "\\'",
      "\u2028",
      "é",
    ];
    let seed = 11;
    const random = (below: number) =>
      ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 16) % below;
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: random(8) }, () => pieces[random(pieces.length)]!).join("");
      const sql = `select ${literal(text)} , ?`;
      const found = [...tokens(sql)].filter(({ kind }) => kind === "string");
      expect([found.length, sql.slice(found[0]!.end)]).toEqual([1, " , ?"]);
      expect(scanSql(sql).placeholders).toEqual([sql.length - 1]);
      const inside = sql.slice(found[0]!.start + 1, found[0]!.end - 1);
      expect(inside.replaceAll(/\\(['\\])/g, "$1")).toBe(text);
    }
  });
});

describe("insertLiterals()", () => {
  const insert = (sql: string, ...params: SqlValue[]) =>
    insertLiterals(sql, scanSql(sql).placeholders, params, codec);

  it("replaces placeholders only", () => {
    expect(insert("select '?', `?`, ? -- ?\n, ? /* ? */", 1, "x?")).toBe(
      "select '?', `?`, 1 -- ?\n, 'x?' /* ? */",
    );
    expect(insert("delete from t")).toBe("delete from t");
  });

  it("lets no value begin a comment or go on with a word", () => {
    for (const value of [-1, -1n, -0, -1.5, param.decimal("-2")]) {
      const sql = insert("delete from t where a = 3 -? and tenant = 7", value);
      expect(scanSql(sql).command).toBe("delete");
      expect(
        [...tokens(sql)].some(({ kind, start }) => kind === "space" && sql.startsWith("--", start)),
      ).toBe(false);
      expect(sql).toContain("and tenant = 7");
    }
    expect(insert("select * from t limit?", 5)).toBe("select * from t limit 5");
    expect(insert("interval(?s)", 5)).toBe("interval(5 s)");
  });

  it("does not read placeholders in what it has put in", () => {
    expect(insert("values(?, ?)", "?', ?", 2)).toBe("values('?\\', ?', 2)");
  });
});
