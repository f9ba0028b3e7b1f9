import { deepEqual, equal, throws } from "node:assert/strict";
import * as arrow from "apache-arrow";
import { test } from "vitest";
import { toArrow } from "../../src/arrow/mod.ts";
import { ColumnBatch } from "../../src/batch.ts";
import type { Column } from "../../src/column.ts";
import { DataType } from "../../src/data_type.ts";
import { CodecError, InterfaceError } from "../../src/errors.ts";
import { Result } from "../../src/result.ts";
import { defaultValueOptions } from "../../src/value_modes.ts";
import { decimalBytes } from "../support/block.ts";
import { batchOf, bytes, codec } from "../support/columns.ts";
import { goldenCases } from "../support/golden.ts";

/** A cell of ours in Arrow's terms. */
function expected(column: Column, cell: unknown, precision: "ms" | "us" | "ns"): unknown {
  if (cell === null) return null;
  if (column.kind === "decimal") {
    return (cell as string).replace(".", "").replace(/^(-?)0+(?=\d)/, "$1");
  }
  if (column.field.typeCode === DataType.TIMESTAMP) {
    // Arrow's JavaScript shows instants as milliseconds.
    return Number(cell as bigint) / { ms: 1, us: 1e3, ns: 1e6 }[precision];
  }
  return cell;
}

/** The scaled integer of four 32-bit words. */
function decimalText(words: Uint32Array): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return String(BigInt.asIntN(128, unsigned));
}

function isSameArrow(table: arrow.Table, batch: ColumnBatch): void {
  equal(table.numRows, batch.rowCount);
  batch.columns.forEach((column, i) => {
    const vector = table.getChildAt(i)!;
    equal(vector.nullCount, column.nullCount);
    const cells = column.toArray({ timestamp: "bigint", json: "text", binary: "bytes" });
    const values = Array.from({ length: column.length }, (_, row) => vector.get(row));
    const shown = values.map((value) =>
      value !== null && column.kind === "decimal" ? decimalText(value as Uint32Array) : value
    );
    deepEqual(
      shown,
      cells.map((cell) => expected(column, cell, batch.precision)),
      column.field.name,
    );
  });
}

for (const { name, reply, precision, blocks } of goldenCases()) {
  test(`toArrow() shows the cells of ${name}, also after IPC`, () => {
    for (const block of blocks.slice(0, 2)) {
      const batch = codec.decodeBlock(block, { names: reply.fields_names, precision });
      const table = toArrow(batch);
      isSameArrow(table, batch);
      isSameArrow(arrow.tableFromIPC(arrow.tableToIPC(table, "stream")), batch);
    }
  });
}

function isSameMemory(actual: ArrayBufferView, expected: ArrayBufferView): void {
  equal(actual.buffer, expected.buffer);
  deepEqual(
    [actual.byteOffset, actual.byteLength],
    [expected.byteOffset, expected.byteLength],
  );
}

const types: readonly [code: number, value: unknown, type: string][] = [
  [0, null, "Null"],
  [1, true, "Bool"],
  [2, -1, "Int8"],
  [3, -1, "Int16"],
  [4, -1, "Int32"],
  [5, -1n, "Int64"],
  [6, 1.5, "Float32"],
  [7, 1.5, "Float64"],
  [8, "é", "Utf8"],
  [9, 1n, "Timestamp<MICROSECOND, UTC>"],
  [10, "é", "Utf8"],
  [11, 255, "Uint8"],
  [12, 65_535, "Uint16"],
  [13, 4_294_967_295, "Uint32"],
  [14, -1n, "Uint64"],
  [15, "{}", "Utf8"],
  [16, bytes(255), "Binary"],
  [18, bytes(255), "Binary"],
  [19, bytes(255), "Binary"],
  [20, bytes(255), "Binary"],
];

test.each(types)("toArrow() maps the type %i, value %s, to %s", (code, value, type) => {
  for (const values of [[value], [value, null], []]) {
    const batch = batchOf([{ type: code, values: values as never }], "us");
    const { fields: [field] } = toArrow(batch).schema;
    equal(String(field!.type), type);
    equal(field!.nullable, true);
    isSameArrow(toArrow(batch), batch);
  }
});

test.each([[17, 16, 38, 10], [21, 8, 18, 0], [21, 8, 5, 5]])(
  "toArrow() maps the decimal %i of %i bytes, %i digits, %i fraction digits to Decimal128",
  (type, width, precision, scale) => {
    const decimal = decimalBytes(width, precision, scale);
    const batch = batchOf([{ type, bytes: decimal, values: [-12_345n, null, 1n] }]);
    const table = toArrow(batch);
    const arrowType = table.schema.fields[0]!.type as arrow.Decimal;
    deepEqual(
      [arrowType.typeId, arrowType.precision, arrowType.scale, arrowType.bitWidth],
      [arrow.Type.Decimal, precision, scale, 128],
    );
    isSameArrow(table, batch);
  },
);

test.each([["ms", "MILLISECOND"], ["us", "MICROSECOND"], ["ns", "NANOSECOND"]] as const)(
  "toArrow() gives timestamps the unit of a database in %s and the zone UTC",
  (precision, unit) => {
    const table = toArrow(batchOf([{ type: 9, values: [1n] }], precision));
    equal(String(table.schema.fields[0]!.type), `Timestamp<${unit}, UTC>`);
    equal(table.getChildAt(0)!.data[0]!.values[0], 1n);
  },
);

test("toArrow() hands over every buffer of every layout without a copy", () => {
  const batch = batchOf([
    { type: 1, values: [true, null] },
    { type: 4, values: [1, null] },
    { type: 9, values: [1n, null] },
    { type: 10, values: ["ab", null] },
    { type: 16, values: [bytes(1), null] },
    { type: 17, bytes: decimalBytes(16, 10, 2), values: [1n, null] },
  ]);
  const [{ data }] = toArrow(batch).batches as [arrow.RecordBatch];
  batch.columns.forEach((column, i) => {
    const { values, valueOffsets, nullBitmap } = data.children[i]!;
    isSameMemory(nullBitmap!, column.validity!);
    if (column.kind === "variable") {
      isSameMemory(values, column.data);
      isSameMemory(valueOffsets, column.offsets);
    } else isSameMemory(values, column.values);
  });
});

test("toArrow() keeps the batches of a result, and its schema without any", () => {
  const parts = [[1, 2], [3, null], []].map((values) => batchOf([{ type: 4, values }], "us"));
  const context = { precision: "us", values: defaultValueOptions, formats: codec } as const;
  const { fields } = parts[0]!;
  const head = { fields, affectedRows: 0, durationNs: 0n, reqId: 1n };
  const result = new Result(head, parts, context);
  const table = toArrow(result);
  deepEqual(table.batches.map(({ numRows }) => numRows), [2, 2, 0]);
  deepEqual([...table.getChildAt(0)!], [1, 2, 3, null]);
  parts.forEach((part, i) =>
    isSameMemory(
      table.batches[i]!.data.children[0]!.values,
      (part.columns[0] as Column & { kind: "fixed" }).values,
    )
  );
  const empty = toArrow(new Result(head, [], context));
  deepEqual([empty.numRows, String(empty.schema)], [0, String(table.schema)]);
  const none = toArrow(new Result({ ...head, fields: [] }, [], context));
  deepEqual([none.numRows, none.numCols], [0, 0]);
});

test("toArrow() keeps columns with one name apart", () => {
  const batch = codec.decodeBlock(
    goldenCases().find(({ name }) => name === "count_star")!.blocks[0]!,
    { names: ["__proto__"] },
  );
  equal(toArrow(batch).schema.fields[0]!.name, "__proto__");
  const two = new ColumnBatch({
    rowCount: batch.rowCount,
    columns: [batch.columns[0]!, batch.columns[0]!],
    context: { precision: "ms", values: defaultValueOptions, formats: codec },
  });
  const table = toArrow(two);
  equal(table.numCols, 2);
  deepEqual([...table.getChildAt(1)!], [...table.getChildAt(0)!]);
});

test("toArrow() does not let VARCHAR that is not UTF-8 pass for Utf8", () => {
  const values = ["é", null, bytes(0x61, 0xff)];
  const batch = batchOf([{ type: 10, values: ["x", null, "y"] }, { type: 8, values }]);
  throws(() => toArrow(batch), CodecError);
  throws(() => toArrow(batch), /column "b", row 2: the text is not UTF-8/);
  const replaced = toArrow(batch, { text: "replace" });
  equal(String(replaced.schema), "Schema<{ 0: a: Utf8, 1: b: Utf8 }>");
  deepEqual([...replaced.getChildAt(1)!], ["é", null, "a\uFFFD"]);
  const binary = toArrow(batch, { text: "bytes" });
  equal(String(binary.schema), "Schema<{ 0: a: Utf8, 1: b: Binary }>");
  deepEqual([...binary.getChildAt(1)!], [bytes(0xc3, 0xa9), null, bytes(0x61, 0xff)]);
  throws(() => toArrow(batch, { text: "utf8" as "bytes" }), InterfaceError);
});

test("toArrow() takes valid text whose validity nobody has checked", () => {
  const batch = batchOf([{ type: 8, values: ["é", null] }]);
  const [column] = batch.columns as [Column & { kind: "variable" }];
  const { field, length, nullCount, validity, offsets, data } = column;
  const Unchecked = column.constructor as new (init: object) => Column;
  const context = { precision: "ms", values: defaultValueOptions, formats: codec } as const;
  const columns = [
    new Unchecked({ field, length, nullCount, validity, offsets, data, context }),
  ];
  const table = toArrow(new ColumnBatch({ rowCount: 2, columns, context }));
  deepEqual([...table.getChildAt(0)!], ["é", null]);
  isSameMemory(table.getChildAt(0)!.data[0]!.values, data);
});
