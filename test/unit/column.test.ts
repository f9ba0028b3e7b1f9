import { deepEqual, equal, ok, strictEqual, throws } from "node:assert/strict";
import { test } from "vitest";
import { BoolColumn, DecimalColumn, FixedColumn, VarColumn } from "../../src/column.ts";
import { InterfaceError } from "../../src/errors.ts";
import { decimalBytes } from "../support/block.ts";
import { batchOf, cellsOf, columnOf, tracked } from "../support/columns.ts";

test("a fixed column has the typed array of its type", () => {
  const expected: [number, unknown, (number | bigint)[]][] = [
    [2, Int8Array, [-128, 127]],
    [3, Int16Array, [-32768, 32767]],
    [4, Int32Array, [-(2 ** 31), 2 ** 31 - 1]],
    [5, BigInt64Array, [-(2n ** 63n), 2n ** 63n - 1n]],
    [6, Float32Array, [Math.fround(0.1), -Infinity]],
    [7, Float64Array, [0.1, Number.NaN]],
    [9, BigInt64Array, [-1n, 1n]],
    [11, Uint8Array, [0, 255]],
    [12, Uint16Array, [0, 65535]],
    [13, Uint32Array, [0, 2 ** 32 - 1]],
    [14, BigUint64Array, [0n, 2n ** 64n - 1n]],
  ];
  for (const [type, Constructor, values] of expected) {
    const column = columnOf(type, values);
    ok(column instanceof FixedColumn && column.kind === "fixed");
    strictEqual(column.values.constructor, Constructor);
    deepEqual([...column.values], values);
    deepEqual(column.toArray({ timestamp: "bigint" }), values);
    equal(column.nullCount, 0);
    equal(column.validity, null);
  }
});

test("NULL is told by validity, in Arrow's bit order", () => {
  const values = Array.from({ length: 11 }, (_, i) => (i % 3 === 0 ? null : i));
  const column = columnOf(4, values);
  equal(column.nullCount, 4);
  deepEqual([...column.validity!], [0b10110110, 0b101]);
  deepEqual(column.toArray(), values);
  deepEqual(values.map((_, row) => column.get(row)), values);
});

test("a column of type NULL is fixed, with zeros, and all NULL", () => {
  const column = columnOf(0, new Array(9).fill(null));
  ok(column instanceof FixedColumn);
  equal(column.nullCount, 9);
  deepEqual(column.values, new Int8Array(9));
  deepEqual(column.toArray(), new Array(9).fill(null));
  equal(column.field.type, "NULL");
});

test("a bool column has bits in Arrow's order", () => {
  const values = [true, false, null, true, false, false, true, true, true];
  const column = columnOf(1, values);
  ok(column instanceof BoolColumn && column.kind === "bool");
  deepEqual([...column.values], [0b11001001, 1]);
  deepEqual(column.toArray(), values);
  equal(column.get(1), false);
});

test("a decimal column has 16 bytes a value for both widths, precision and scale", () => {
  for (const [type, size] of [[17, 16], [21, 8]] as const) {
    const column = tracked(type, [-1n, null, 12345n], "ms", decimalBytes(size, 18, 3));
    ok(column instanceof DecimalColumn && column.kind === "decimal");
    equal(column.values.length, 48);
    deepEqual([column.precision, column.scale], [18, 3]);
    deepEqual([...column.values.subarray(0, 16)], new Array(16).fill(255));
    deepEqual(cellsOf(column), ["-0.001", null, "12.345"]);
    deepEqual(cellsOf(column, { decimal: "number" }), [-0.001, null, 12.345]);
  }
});

test("decimal: number is the double nearest to all digits", () => {
  const column = tracked(
    17,
    [12345678901234567890123456789012345678n],
    "ms",
    decimalBytes(16, 38, 10),
  );
  deepEqual(cellsOf(column), ["1234567890123456789012345678.9012345678"]);
  deepEqual(cellsOf(column, { decimal: "number" }), [1234567890123456789012345678.9012345678]);
});

test("a variable column has offsets and bytes", () => {
  const column = columnOf(8, ["ab", null, "", "é"]);
  ok(column instanceof VarColumn && column.kind === "variable");
  deepEqual([...column.offsets], [0, 2, 2, 2, 4]);
  deepEqual([...column.data], [0x61, 0x62, 0xc3, 0xa9]);
  deepEqual(column.toArray(), ["ab", null, "", "é"]);
});

test("columns are views of one buffer that belongs to the batch", () => {
  const batch = batchOf([{ type: 4, values: [1, null] }, { type: 8, values: ["a", "b"] }, {
    type: 1,
    values: [true, null],
  }]);
  const [first, second, third] = batch.columns as [FixedColumn, VarColumn, BoolColumn];
  const buffers = [first.values, first.validity!, second.offsets, second.data, third.values].map((
    { buffer },
  ) => buffer);
  equal(new Set(buffers).size, 1);
});

test("get() throws RangeError for rows that are not there", () => {
  const column = columnOf(4, [1, 2]);
  for (const row of [-1, 2, 0.5, Number.NaN, "0" as unknown as number]) {
    throws(() => column.get(row), /column "a" has 2 rows/);
    throws(() => column.get(row), RangeError);
  }
});

test("FLOAT cells are the float's exact value", () => {
  deepEqual(columnOf(6, [0.1]).toArray(), [Math.fround(0.1)]);
});

test("bigint: number is exact or a RangeError naming column and row", () => {
  const exact = [2n ** 53n - 1n, -(2n ** 53n), 2n ** 60n, -(2n ** 63n), null, 0n, -1n];
  const column = tracked(5, exact);
  deepEqual(
    cellsOf(column, { bigint: "number" }),
    exact.map((value) => value === null ? null : Number(value)),
  );
  deepEqual(
    cellsOf(column, { bigint: "string" }),
    exact.map((value) => value === null ? null : String(value)),
  );
  deepEqual(cellsOf(column), exact);
  for (const value of [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n]) {
    throws(() => columnOf(5, [1n, value]).toArray({ bigint: "number" }), /column "a", row 1: /);
    throws(() => columnOf(5, [1n, value]).toArray({ bigint: "number" }), RangeError);
  }
  const unsigned = tracked(14, [2n ** 63n, 2n ** 32n + 5n, null]);
  deepEqual(cellsOf(unsigned, { bigint: "number" }), [2 ** 63, 2 ** 32 + 5, null]);
  throws(() => columnOf(14, [2n ** 64n - 1n]).toArray({ bigint: "number" }), RangeError);
});

test("timestamp: auto is Date in ms, ticks in us and ns, and ticks where no Date reaches", () => {
  deepEqual(cellsOf(tracked(9, [0n, null, -1n])), [new Date(0), null, new Date(-1)]);
  deepEqual(cellsOf(tracked(9, [0n, null], "us")), [0n, null]);
  deepEqual(cellsOf(tracked(9, [0n, null], "ns")), [0n, null]);
  const edge = 8_640_000_000_000_000n;
  deepEqual(cellsOf(tracked(9, [edge, -edge, edge + 1n, -edge - 1n, 2n ** 63n - 1n])), [
    new Date(8.64e15),
    new Date(-8.64e15),
    edge + 1n,
    -edge - 1n,
    2n ** 63n - 1n,
  ]);
});

test("timestamp: date is exact or a RangeError naming column and row", () => {
  const date = { timestamp: "date" } as const;
  deepEqual(cellsOf(tracked(9, [1_700_000_000_123n, null]), date), [
    new Date(1_700_000_000_123),
    null,
  ]);
  deepEqual(cellsOf(tracked(9, [-1_000n, null], "us"), date), [new Date(-1), null]);
  deepEqual(cellsOf(tracked(9, [2_000_000n], "ns"), date), [new Date(2)]);
  throws(
    () => columnOf(9, [0n, 1n], "us").toArray(date),
    /column "a", row 1: 1 us has digits below milliseconds/,
  );
  throws(() => columnOf(9, [1n], "ns").toArray(date), RangeError);
  throws(
    () => columnOf(9, [0n, 2n ** 60n]).toArray(date),
    /column "a", row 1: .* out of a Date's range/,
  );
});

test("timestamp: string has all digits in UTC", () => {
  const text = { timestamp: "string" } as const;
  deepEqual(cellsOf(tracked(9, [-1n, null, 0n]), text), [
    "1969-12-31T23:59:59.999Z",
    null,
    "1970-01-01T00:00:00.000Z",
  ]);
  deepEqual(cellsOf(tracked(9, [1n], "us"), text), ["1970-01-01T00:00:00.000001Z"]);
  deepEqual(cellsOf(tracked(9, [1n], "ns"), text), ["1970-01-01T00:00:00.000000001Z"]);
});

test("timestamp: temporal makes instants, and says so where there is no Temporal", () => {
  const globals = globalThis as { Temporal?: unknown };
  const before = Object.getOwnPropertyDescriptor(globals, "Temporal");
  const column = columnOf(9, [5n, null, -3n], "us");
  try {
    delete globals.Temporal;
    throws(() => column.toArray({ timestamp: "temporal" }), /no Temporal/);
    throws(() => column.toArray({ timestamp: "temporal" }), InterfaceError);
    const fromEpochNanoseconds = (epochNanoseconds: bigint): unknown => {
      if (epochNanoseconds > 8n * 10n ** 21n) throw new RangeError("too far");
      return { epochNanoseconds };
    };
    globals.Temporal = { Instant: { fromEpochNanoseconds } };
    deepEqual(column.toArray({ timestamp: "temporal" }), [
      { epochNanoseconds: 5_000n },
      null,
      { epochNanoseconds: -3_000n },
    ]);
    throws(() => columnOf(9, [2n ** 62n]).toArray({ timestamp: "temporal" }), /column "a", row 0/);
  } finally {
    if (before === undefined) delete globals.Temporal;
    else Object.defineProperty(globals, "Temporal", before);
  }
});
