import { describe, expect, it } from "vitest";
import { InterfaceError, UnsupportedError } from "../../src/errors.ts";
import { boundName, inOrder, rowCountOf, sliceValues } from "../../src/statements/bound_tables.ts";
import {
  chooseColumns,
  groupPlaceholders,
  readUnknownInsert,
  targetOf,
} from "../../src/statements/placeholders.ts";
import { anyTypes, placeholderOf } from "../support/targets.ts";

const [name, tag, ts, v] = [
  placeholderOf("tbname", 8, { role: "table" }),
  placeholderOf("site", 10, { role: "tag" }),
  placeholderOf("ts", 9, { precision: "us" }),
  placeholderOf("v", 4),
];

describe("groupPlaceholders()", () => {
  it("sorts by role and keeps the order", () => {
    const all = [v, name, tag, ts];
    expect(groupPlaceholders(all, anyTypes)).toEqual({
      all,
      hasName: true,
      tags: [tag],
      columns: [v, ts],
    });
    expect(groupPlaceholders([ts], anyTypes).hasName).toBe(false);
  });

  it("asks the transport about each type", () => {
    const refusal = new UnsupportedError("not this");
    const asked: number[] = [];
    const port = { ...anyTypes, requireType: (code: number) => void asked.push(code) };
    groupPlaceholders([ts, v], port);
    expect(asked).toEqual([9, 4]);
    const refusing = {
      ...anyTypes,
      requireType: () => {
        throw refusal;
      },
    };
    expect(() => groupPlaceholders([v], refusing)).toThrow(refusal);
  });
});

describe("targetOf()", () => {
  it("says what messages call it, and whether a value may be left as it is", () => {
    expect(targetOf(ts, 5)).toMatchObject({
      label: 'column "ts"',
      firstRow: 5,
      allowsUnset: true,
      precision: "us",
    });
    expect(targetOf(tag)).toMatchObject({
      label: 'tag "site"',
      firstRow: 0,
      allowsUnset: false,
      precision: null,
    });
  });
});

describe("readUnknownInsert()", () => {
  it("reads columns and items", () => {
    const read = (sql: string) => readUnknownInsert(sql);
    expect(read("insert into ? values(?, ?)")).toEqual({ columns: null, items: [true, true] });
    expect(read("INSERT INTO ? (TS, `V 1`) VALUES (?, now)")).toEqual({
      columns: ["ts", "V 1"],
      items: [true, false],
    });
    expect(read("insert into ? values(?, abs(-1, (2)), '?', ?) ;").items).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(read("insert /* a */ into ? -- b\n values ( ? )").items).toEqual([true]);
  });

  it("refuses what is none", () => {
    for (
      const sql of [
        "insert into ?",
        "insert into ? values",
        "insert into ? values(?",
        "insert into ? (a values(?)",
        "insert into ? select",
      ]
    ) {
      expect(() => readUnknownInsert(sql)).toThrow(InterfaceError);
    }
  });
});

describe("chooseColumns()", () => {
  it("takes the named columns, or all, that have a placeholder", () => {
    expect(chooseColumns({ columns: null, items: [true, true] }, [ts, v])).toEqual([ts, v]);
    expect(chooseColumns({ columns: ["v", "ts"], items: [true, false] }, [ts, v])).toEqual([v]);
    expect(() => chooseColumns({ columns: ["x"], items: [true] }, [ts, v])).toThrow(/"x"/);
    expect(() => chooseColumns({ columns: null, items: [true] }, [ts, v])).toThrow(
      /1 values for 2 columns/,
    );
  });
});

describe("inOrder()", () => {
  it("takes values by name or in order, and names what is missing or strange", () => {
    expect(inOrder({ v: 2, ts: 1 }, [ts, v], "columns")).toEqual([1, 2]);
    expect(inOrder([1, 2], [ts, v], "columns")).toEqual([1, 2]);
    expect(() => inOrder([1], [ts, v], "columns")).toThrow(/1 columns.*2.*ts, v/);
    expect(() => inOrder({ ts: 1 }, [ts, v], "columns")).toThrow(/no value.*"v"/);
    expect(() => inOrder({ ts: 1, v: 2, w: 3 }, [ts, v], "columns")).toThrow(/"w"/);
    const constructor = { ...v, field: { ...v.field, name: "constructor" } };
    expect(() => inOrder({ ts: 1 }, [ts, constructor], "columns")).toThrow(
      /no value.*"constructor"/,
    );
  });
});

describe("boundName()", () => {
  it("quotes a name with a dot and refuses what cannot be a name", () => {
    expect([boundName("Mixed Case"), boundName("a.b")]).toEqual(["Mixed Case", "`a.b`"]);
    for (const wrong of ["", "a`b", "a\0", 7, null]) {
      expect(() => boundName(wrong as string)).toThrow(InterfaceError);
    }
  });
});

describe("rowCountOf()", () => {
  it("names the column whose length differs, or that is no array", () => {
    expect(rowCountOf([], [])).toBe(0);
    expect(rowCountOf([[1, 2], Int8Array.of(1, 2)], ["a", "b"])).toBe(2);
    expect(() => rowCountOf([[1, 2], [1]], ["a", "b"])).toThrow(/"b" has 1.*"a" has 2/);
    for (const wrong of ["text", 7, null, {}]) {
      expect(() => rowCountOf([[1], wrong as never], ["a", "b"])).toThrow(/"b"/);
    }
  });
});

describe("sliceValues()", () => {
  it("copies no typed array, and takes sparse and array-like values", () => {
    const given = Int32Array.of(1, 2, 3);
    expect(sliceValues(given, 0, 3)).toBe(given);
    expect((sliceValues(given, 1, 3) as Int32Array).buffer).toBe(given.buffer);
    expect(sliceValues([1, 2, 3], 1, 2)).toEqual([2]);
    expect(sliceValues({ length: 2, 0: "a", 1: "b" }, 1, 2)).toEqual(["b"]);
  });
});
