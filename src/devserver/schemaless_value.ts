/**
 * Reads values as the line protocol and telnet write them: numbers with a suffix for their type, `t` and `f`, texts in
 * quotes with a letter for their type.
 *
 * @module
 */
import type { Cell } from "./engine.ts";
import { byteLength, type PointValue } from "./schemaless_point.ts";
import { fixedType, sizedType, type SqlType, Type } from "./sql/types.ts";
import { encodeWkt } from "./sql/wkt.ts";

/** A value without its name. */
export type TypedCell = Pick<PointValue, "type" | "cell">;

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;
const integerTypes: Readonly<
  Record<string, readonly [code: number, least: number, greatest: number]>
> = {
  i8: [Type.tinyint, -128, 127],
  i16: [Type.smallint, -32768, 32767],
  i32: [Type.int, -2147483648, 2147483647],
  u8: [Type.utinyint, 0, 255],
  u16: [Type.usmallint, 0, 65535],
  u32: [Type.uint, 0, 4294967295],
};
const wideTypes: Readonly<Record<string, number>> = {
  i: Type.bigint,
  i64: Type.bigint,
  u: Type.ubigint,
  u64: Type.ubigint,
};
/** Longest values, in bytes. */
export const maxBytes = 65517;
const maxNcharBytes = 16379;

function text(code: number, cell: Cell, length: number): TypedCell | null {
  const longest = code === Type.nchar ? maxNcharBytes : maxBytes;
  return length > longest ? null : { type: sizedType(code, length), cell };
}

/** A VARCHAR or NCHAR of a text; null when it is too long. */
export function textCell(code: number, value: string): TypedCell | null {
  const cell = code === Type.nchar ? value : new TextEncoder().encode(value);
  return text(code, cell, byteLength(value));
}

/** A boolean. */
export function boolCell(value: boolean): TypedCell {
  return { type: fixedType(Type.bool), cell: value };
}

/** A number of a type of fixed size. */
export function numberCell(code: number, value: number | bigint): TypedCell {
  return { type: fixedType(code), cell: value };
}

function hexBytes(digits: string): Uint8Array | null {
  if (digits.length % 2 === 1 || /[^0-9a-fA-F]/.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function binary(value: string): TypedCell | null {
  const bytes = /^\\x/i.test(value) ? hexBytes(value.slice(2)) : new TextEncoder().encode(value);
  return bytes === null ? null : text(Type.varbinary, bytes, bytes.length);
}

function geometry(value: string): TypedCell | null {
  const bytes = encodeWkt(value);
  return bytes === null ? null : text(Type.geometry, bytes, bytes.length);
}

function quoted(raw: string, unescape: (inner: string) => string): TypedCell | null {
  const inner = /^([lgb]?)"(.*)"$/is.exec(raw);
  if (inner === null) return null;
  const value = inner[2]!;
  switch (inner[1]!.toLowerCase()) {
    case "l":
      return textCell(Type.nchar, unescape(value));
    case "g":
      return geometry(value);
    case "b":
      return binary(value);
    default:
      return textCell(Type.varchar, unescape(value));
  }
}

function bool(raw: string): TypedCell | null {
  if (/^(t|true)$/i.test(raw)) return boolCell(true);
  return /^(f|false)$/i.test(raw) ? boolCell(false) : null;
}

function wide(code: number, digits: string): TypedCell | null {
  const whole = BigInt(/^[+-]?\d+/.exec(digits)?.[0].replace("+", "") ?? 0);
  const fits = code === Type.bigint ? BigInt.asIntN(64, whole) : BigInt.asUintN(64, whole);
  return fits === whole ? numberCell(code, whole) : null;
}

function number(raw: string): TypedCell | null {
  const digits = numberPattern.exec(raw)?.[0];
  if (digits === undefined) return null;
  const value = Number(digits), suffix = raw.slice(digits.length).toLowerCase();
  if (suffix === "" || suffix === "f64") return numberCell(Type.double, value);
  if (suffix === "f32") {
    const single = Math.fround(value);
    return Number.isFinite(single) ? numberCell(Type.float, single) : null;
  }
  if (Object.hasOwn(wideTypes, suffix)) return wide(wideTypes[suffix]!, digits);
  if (!Object.hasOwn(integerTypes, suffix)) return null;
  const [code, least, greatest] = integerTypes[suffix]!;
  return value < least || value > greatest ? null : numberCell(code, Math.trunc(value));
}

/**
 * Reads a value.
 *
 * @param raw The value as it is written.
 * @param unescape Takes the escapes out of what is in quotes.
 * @returns The value, or null when it is none.
 */
export function readValue(raw: string, unescape: (inner: string) => string): TypedCell | null {
  switch (raw[0]) {
    case '"':
    case "l":
    case "L":
    case "g":
    case "G":
    case "b":
    case "B":
      return quoted(raw, unescape);
    case "t":
    case "T":
    case "f":
    case "F":
      return bool(raw);
    default:
      return number(raw);
  }
}

/** Declared length of a column for a value of this length, as libtaos chooses it: the next power of two above it. */
export function columnType(type: SqlType): SqlType {
  if (
    type.code !== Type.nchar && type.code !== Type.varchar && type.code !== Type.varbinary &&
    type.code !== Type.geometry
  ) {
    return type;
  }
  let length = 1;
  while (length <= type.length) length *= 2;
  if (type.length >= 1024) length = type.length;
  return sizedType(
    type.code,
    Math.min(length, type.code === Type.nchar ? maxNcharBytes : maxBytes),
  );
}
