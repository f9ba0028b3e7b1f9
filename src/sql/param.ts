/**
 * Values in SQL: what may be given as a parameter, and parameters that say their type.
 *
 * @module
 */
import type { DataTypeName } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import type { InstantLike, Precision } from "../types.ts";

/** A value with an explicit type, made by {@linkcode param}. */
export class Param {
  /** The type that the value is sent as. */
  readonly type: DataTypeName;
  /** The value: bigint ticks for TIMESTAMP, text for DECIMAL and JSON. */
  readonly value: boolean | number | bigint | string | Uint8Array | null;
  /** Precision of TIMESTAMP ticks; null for other types. */
  readonly precision: Precision | null;

  /** Use {@linkcode param} instead. */
  constructor(type: DataTypeName, value: Param["value"], precision: Precision | null = null) {
    this.type = type;
    this.value = value;
    this.precision = precision;
  }
}

/** A value that may stand for a `?`. */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | InstantLike
  | Param;

/** Makes parameters that say their type. */
export interface ParamMakers {
  /** BOOL. */
  bool(value: boolean | null): Param;
  /** TINYINT, −128 … 127. */
  tinyint(value: number | null): Param;
  /** SMALLINT, −32 768 … 32 767. */
  smallint(value: number | null): Param;
  /** INT, 32 bits. */
  int(value: number | null): Param;
  /** BIGINT, 64 bits. */
  bigint(value: bigint | number | null): Param;
  /** TINYINT UNSIGNED, 0 … 255. */
  utinyint(value: number | null): Param;
  /** SMALLINT UNSIGNED, 0 … 65 535. */
  usmallint(value: number | null): Param;
  /** INT UNSIGNED, 32 bits. */
  uint(value: number | null): Param;
  /** BIGINT UNSIGNED, 64 bits. */
  ubigint(value: bigint | number | null): Param;
  /** FLOAT; rounded to 32 bits. */
  float(value: number | null): Param;
  /** DOUBLE. */
  double(value: number | null): Param;
  /** VARCHAR: text, or bytes as they are. */
  varchar(value: string | Uint8Array | null): Param;
  /** NCHAR. */
  nchar(value: string | null): Param;
  /** VARBINARY. */
  varbinary(value: Uint8Array | null): Param;
  /** GEOMETRY as WKB. */
  geometry(value: Uint8Array | null): Param;
  /** JSON text of a tag. */
  json(text: string | null): Param;
  /** DECIMAL as text, such as `"-12.30"`. */
  decimal(text: string | null): Param;
  /** TIMESTAMP: ticks since the Unix epoch in the precision said. */
  timestamp(ticks: bigint, precision: Precision): Param;
}

const decimalText = /^[+-]?\d+(\.\d+)?$/;

/** Whether a text is the decimal that {@linkcode param} takes. */
export function isDecimalText(text: string): boolean {
  return decimalText.test(text);
}

function decimal(text: string | null): Param {
  if (text !== null && !isDecimalText(text)) {
    throw new InterfaceError("param.decimal takes digits with an optional point and sign");
  }
  return new Param("DECIMAL", text);
}

function timestamp(ticks: bigint, precision: Precision): Param {
  if (typeof ticks !== "bigint" || !["ms", "us", "ns"].includes(precision)) {
    throw new InterfaceError('param.timestamp takes bigint ticks and one of "ms", "us", "ns"');
  }
  return new Param("TIMESTAMP", ticks, precision);
}

/**
 * Makes parameters that say their type, where the value alone does not tell it.
 *
 * @example
 * ```ts
 * import { param } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(param.timestamp(1_700_000_000_000_001n, "us").type, "TIMESTAMP");
 * equal(param.decimal("12.30").value, "12.30");
 * ```
 */
export const param: ParamMakers = {
  bool: (value) => new Param("BOOL", value),
  tinyint: (value) => new Param("TINYINT", value),
  smallint: (value) => new Param("SMALLINT", value),
  int: (value) => new Param("INT", value),
  bigint: (value) => new Param("BIGINT", value),
  utinyint: (value) => new Param("TINYINT UNSIGNED", value),
  usmallint: (value) => new Param("SMALLINT UNSIGNED", value),
  uint: (value) => new Param("INT UNSIGNED", value),
  ubigint: (value) => new Param("BIGINT UNSIGNED", value),
  float: (value) => new Param("FLOAT", value),
  double: (value) => new Param("DOUBLE", value),
  varchar: (value) => new Param("VARCHAR", value),
  nchar: (value) => new Param("NCHAR", value),
  varbinary: (value) => new Param("VARBINARY", value),
  geometry: (value) => new Param("GEOMETRY", value),
  json: (text) => new Param("JSON", text),
  decimal,
  timestamp,
};

/** Whether a value has the shape of `Temporal.Instant`. */
export function isInstant(value: unknown): value is InstantLike {
  return typeof (value as InstantLike | null)?.epochNanoseconds === "bigint";
}
