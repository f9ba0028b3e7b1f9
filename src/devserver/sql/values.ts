/**
 * Values of INSERT statements, as written, to the cells a column stores.
 *
 * @module
 */
import { type Cell, type Precision, ServerError } from "../engine.ts";
import type { ColumnDefinition, InsertValue } from "./ast.ts";
import { Code, insertError, valueTooLong } from "./errors.ts";
import { JsonTagError, normalizeJsonTag } from "./json_tag.ts";
import { addDuration, nowTicks, parseTimestamp, todayTicks } from "./timestamp.ts";
import { isDecimal, isInteger, isUnsigned, type SqlType, Type } from "./types.ts";
import { encodeWkt } from "./wkt.ts";

/** What a value's meaning depends on besides its column. */
export interface ValueContext {
  sql: string;
  precision: Precision;
  timeZone: string;
}

const integerNames: Record<number, string> = {
  [Type.tinyint]: "tinyint",
  [Type.smallint]: "smallint",
  [Type.int]: "int",
  [Type.bigint]: "bigint",
  [Type.utinyint]: "unsigned tinyint",
  [Type.usmallint]: "unsigned smallint",
  [Type.uint]: "unsigned int",
  [Type.ubigint]: "unsigned bigint",
};

const bits: Record<number, number> = {
  [Type.tinyint]: 8,
  [Type.smallint]: 16,
  [Type.int]: 32,
  [Type.bigint]: 64,
  [Type.utinyint]: 8,
  [Type.usmallint]: 16,
  [Type.uint]: 32,
  [Type.ubigint]: 64,
};

const encoder = new TextEncoder();

/** Returns the least and greatest value of an integer type; the least signed value is kept out of no type. */
export function integerRange(code: number): [bigint, bigint] {
  const size = BigInt(bits[code] ?? 64);
  return code >= Type.utinyint && code <= Type.ubigint
    ? [0n, (1n << size) - 1n]
    : [-(1n << (size - 1n)), (1n << (size - 1n)) - 1n];
}

/** Returns the text an error shows: a string's content, else the statement from the value on. */
function near(value: InsertValue, context: ValueContext): string {
  return value.kind === "string" ? value.text : context.sql.slice(value.start).trimEnd();
}

/** Converts a value as written to its column's cell. */
export function convertValue(
  value: InsertValue,
  column: ColumnDefinition,
  context: ValueContext,
): Cell {
  const { type } = column;
  if (isNull(value, type)) return null;
  if (type.code === Type.timestamp) return convertTimestamp(value, context);
  if (value.shifts.length > 0 || value.kind === "now" || value.kind === "today") {
    throw insertError(near(value, context), "invalid data");
  }
  if (isInteger(type)) return convertInteger(value, type.code, context);
  if (isDecimal(type)) return parseDecimal(value.text, type.precision, type.scale);
  switch (type.code) {
    case Type.bool:
      return convertBool(value, context);
    case Type.float:
    case Type.double:
      return convertFloat(value, type.code, context);
    case Type.nchar:
      return checkedText(value.text, column);
    case Type.json:
      return convertJson(value, context);
    default:
      return convertBytes(value, column, context);
  }
}

/** NULL can also be written as a string where no text can stand. */
function isNull({ kind, text }: InsertValue, { code }: SqlType): boolean {
  return kind === "null" || (kind === "string" && text.toLowerCase() === "null" && !isString(code));
}

function isString(code: number): boolean {
  return code === Type.varchar || code === Type.nchar || code === Type.varbinary ||
    code === Type.geometry || code === Type.json || code === Type.blob;
}

function convertTimestamp(value: InsertValue, context: ValueContext): bigint {
  const { precision, timeZone } = context;
  let ticks: bigint | null = null;
  if (value.kind === "now") ticks = nowTicks(precision);
  else if (value.kind === "today") ticks = todayTicks(precision, timeZone);
  else if (value.kind === "number" && /^-?\d+$/.test(value.text)) ticks = BigInt(value.text);
  else if (value.kind === "string") {
    ticks = /^now(\(\))?$/i.test(value.text)
      ? nowTicks(precision)
      : /^today(\(\))?$/i.test(value.text)
      ? todayTicks(precision, timeZone)
      : /^-?\d+$/.test(value.text)
      ? BigInt(value.text)
      : parseTimestamp(value.text, precision, timeZone);
  }
  if (ticks === null || BigInt.asIntN(64, ticks) !== ticks) {
    throw insertError(near(value, context), "invalid timestamp");
  }
  for (const { sign, duration } of value.shifts) {
    ticks = addDuration(ticks, duration, sign, precision, timeZone);
  }
  return ticks;
}

/** Reads number text to an integer, rounding half away from zero; null when it is no number. */
export function parseInteger(text: string): bigint | null {
  if (/^[+-]?(\d+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/.test(text)) {
    return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text.replace("+", ""));
  }
  const number = text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(number)
    ? BigInt(number < 0 ? -Math.round(-number) : Math.round(number))
    : null;
}

function convertInteger(value: InsertValue, code: number, context: ValueContext): number | bigint {
  const name = integerNames[code]!;
  if (value.text === "") throw insertError("", "invalid numeric data");
  const integer = value.kind === "bool" ? null : parseInteger(value.text);
  if (integer === null) throw insertError(near(value, context), `invalid ${name} data`);
  const [least, greatest] = integerRange(code);
  if (integer < 0n && isUnsigned({ code, length: 0, precision: 0, scale: 0 })) {
    throw insertError(near(value, context), `invalid ${name} data`);
  }
  if (integer < least || integer > greatest) {
    throw insertError(
      near(value, context),
      bits[code] === 64 ? `invalid ${name} data` : `${name} data overflow`,
    );
  }
  return code === Type.bigint || code === Type.ubigint ? integer : Number(integer);
}

function convertBool(value: InsertValue, context: ValueContext): boolean {
  if (value.kind === "bool") return value.text === "true";
  const text = value.text.trim().toLowerCase();
  if (text === "true" || text === "false") return text === "true";
  const number = text === "" ? NaN : Number(text);
  if (Number.isNaN(number)) throw insertError(near(value, context), "invalid bool data");
  return number !== 0;
}

function convertFloat(value: InsertValue, code: number, context: ValueContext): number {
  const text = value.text.trim();
  if (value.text === "") throw insertError("", "invalid numeric data");
  const number = text === "" || value.kind === "bool" ? NaN : Number(text);
  const cell = code === Type.float ? Math.fround(number) : number;
  if (!Number.isFinite(cell)) {
    const isNumber = !Number.isNaN(number) || /^[+-]?nan$/i.test(text);
    throw insertError(
      near(value, context),
      `illegal ${code === Type.double && isNumber ? "double" : "float"} data`,
    );
  }
  return cell;
}

function checkedText(text: string, column: ColumnDefinition): string {
  let characters = text.length;
  if (characters > column.type.length) characters = [...text].length;
  if (characters > column.type.length) throw valueTooLong(column.name);
  return text;
}

function convertJson(value: InsertValue, context: ValueContext): string | null {
  try {
    return normalizeJsonTag(value.text);
  } catch (error) {
    if (!(error instanceof JsonTagError)) throw error;
    throw insertError(error.near ?? near(value, context), error.message);
  }
}

/** Reads `\x0aff`; null when the text is not of that form. */
export function parseHex(text: string): Uint8Array | null {
  if (!/^\\x([0-9a-fA-F]{2})*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = parseInt(text.slice(2 + index * 2, 4 + index * 2), 16);
  }
  return bytes;
}

function convertBytes(
  value: InsertValue,
  column: ColumnDefinition,
  context: ValueContext,
): Uint8Array {
  const { code, length } = column.type;
  let bytes: Uint8Array | null;
  if (code === Type.geometry) {
    bytes = encodeWkt(value.text) ?? parseHex(value.text);
    if (bytes === null) {
      throw insertError(near(value, context), "ParseException: Unknown WKB type 749");
    }
  } else {
    const isHex = code !== Type.varchar && value.text.startsWith("\\x");
    bytes = isHex ? parseHex(value.text) : encoder.encode(value.text);
    if (bytes === null || (code !== Type.varchar && value.kind !== "string")) {
      throw new ServerError(Code.invalidVarbinary, "Invalidate varbinary value");
    }
  }
  if (bytes.length > length) throw valueTooLong(column.name);
  return bytes;
}

/** Parses decimal text to the scaled integer, rounding half away from zero. */
export function parseDecimal(text: string, precision: number, scale: number): bigint {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?\s*$/.exec(text);
  if (match === null || (match[2] === "" && match[3] === "")) {
    throw new ServerError(Code.insertSyntax, `syntax error near '${text}' (invalid decimal data)`);
  }
  const figures = match[2]! + match[3]!;
  const shift = scale - match[3]!.length + Number(match[4] ?? 0);
  let value = BigInt(figures);
  if (shift >= 0) value *= 10n ** BigInt(Math.min(shift, 80));
  else {
    const unit = 10n ** BigInt(Math.min(-shift, 400));
    value = (value + unit / 2n) / unit;
  }
  if (value >= 10n ** BigInt(precision)) {
    throw new ServerError(Code.decimalOverflow, "Decimal value overflow");
  }
  return match[1] === "-" ? -value : value;
}
