/**
 * TDengine's data types → Arrow's.
 *
 * @module
 */
import {
  Binary,
  Bool,
  type DataType as ArrowType,
  Decimal,
  Field as ArrowField,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  Null,
  Schema,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from "apache-arrow";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import type { Field, Precision } from "../types.ts";

/** How results become Arrow. */
export interface ArrowOptions {
  /**
   * VARCHAR, whose cells need not be UTF-8, while Arrow's Utf8 must be. Default `"strict"`: a cell that is not throws
   * `CodecError`. `"replace"` puts U+FFFD in the place of what is not (such a column is copied). `"bytes"` makes every
   * VARCHAR column Binary.
   */
  text?: "strict" | "replace" | "bytes";
}

/** The choice of {@linkcode ArrowOptions.text}. */
export type TextMode = NonNullable<ArrowOptions["text"]>;

/** Checks options. */
export function textModeOf({ text = "strict" }: ArrowOptions): TextMode {
  if (["strict", "replace", "bytes"].includes(text)) return text;
  throw new InterfaceError(
    `text must be "strict", "replace" or "bytes", not ${JSON.stringify(text)}`,
  );
}

/** Instants, as TDengine has them, are in UTC; the zone is that of display. */
const zone = "UTC";

function timestampType(precision: Precision): ArrowType {
  switch (precision) {
    case "ms":
      return new TimestampMillisecond(zone);
    case "us":
      return new TimestampMicrosecond(zone);
    case "ns":
      return new TimestampNanosecond(zone);
  }
}

/** The one exhaustive switch from data type to Arrow type. */
function arrowType(field: Field, ticks: Precision, text: TextMode): ArrowType {
  switch (field.typeCode) {
    case DataType.NULL:
      return new Null();
    case DataType.BOOL:
      return new Bool();
    case DataType.TINYINT:
      return new Int8();
    case DataType.SMALLINT:
      return new Int16();
    case DataType.INT:
      return new Int32();
    case DataType.BIGINT:
      return new Int64();
    case DataType.UTINYINT:
      return new Uint8();
    case DataType.USMALLINT:
      return new Uint16();
    case DataType.UINT:
      return new Uint32();
    case DataType.UBIGINT:
      return new Uint64();
    case DataType.FLOAT:
      return new Float32();
    case DataType.DOUBLE:
      return new Float64();
    case DataType.TIMESTAMP:
      return timestampType(ticks);
    case DataType.DECIMAL:
    case DataType.DECIMAL64:
      return new Decimal(field.scale ?? 0, field.precision ?? 38, 128);
    case DataType.VARCHAR:
      return text === "bytes" ? new Binary() : new Utf8();
    case DataType.NCHAR:
    case DataType.JSON:
      return new Utf8();
    default:
      return new Binary();
  }
}

/** The schema of a result; every field may be NULL. */
export function schemaOf(fields: readonly Field[], ticks: Precision, text: TextMode): Schema {
  return new Schema(
    fields.map((field) => new ArrowField(field.name, arrowType(field, ticks, text), true)),
  );
}
