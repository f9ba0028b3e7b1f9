import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import type { ColumnBatch } from "../../src/batch.ts";
import { initCodec } from "../../src/codec/load.ts";
import { InterfaceError } from "../../src/errors.ts";
import { encodeBlock } from "../support/block.ts";
import { goldenCase } from "../support/golden.ts";

const codec = await initCodec();

/** One row of INTs 1, 2, … under the given names. */
function numbered(names: string[], rows = 1): ColumnBatch {
  const columns = names.map((_, i) => ({
    type: 4,
    values: Array.from({ length: rows }, (_, row) => i + 1 + 100 * row),
  }));
  return codec.decodeBlock(encodeBlock(columns), { names });
}

test("column() finds by name and by number", () => {
  const batch = numbered(["a", "b"]);
  equal(batch.column("b"), batch.column(1));
  equal(batch.column("b").get(0), 2);
});

test("column() takes the first of equal names, rows() the last, toArrays() all", () => {
  const batch = numbered(["a", "b", "a"]);
  equal(batch.column("a").get(0), 1);
  deepEqual(batch.rows(), [{ a: 3, b: 2 }]);
  deepEqual(batch.toArrays(), [[1, 2, 3]]);
});

test("column() names the columns there are when there is none", () => {
  const batch = numbered(["a", "b c"]);
  throws(() => batch.column("x"), /there is no column "x"; the columns are "a", "b c"/);
  for (const index of ["A", -1, 2, 0.5]) throws(() => batch.column(index), InterfaceError);
});

test("rows() of every width have all columns as own properties, in order", () => {
  for (const width of [1, 2, 3, 7, 8, 9, 16, 17, 130]) {
    const names = Array.from({ length: width }, (_, i) => `column ${i}`);
    const expected = [0, 1, 2].map((row) =>
      Object.fromEntries(names.map((name, i) => [name, i + 1 + 100 * row]))
    );
    const rows = numbered(names, 3).rows();
    deepEqual(rows, expected);
    deepEqual(Object.keys(rows[0]!), names);
  }
});

test("rows() makes __proto__ and other names of Object.prototype ordinary own properties", () => {
  const [row] = numbered(["a", "__proto__", "constructor", "toString"]).rows();
  deepEqual(Object.keys(row!), ["a", "__proto__", "constructor", "toString"]);
  equal(Object.getPrototypeOf(row), Object.prototype);
  deepEqual(Object.values(row!), [1, 2, 3, 4]);
});

test("rows() and toArrays() of no rows are empty", () => {
  const batch = codec.decodeBlock(
    encodeBlock([{ type: 4, values: [] }, { type: 8, values: [] }, { type: 1, values: [] }]),
  );
  equal(batch.rowCount, 0);
  deepEqual(batch.rows(), []);
  deepEqual(batch.toArrays(), []);
  equal(batch.columns.length, 3);
  deepEqual(batch.column(1).toArray(), []);
});

test("rows() shows cells as the call says, then as the batch was told, then by default", () => {
  const batch = codec.decodeBlock(
    encodeBlock([{ type: 5, values: [7n] }, { type: 9, values: [0n] }]),
  );
  deepEqual(batch.rows(), [{ c0: 7n, c1: new Date(0) }]);
  const told = batch.withValues({ bigint: "string" });
  deepEqual(told.rows(), [{ c0: "7", c1: new Date(0) }]);
  equal(told.column(0).get(0), "7");
  deepEqual(told.rows({ timestamp: "bigint" }), [{ c0: "7", c1: 0n }]);
  deepEqual(told.toArrays({ bigint: "number" }), [[7, new Date(0)]]);
  deepEqual(batch.rows(), [{ c0: 7n, c1: new Date(0) }]);
  throws(() => batch.rows({ bigint: "int" as "number" }), InterfaceError);
});

test("withValues() keeps the buffers", () => {
  const batch = codec.decodeBlock(goldenCase("all_types_ms").blocks[0]!);
  const other = batch.withValues({ timestamp: "string" });
  batch.columns.forEach((column, i) => {
    const same = other.columns[i]!;
    equal(same.kind, column.kind);
    equal(
      (same as unknown as { values: unknown }).values,
      (column as unknown as { values: unknown }).values,
    );
    equal(same.validity, column.validity);
  });
  equal(other.precision, batch.precision);
  deepEqual(other.fields, batch.fields);
});

test("a block of a thousand columns is decoded in milliseconds", () => {
  const { reply, blocks } = goldenCase("wide_1001_columns");
  const decode = (): ColumnBatch => codec.decodeBlock(blocks[0]!, { names: reply.fields_names });
  const times = Array.from({ length: 15 }, () => {
    const start = performance.now();
    ok(decode().columns.length > 1000);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  ok(times[7]! < 5, `${times[7]} ms`);
});
