/**
 * No value changes the structure of a statement: a million values, put by a template into statements of random shape,
 * are found again in what REST and WebSocket send, by a tokenizer that is written after TDengine's own rules and shares
 * nothing with the client's scanner.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from "vitest";
import { type Codec, id, initCodec, param, type SqlValue } from "../../mod.ts";
import { formatLiteral, insertLiterals } from "../../src/sql/escape.ts";
import { Param } from "../../src/sql/param.ts";
import { scanSql } from "../../src/sql/scan.ts";
import type { TemplateValue } from "../../src/sql/template.ts";
import { check, checkPrepared, fakeConnection, marker } from "./literal_checks.ts";
import { generator, randomText, randomValue, texts } from "./literal_values.ts";

describe("literals", () => {
  let codec: Codec;
  beforeAll(async () => {
    codec = await initCodec();
  });

  it(
    "never change the structure of a statement, whatever they say and wherever they stand",
    async () => {
      const random = generator(1);
      const [overRest, overSocket] = [fakeConnection(codec, false), fakeConnection(codec, true)];
      const kinds = new Set<boolean>();
      let count = 0;
      while (count < 1_000_000) {
        const values = Array.from({ length: 1 + random(8) }, () => randomValue(random));
        const parts: string[] = ["select "];
        const given: TemplateValue[] = [];
        let template = "select ";
        values.forEach((value, i) => {
          const name = random(10) === 0
            ? id(randomText(random).replace(/[`\0]/g, "") || "n")
            : undefined;
          const before = texts[random(texts.length)]!;
          const between = name === undefined ? "" : texts[random(texts.length)]!;
          parts[parts.length - 1] += before;
          template += before;
          if (name !== undefined) {
            given.push(name);
            parts.push(between);
            template += name.text + between;
          }
          given.push(value.given);
          parts.push(i === values.length - 1 ? texts[random(texts.length)]! : "");
          template += ` ${marker} ${parts.at(-1)}`;
        });
        const strings = parts as unknown as TemplateStringsArray;
        await overRest.db.sql(strings, ...given);
        check(template, overRest.last(), values);
        await overSocket.db.sql(strings, ...given);
        const sent = overSocket.last();
        // What can be prepared goes with its placeholders, and has no value in it.
        if (overSocket.isPrepared()) checkPrepared(template, sent);
        else check(template, sent, values);
        kinds.add(overSocket.isPrepared());
        count += values.length;
      }
      expect(count).toBeGreaterThanOrEqual(1_000_000);
      expect(kinds.size).toBe(2);
    },
    240_000,
  );

  const literal = (value: unknown) => formatLiteral(value as SqlValue, 0, codec);

  it("do not hold half a surrogate pair", () => {
    expect(() => literal("a\ud800")).toThrow("surrogate");
    expect(() => literal("\udc00b")).toThrow("surrogate");
  });

  it("are what the server reads as the same value", () => {
    const given: [unknown, string][] = [
      [null, "NULL"],
      [true, "true"],
      [-0, "-0.0"],
      [1e21, "1e+21"],
      [5e-324, "5e-324"],
      [-(2n ** 63n), "-9223372036854775808"],
      ['it\'s \\ "q"', "'it\\'s \\\\ \"q\"'"],
      [new Uint8Array(), "''"],
      [new Uint8Array([0, 255]), "'\\x00ff'"],
      [param.varbinary(new Uint8Array([1])), "'\\x01'"],
      [param.varchar(new TextEncoder().encode("é'")), "'é\\''"],
      [param.decimal("-1.50"), "-1.50"],
      [param.json('{"a":1}'), "'{\"a\":1}'"],
      [new Date(0), "'1970-01-01T00:00:00.000Z'"],
      [param.timestamp(-1n, "ns"), "'1969-12-31T23:59:59.999999999Z'"],
      [{ epochNanoseconds: 1n }, "'1970-01-01T00:00:00.000000001Z'"],
    ];
    for (const [value, text] of given) expect(literal(value)).toBe(text);
  });

  it("are refused where there is none", () => {
    const refused: unknown[] = [
      NaN,
      Infinity,
      "a\0b",
      undefined,
      {},
      [1],
      Symbol("x"),
      () => 1,
      new Date(NaN),
      param.varchar(new Uint8Array([0xff])),
      new Param("DECIMAL", "1); drop table t"),
      new Param("DECIMAL", 5),
      new Param("TIMESTAMP", "1'", "ms"),
    ];
    for (const value of refused) expect(() => literal(value), String(value)).toThrow();
  });

  it("do not touch what stands beside them", () => {
    const render = (sql: string, ...values: SqlValue[]) =>
      insertLiterals(sql, scanSql(sql).placeholders, values, codec);
    expect(render("select 5 -?", -3)).toBe("select 5 - -3");
    expect(render("select 'a'?'b'", "x")).toBe("select 'a' 'x' 'b'");
    expect(render("limit?", 5)).toBe("limit 5");
    expect(render("interval(?s)", 5)).toBe("interval(5 s)");
    expect(render("values (?,?)", 1, "a")).toBe("values (1,'a')");
    expect(render("? ?", "a", "b")).toBe("'a' 'b'");
  });

  it("take no name that cannot be quoted", () => {
    for (const name of ["", "a`b", "a\0b", 5 as unknown as string]) {
      expect(() => id(name)).toThrow();
    }
    expect(id("we ? -- '\\", "`".repeat(0) + "x").text).toBe("`we ? -- '\\`.`x`");
  });
});
