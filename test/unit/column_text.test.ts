import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { VarColumn } from "../../src/column.ts";
import { TextCells } from "../../src/columns/text_cells.ts";
import { CodecError } from "../../src/errors.ts";
import { defaultValueOptions } from "../../src/value_modes.ts";
import { batchOf, bytes, cellsOf, codec, columnOf, tracked } from "../support/columns.ts";

test("json: parse gives values, text gives texts, and the text null is null", () => {
  const texts = ['{"city":"北京","n":1.5}', null, "null", "1.000000000", '"x"', "[1,[2]]", "true"];
  const column = tracked(15, texts);
  deepEqual(cellsOf(column), [{ city: "北京", n: 1.5 }, null, null, 1, "x", [1, [2]], true]);
  deepEqual(cellsOf(column, { json: "text" }), texts);
});

test("json: parse keeps __proto__ a key, and equal cells share one frozen value", () => {
  const text = '{"__proto__":{"a":1},"list":[{}]}';
  const [first, second] = columnOf(15, [text, text]).toArray() as Record<string, unknown>[];
  deepEqual(Object.keys(first!), ["__proto__", "list"]);
  equal(Object.getPrototypeOf(first), Object.prototype);
  equal(first, second);
  ok(Object.isFrozen(first) && Object.isFrozen((first!["list"] as unknown[])[0]));
});

test("json: parse throws CodecError naming column and row of what is not JSON", () => {
  const column = columnOf(15, ["1", "{"]);
  throws(() => column.toArray(), /column "a", row 1: the cell is not JSON/);
  throws(() => column.get(1), CodecError);
  equal(column.get(0), 1);
});

test("binary: bytes are copies, hex is lower case", () => {
  const values = [bytes(0, 255, 16), null, bytes(), bytes(1)];
  for (const type of [16, 18, 20]) {
    const column = tracked(type, values);
    deepEqual(cellsOf(column), values);
    deepEqual(cellsOf(column, { binary: "hex" }), ["00ff10", null, "", "01"]);
    (column.toArray()[0] as Uint8Array).fill(9);
    (column.get(0) as Uint8Array).fill(9);
    deepEqual(column.toArray(), values);
  }
});

test("text of every length of character is cut at the right place", () => {
  const texts = ["a", "é", "北", "😀", "", "a😀é北", "\u{10FFFF}", "\0", "\uFEFF", "z"];
  deepEqual(cellsOf(tracked(8, texts)), texts);
  deepEqual(cellsOf(tracked(10, texts)), texts);
  const withNulls = texts.flatMap((text) => [null, text]);
  deepEqual(cellsOf(tracked(8, withNulls)), withNulls);
  deepEqual(cellsOf(tracked(8, texts.filter((text) => /^[ -~]*$/.test(text)))), ["a", "", "z"]);
});

test("a leading byte order mark belongs to the cell", () => {
  for (const type of [8, 10]) {
    deepEqual(cellsOf(tracked(type, ["\uFEFFa", "\uFEFF"])), ["\uFEFFa", "\uFEFF"]);
  }
  const mixed = [bytes(0xef, 0xbb, 0xbf, 0x61), bytes(0xff)];
  deepEqual(cellsOf(tracked(8, mixed)), ["\uFEFFa", "\uFFFD"]);
});

test("repeated and similar neighbours keep their own texts", () => {
  const texts = [
    "a",
    "b",
    "ab",
    "abcd",
    "abcd",
    "abce",
    "abcd",
    "xbcd",
    "abcdefg",
    "abcdefg",
    "abcdefh",
    "abcdxfg",
    "é",
    "è",
  ];
  const many = Array.from({ length: 400 }, (_, i) => texts[(i * i) % texts.length]!);
  deepEqual(cellsOf(tracked(8, [...texts, ...many, ...many.map((text) => text + "é")])), [
    ...texts,
    ...many,
    ...many.map((text) => text + "é"),
  ]);
});

test("text: replace decodes cell by cell, so that cut sequences do not merge", () => {
  const halves = [bytes(0x61, 0xc3), bytes(0xa9, 0x62), bytes(0xe5, 0x8c), "北", null];
  const column = tracked(8, halves);
  deepEqual(cellsOf(column), ["a\uFFFD", "\uFFFDb", "\uFFFD", "北", null]);
});

test("text: bytes gives cells that are not UTF-8 as bytes, the others as text", () => {
  const column = tracked(8, [bytes(0xff, 0xfe), "ok", null]);
  deepEqual(cellsOf(column, { text: "bytes" }), [bytes(0xff, 0xfe), "ok", null]);
  deepEqual(cellsOf(tracked(8, ["all", "fine"]), { text: "bytes" }), ["all", "fine"]);
});

test("text: strict throws CodecError naming column and row", () => {
  const column = columnOf(8, ["ok", bytes(0xc0, 0x80)]);
  throws(() => column.toArray({ text: "strict" }), /column "a", row 1: the text is not UTF-8/);
  throws(() => column.toArray({ text: "strict" }), CodecError);
  deepEqual(columnOf(8, ["ok"]).toArray({ text: "strict" }), ["ok"]);
});

test("text: JSON cells that are not UTF-8 follow the mode", () => {
  const column = tracked(15, [bytes(0x22, 0xff, 0x22), "1"]);
  deepEqual(cellsOf(column), ["\uFFFD", 1]);
  deepEqual(cellsOf(column, { text: "bytes" }), [bytes(0x22, 0xff, 0x22), 1]);
  throws(() => column.toArray({ text: "strict" }), CodecError);
});

test("a variable column of unknown text is decoded cell by cell", () => {
  const { field, validity, length, nullCount } = columnOf(8, ["a", "é"]);
  const batch = batchOf([{ type: 8, values: ["a", "é"] }]);
  const { offsets, data } = batch.column(0) as VarColumn;
  const context = { precision: "ms", formats: codec, values: defaultValueOptions } as const;
  const column = new VarColumn({ field, validity, length, nullCount, offsets, data, context });
  deepEqual(column.toArray(), ["a", "é"]);
});

test("a column that is too long for one string is decoded in pieces", () => {
  const texts = Array.from(
    { length: 200 },
    (_, i) => i % 7 === 0 ? null : "é😀a".repeat(i % 5) + i,
  );
  for (const values of [texts, texts.map((text) => text?.replace(/[^a-z0-9]/g, "") ?? null)]) {
    const { field, validity, offsets, data, flags } = columnOf(8, values) as VarColumn;
    for (const maxBytes of [1, 30, 31, 500]) {
      const cells = new TextCells({ field, validity, offsets, data, flags }, maxBytes);
      deepEqual(cells.all("replace"), values);
      const read = cells.reader("replace");
      deepEqual(values.map((_, row) => read(row)), values.map((text) => text ?? ""));
    }
  }
});
