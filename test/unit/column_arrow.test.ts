import { deepEqual, equal } from "node:assert/strict";
import * as arrow from "apache-arrow";
import { test } from "vitest";
import { initCodec } from "../../src/codec/load.ts";
import type { Column } from "../../src/column.ts";
import { DataType } from "../../src/data_type.ts";
import { goldenCases } from "../support/golden.ts";

const codec = await initCodec();
const timestampUnits = {
  ms: arrow.TimeUnit.MILLISECOND,
  us: arrow.TimeUnit.MICROSECOND,
  ns: arrow.TimeUnit.NANOSECOND,
};

const fixedTypes: Record<number, arrow.DataType> = {
  [DataType.TINYINT]: new arrow.Int8(),
  [DataType.SMALLINT]: new arrow.Int16(),
  [DataType.INT]: new arrow.Int32(),
  [DataType.BIGINT]: new arrow.Int64(),
  [DataType.FLOAT]: new arrow.Float32(),
  [DataType.DOUBLE]: new arrow.Float64(),
  [DataType.UTINYINT]: new arrow.Uint8(),
  [DataType.USMALLINT]: new arrow.Uint16(),
  [DataType.UINT]: new arrow.Uint32(),
  [DataType.UBIGINT]: new arrow.Uint64(),
};

/** Hands a column's buffers to Arrow as they are. */
function toVector(column: Column, precision: "ms" | "us" | "ns"): arrow.Vector {
  const { length, nullCount, validity: nullBitmap } = column;
  const common = { length, nullCount, nullBitmap } as {
    length: number;
    nullCount: number;
    nullBitmap: Uint8Array;
  };
  switch (column.kind) {
    case "bool":
      return arrow.makeVector(
        arrow.makeData({ ...common, type: new arrow.Bool(), data: column.values }),
      );
    case "decimal": {
      const type = new arrow.Decimal(column.scale, column.precision, 128);
      const { buffer, byteOffset } = column.values;
      const data = new Uint32Array(buffer as ArrayBuffer, byteOffset, 4 * length);
      return arrow.makeVector(arrow.makeData({ ...common, type, data }));
    }
    case "variable": {
      const isText = [DataType.VARCHAR, DataType.NCHAR, DataType.JSON].includes(
        column.field.typeCode as 8,
      );
      const buffers = { ...common, valueOffsets: column.offsets, data: column.data };
      return isText
        ? arrow.makeVector(arrow.makeData({ ...buffers, type: new arrow.Utf8() }))
        : arrow.makeVector(arrow.makeData({ ...buffers, type: new arrow.Binary() }));
    }
    case "fixed": {
      const type = column.field.typeCode === DataType.TIMESTAMP
        ? new arrow.Timestamp(timestampUnits[precision])
        : fixedTypes[column.field.typeCode]!;
      return arrow.makeVector(arrow.makeData({ ...common, type, data: column.values } as never));
    }
  }
}

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

function shown(column: Column, value: unknown): unknown {
  if (value === null) return null;
  return column.kind === "decimal" ? decimalText(value as Uint32Array) : value;
}

/** The scaled integer of four 32-bit words. */
function decimalText(words: Uint32Array): string {
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return String(BigInt.asIntN(128, unsigned));
}

for (const { name, reply, precision, blocks } of goldenCases()) {
  test(`apache-arrow reads the buffers of ${name}`, () => {
    for (const block of blocks.slice(0, 2)) {
      const batch = codec.decodeBlock(block, { names: reply.fields_names, precision });
      for (const column of batch.columns) {
        if (column.field.typeCode === DataType.NULL) continue;
        const vector = toVector(column, precision);
        equal(vector.length, column.length);
        equal(vector.nullCount, column.nullCount);
        const cells = column.toArray({ timestamp: "bigint", json: "text" });
        const values = Array.from(
          { length: column.length },
          (_, row) => shown(column, vector.get(row)),
        );
        deepEqual(
          values,
          cells.map((cell) => expected(column, cell, precision)),
          column.field.name,
        );
      }
    }
  });
}
