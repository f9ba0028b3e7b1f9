import { describe, expect, it } from "vitest";
import { InterfaceError } from "../../src/errors.ts";
import { param } from "../../src/sql/param.ts";
import { fragment, id, list } from "../../src/sql/template.ts";

describe("id()", () => {
  it("quotes each part and keeps all its characters", () => {
    expect(id("power", "Meter 1.a'\"").text).toBe("`power`.`Meter 1.a'\"`");
    expect(id("select").text).toBe("`select`");
  });

  it("refuses what cannot be quoted", () => {
    for (
      const path of [[], [""], ["a`b"], ["a\0b"], ["a", ""], [7 as unknown as string], [
        undefined as unknown as string,
      ]]
    ) {
      expect(() => id(...path)).toThrow(InterfaceError);
    }
  });
});

describe("fragment()", () => {
  it("makes parameters of values, text of names, and nests", () => {
    const date = new Date(0);
    const inner = fragment`${id("v")} in (${list([1, "x"])}) and ts < ${date}`;
    const { text, params } = fragment`select * from ${
      id("db", "t")
    } where ${inner} or v is ${null}`;
    expect(text).toBe("select * from `db`.`t` where `v` in (?, ?) and ts < ? or v is ?");
    expect(params).toEqual([1, "x", date, null]);
  });

  it("reads a text as a value, also one that looks like SQL", () => {
    const { text, params } = fragment`select ${"1; drop table t"} from t`;
    expect([text, params]).toEqual(["select ? from t", ["1; drop table t"]]);
    expect(fragment`plain`).toMatchObject({ text: "plain", params: [] });
  });

  it("reads an escape of the template as its character", () => {
    expect(fragment`a\tb`.text).toBe("a\tb");
  });
});

describe("list()", () => {
  it("refuses no values, and keeps those there are", () => {
    expect(() => list([])).toThrow(InterfaceError);
    expect(list([null])).toMatchObject({ text: "?", params: [null] });
  });
});

describe("param", () => {
  it("says its type, and refuses ticks and digits that are none", () => {
    expect(param.ubigint(5n)).toMatchObject({
      type: "BIGINT UNSIGNED",
      value: 5n,
      precision: null,
    });
    expect(param.timestamp(1n, "ns")).toMatchObject({ type: "TIMESTAMP", precision: "ns" });
    for (const text of ["", "1,5", "1e5", "abc", ".5", "5.", "1 "]) {
      expect(() => param.decimal(text)).toThrow(InterfaceError);
    }
    expect(() => param.timestamp(1 as unknown as bigint, "ms")).toThrow(InterfaceError);
    expect(() => param.timestamp(1n, "s" as "ms")).toThrow(InterfaceError);
  });
});

it("fragment() called with a text says that it is a tag", () => {
  expect(() => fragment("select 1" as unknown as TemplateStringsArray)).toThrow(
    /tag for templates/,
  );
});
