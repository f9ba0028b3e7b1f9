/**
 * Columns → Arrow, buffer by buffer.
 *
 * @module
 */
import {
  type Binary,
  type Bool,
  type Data,
  type DataType as ArrowType,
  type Decimal,
  type Int32,
  makeData,
  Null,
  RecordBatch,
  type Schema,
  Struct,
  Table,
} from "apache-arrow";
import type { ColumnBatch } from "../batch.ts";
import type { Column, VarColumn } from "../column.ts";
import { DataType } from "../data_type.ts";
import { joinBytes } from "../internal/bytes.ts";
import type { Result } from "../result.ts";
import { type ArrowOptions, schemaOf, type TextMode, textModeOf } from "./arrow_schema.ts";

const wordsPerDecimal = 4;
const validText = 1;

/** The same column with U+FFFD in the place of what is not UTF-8. */
function replacedText(column: VarColumn): Pick<VarColumn, "offsets" | "data"> {
  const encoder = new TextEncoder();
  const cells = column.toArray({ text: "replace", json: "text" }) as (string | null)[];
  const parts = cells.map((cell) => encoder.encode(cell ?? ""));
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach(({ length }, row) => offsets[row + 1] = offsets[row]! + length);
  return { offsets, data: joinBytes(parts) };
}

/** Offsets and bytes of a column; those of text are UTF-8, unless the column becomes Binary. */
function variableBuffers(
  column: VarColumn,
  text: TextMode,
): Pick<VarColumn, "offsets" | "data"> {
  const { typeCode } = column.field;
  const isText = typeCode === DataType.NCHAR || typeCode === DataType.JSON ||
    typeCode === DataType.VARCHAR && text !== "bytes";
  if (!isText || (column.flags & validText) !== 0) return column;
  if (text === "replace") return replacedText(column);
  // Throws, naming column and row, where a cell is not UTF-8.
  column.toArray({ text: "strict", json: "text" });
  return column;
}

/** Hands a column's buffers over. */
function dataOf(column: Column, type: ArrowType, text: TextMode): Data {
  const { length, nullCount, validity: nullBitmap } = column;
  const common = { length, nullCount, nullBitmap };
  switch (column.kind) {
    case "bool":
      return makeData({ ...common, type: type as Bool, data: column.values });
    case "decimal": {
      const { buffer, byteOffset } = column.values;
      const data = new Uint32Array(buffer, byteOffset, wordsPerDecimal * length);
      return makeData({ ...common, type: type as Decimal, data });
    }
    case "variable": {
      const { offsets: valueOffsets, data } = variableBuffers(column, text);
      return makeData({ ...common, type: type as Binary, valueOffsets, data });
    }
    case "fixed":
      if (column.field.typeCode === DataType.NULL) return makeData({ type: new Null(), length });
      return makeData({ ...common, type: type as Int32, data: column.values as Int32Array });
  }
}

/** Makes a record batch of a schema that fits. */
export function recordBatch(schema: Schema, batch: ColumnBatch, text: TextMode): RecordBatch {
  const children = batch.columns.map((column, i) => dataOf(column, schema.fields[i]!.type, text));
  const type = new Struct(schema.fields);
  return new RecordBatch(
    schema,
    makeData({ type, length: batch.rowCount, nullCount: 0, children }),
  );
}

/**
 * Makes an Arrow table. The column buffers become the table's, without a copy; a result keeps its batches, one record
 * batch each.
 *
 * TIMESTAMP becomes Timestamp in the unit of the database and the zone UTC; DECIMAL of either width Decimal128; text
 * and JSON Utf8; VARBINARY, GEOMETRY and BLOB Binary; every other type Arrow's type of the same width.
 *
 * @param data A batch of columns, or a whole result.
 * @param options What becomes of text that is not UTF-8.
 * @returns The table.
 * @throws {CodecError} When a VARCHAR cell is not UTF-8, unless `text` chooses otherwise.
 * @throws {InterfaceError} For unknown options.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { toArrow } from "@tdwire/client/arrow";
 * import { equal } from "node:assert/strict";
 *
 * // One row, one INT column: 7.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 43, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   4, 4, 0, 0, 0, 4, 0, 0, 0, 0, 7, 0, 0, 0, 0,
 * ]);
 * const codec = await initCodec();
 * const table = toArrow(codec.decodeBlock(block, { names: ["voltage"] }));
 * equal(String(table.schema), "Schema<{ 0: voltage: Int32 }>");
 * equal(table.get(0)?.["voltage"], 7);
 * ```
 */
export function toArrow(data: ColumnBatch | Result<unknown>, options: ArrowOptions = {}): Table {
  const text = textModeOf(options);
  const batches = "columns" in data ? [data] : data.batches;
  const { fields, precision } = batches[0] ?? data;
  const schema = schemaOf(fields, precision, text);
  return new Table(schema, batches.map((batch) => recordBatch(schema, batch, text)));
}
