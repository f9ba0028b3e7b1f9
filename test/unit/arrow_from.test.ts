import { deepEqual, equal, ok, throws } from "node:assert/strict";
import * as arrow from "apache-arrow";
import { test } from "vitest";
import { fromArrow } from "../../src/arrow/mod.ts";
import { InterfaceError } from "../../src/errors.ts";
import { param } from "../../src/sql/param.ts";
import { columnSets } from "../../src/statements/insert_data.ts";

/** A table with one column `a`, one chunk for each of the given arrays. */
function tableOf(type: arrow.DataType, ...chunks: unknown[][]): arrow.Table {
  const schema = new arrow.Schema([new arrow.Field("a", type, true)]);
  const batches = chunks.map((values) => {
    const [data] = arrow.vectorFromArray(values, type).data;
    const children = [data ?? arrow.makeData({ type: type as arrow.Int32, length: 0 })];
    const struct = new arrow.Struct(schema.fields);
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: struct, length: values.length, nullCount: 0, children }),
    );
  });
  return new arrow.Table(schema, batches);
}

/** A table over buffers as they are. */
function tableOfData(data: arrow.Data): arrow.Table {
  return new arrow.Table({ a: new arrow.Vector([data]) });
}

/** The column `a`, also as it is after IPC. */
function columnOf(table: arrow.Table, options = {}): unknown {
  const { a } = fromArrow(table, options);
  deepEqual(fromArrow(arrow.tableFromIPC(arrow.tableToIPC(table)), options)["a"], a);
  return a;
}

const numberTypes: readonly [
  name: string,
  type: arrow.DataType,
  array: { of(...v: never[]): unknown },
  big?: boolean,
][] = [
  ["Int8", new arrow.Int8(), Int8Array],
  ["Int16", new arrow.Int16(), Int16Array],
  ["Int32", new arrow.Int32(), Int32Array],
  ["Int64", new arrow.Int64(), BigInt64Array, true],
  ["Uint8", new arrow.Uint8(), Uint8Array],
  ["Uint16", new arrow.Uint16(), Uint16Array],
  ["Uint32", new arrow.Uint32(), Uint32Array],
  ["Uint64", new arrow.Uint64(), BigUint64Array, true],
  ["Float32", new arrow.Float32(), Float32Array],
  ["Float64", new arrow.Float64(), Float64Array],
];

test.each(numberTypes)(
  "fromArrow() gives %s as its typed array, with nulls as an array",
  (_, type, Values, big = false) => {
    const [one, two, three] = big ? [1n, 2n, 3n] : [1, 2, 3];
    deepEqual(
      columnOf(tableOf(type, [one, two, three])),
      Values.of(...[one, two, three] as never[]),
    );
    deepEqual(
      columnOf(tableOf(type, [one, two], [], [three])),
      Values.of(...[one, two, three] as never[]),
    );
    deepEqual(columnOf(tableOf(type, [one, null], [three])), [one, null, three]);
    deepEqual(columnOf(tableOf(type, [one, two], [null])), [one, two, null]);
  },
);

test("fromArrow() does not copy numbers of one chunk", () => {
  const values = Int32Array.of(1, 2, 3);
  const { a } = fromArrow(arrow.tableFromArrays({ a: values }));
  ok(ArrayBuffer.isView(a));
  equal(a.buffer, values.buffer);
});

test("fromArrow() reads slices and record batches", () => {
  const table = tableOf(new arrow.Int32(), [1, null, 3, 4, null, 6, 7, 8, 9, 10]);
  deepEqual(fromArrow(table.slice(1, 5))["a"], [null, 3, 4, null]);
  deepEqual(fromArrow(table.slice(5, 8))["a"], Int32Array.of(6, 7, 8));
  const bools = tableOf(new arrow.Bool(), [
    true,
    false,
    null,
    true,
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
  deepEqual(fromArrow(bools.slice(1, 9))["a"], [false, null, true, true, false, true, true, false]);
  const texts = tableOf(new arrow.Utf8(), ["a", null, "bc", "", "é"]);
  deepEqual(fromArrow(texts.slice(1, 5))["a"], [null, "bc", "", "é"]);
  const times = tableOfData(arrow.makeData({
    type: new arrow.TimestampSecond(),
    data: BigInt64Array.of(1n, 2n, 3n, 4n),
    nullBitmap: Uint8Array.of(0b1011),
  }));
  deepEqual(fromArrow(times.slice(1, 4), { precision: "ms" })["a"], [2000n, null, 4000n]);
  deepEqual(fromArrow(table.batches[0]!)["a"], [1, null, 3, 4, null, 6, 7, 8, 9, 10]);
});

test("fromArrow() of a table without rows gives columns without rows", () => {
  deepEqual(fromArrow(new arrow.Table(tableOf(new arrow.Int32()).schema)), { a: new Int32Array() });
  deepEqual(fromArrow(tableOf(new arrow.Utf8(), [])), { a: [] });
  deepEqual(fromArrow(new arrow.Table()), {});
});

test("fromArrow() gives null, BOOL, text and bytes with null for null", () => {
  deepEqual(columnOf(tableOfData(arrow.makeData({ type: new arrow.Null(), length: 2 }))), [
    null,
    null,
  ]);
  deepEqual(columnOf(tableOf(new arrow.Bool(), [true, null, false])), [true, null, false]);
  for (const type of [new arrow.Utf8(), new arrow.LargeUtf8()]) {
    deepEqual(columnOf(tableOf(type, ["é", null], ["", "北京"])), ["é", null, "", "北京"]);
  }
  const bytes = [Uint8Array.of(0, 255), null, new Uint8Array()];
  for (const type of [new arrow.Binary(), new arrow.LargeBinary()]) {
    deepEqual(columnOf(tableOf(type, bytes)), bytes);
  }
  const fixed = [Uint8Array.of(1, 2), null];
  deepEqual(columnOf(tableOf(new arrow.FixedSizeBinary(2), fixed)), fixed);
});

test("fromArrow() gives half floats as numbers", () => {
  const data = Uint16Array.of(0x3c00, 0xc100);
  deepEqual(columnOf(tableOfData(arrow.makeData({ type: new arrow.Float16(), data }))), [1, -2.5]);
});

test("fromArrow() reads through dictionaries", () => {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  deepEqual(columnOf(tableOf(type, ["a", "b", null, "a"])), ["a", "b", null, "a"]);
  const table = arrow.tableFromArrays({ a: ["x", "y", "x"] });
  equal(arrow.DataType.isDictionary(table.schema.fields[0]!.type), true);
  deepEqual(columnOf(table), ["x", "y", "x"]);
  const wide = new arrow.Dictionary(new arrow.Int64(), new arrow.Int8());
  deepEqual(columnOf(tableOf(wide, [5n, null, 5n])), [5n, null, 5n]);
});

const units = [
  [new arrow.TimestampSecond(), "ms", 1000n],
  [new arrow.TimestampMillisecond("UTC"), "ms", 1n],
  [new arrow.TimestampMicrosecond("Asia/Shanghai"), "us", 1n],
  [new arrow.TimestampNanosecond(), "ns", 1n],
] as const;

test.each(units)("fromArrow() gives %s with its unit", (type, precision, factor) => {
  const data = BigInt64Array.of(1_700_000_000n, -1n, 0n);
  const table = tableOfData(arrow.makeData({ type, data }));
  const ticks = [...data].map((value) => value * factor);
  deepEqual(columnOf(table), ticks.map((value) => param.timestamp(value, precision)));
  deepEqual(columnOf(table, { precision }), BigInt64Array.from(ticks));
});

test("fromArrow() converts timestamps to the precision of the database, flooring", () => {
  const type = new arrow.TimestampNanosecond();
  const data = BigInt64Array.of(1_999_999n, -1n);
  const table = tableOfData(arrow.makeData({ type, data }));
  deepEqual(columnOf(table, { precision: "ms" }), BigInt64Array.of(1n, -1n));
  deepEqual(columnOf(table, { precision: "us" }), BigInt64Array.of(1999n, -1n));
  const { a } = fromArrow(table, { precision: "ns" });
  equal((a as BigInt64Array).buffer, data.buffer);
  throws(() => fromArrow(table, { precision: "s" as "ms" }), InterfaceError);
});

test("fromArrow() refuses times that do not fit, naming column and row", () => {
  const data = BigInt64Array.of(0n, 2n ** 62n);
  const table = tableOfData(arrow.makeData({ type: new arrow.TimestampSecond(), data }));
  throws(() => fromArrow(table), /column "a", row 1: the time does not fit/);
  throws(() => fromArrow(table, { precision: "ns" }), InterfaceError);
});

test("fromArrow() gives dates as the instants at which they begin in UTC", () => {
  const days = arrow.makeData({ type: new arrow.DateDay(), data: Int32Array.of(1, -1) });
  const day = 86_400_000n;
  const expected = [param.timestamp(day, "ms"), param.timestamp(-day, "ms")];
  deepEqual(columnOf(tableOfData(days)), expected);
  deepEqual(
    columnOf(tableOfData(days), { precision: "us" }),
    BigInt64Array.of(day * 1000n, day * -1000n),
  );
  const ms = arrow.makeData({
    type: new arrow.DateMillisecond(),
    data: BigInt64Array.of(day, -day),
  });
  deepEqual(columnOf(tableOfData(ms)), expected);
  deepEqual(columnOf(tableOfData(ms), { precision: "ms" }), BigInt64Array.of(day, -day));
});

test("fromArrow() gives decimals as text with all digits", () => {
  const words = (value: bigint) =>
    [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift)));
  const values = [12_345n, -5n, 0n, 10n ** 37n, -(10n ** 38n - 1n)];
  const data = Uint32Array.from(values.flatMap(words));
  const decimals = (scale: number, nullBitmap?: Uint8Array) =>
    columnOf(tableOfData(arrow.makeData({
      type: new arrow.Decimal(scale, 38, 128),
      data,
      length: values.length,
      nullBitmap: nullBitmap ?? null,
    }))) as unknown[];
  const nines = "9".repeat(36);
  deepEqual(decimals(2), ["123.45", "-0.05", "0.00", `1${"0".repeat(35)}.00`, `-${nines}.99`]);
  deepEqual(decimals(0).slice(0, 3), ["12345", "-5", "0"]);
  deepEqual(decimals(-2).slice(0, 3), ["1234500", "-500", "0"]);
  deepEqual(decimals(2, Uint8Array.of(0b10101)).slice(0, 3), ["123.45", null, "0.00"]);
});

const noTypes = [
  new arrow.List(new arrow.Field("item", new arrow.Int32(), true)),
  new arrow.Struct([new arrow.Field("x", new arrow.Int32(), true)]),
  new arrow.TimeMillisecond(),
  new arrow.DurationSecond(),
];

test.each(noTypes)("fromArrow() refuses %s, naming the column", (type) => {
  const schema = new arrow.Schema([new arrow.Field("nested", type, true)]);
  const child = arrow.vectorFromArray([null], type).data[0]!;
  const data = arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length: 1,
    nullCount: 0,
    children: [child],
  });
  const table = new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
  throws(() => fromArrow(table), InterfaceError);
  throws(() => fromArrow(table), /column "nested" is .*TDengine has no type/);
});

test("fromArrow() refuses two columns with one name, and takes any name", () => {
  const child = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.of(1) });
  const named = (...names: string[]) => {
    const schema = new arrow.Schema(names.map((name) => new arrow.Field(name, child.type, true)));
    const children = names.map(() => child);
    const type = new arrow.Struct(schema.fields);
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type, length: 1, nullCount: 0, children }),
    );
  };
  throws(() => fromArrow(named("a", "a")), /two columns "a"/);
  deepEqual(Object.keys(fromArrow(named("__proto__", "b"))), ["__proto__", "b"]);
});

test("insert() refuses an Arrow table itself, and says what makes columns of it", () => {
  const table = arrow.tableFromArrays({ ts: [1], v: [2] });
  for (const data of [table, table.batches[0]!]) {
    throws(() => columnSets(data as never), { name: "InterfaceError", message: /fromArrow\(\)/ });
  }
});
