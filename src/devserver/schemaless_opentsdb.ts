/**
 * Reads OpenTSDB's two formats: telnet lines, `metric time value tag=value …`, and JSON.
 *
 * @module
 */
import { ServerError } from "./engine.ts";
import { isObject } from "./socket_request.ts";
import { type Json, type JsonObject, parseJson } from "./replies.ts";
import { lineRanges } from "./schemaless_line.ts";
import {
  checkColumn,
  checkTable,
  type PointValue,
  refusal,
  SmlCode,
  type SmlPoint,
  unitNanoseconds,
} from "./schemaless_point.ts";
import { boolCell, numberCell, readValue, textCell, type TypedCell } from "./schemaless_value.ts";
import { Type } from "./sql/types.ts";

const telnet = "SML telnet";
const valueName = "_value";

/** Reads the time by the number of its digits. */
function telnetTime(digits: string, rest: string): bigint | null {
  if (digits === "0") return null;
  if (/^\d+$/.test(digits) && digits.length === 10) return BigInt(digits) * unitNanoseconds["s"]!;
  if (/^\d+$/.test(digits) && digits.length === 13) return BigInt(digits) * unitNanoseconds["ms"]!;
  throw refusal(SmlCode.timestamp, `${telnet} invalid timestamp`, rest);
}

function telnetTag(text: string, rest: string): PointValue {
  const at = text.indexOf("=");
  checkColumn(text.slice(0, Math.max(at, 0)), telnet, rest);
  const value = text.slice(at + 1);
  if (value.includes("=")) throw refusal(SmlCode.invalidData, `${telnet} invalid data`, rest);
  const cell = value === "" ? null : textCell(Type.nchar, value);
  if (cell === null) throw refusal(SmlCode.invalidValue, `${telnet} invalid value`, rest);
  return { name: text.slice(0, at), ...cell };
}

function telnetPoint(data: string, start: number, end: number): SmlPoint {
  const words = [...data.slice(start, end).matchAll(/[^ ]+/g)];
  const rest = (index: number): string => data.slice(start + (words[index]?.index ?? end - start));
  const [table = "", time = "", value = "", ...tags] = words.map(([word]) => word);
  checkTable(table, telnet);
  if (time === "") throw refusal(SmlCode.invalidData, `${telnet} invalid timestamp`, rest(1));
  const nanoseconds = telnetTime(time, rest(1));
  const cell = value === "" ? null : readValue(value, (inner) => inner);
  if (cell === null || tags.length === 0) {
    throw refusal(SmlCode.invalidValue, `${telnet} invalid value`, rest(2));
  }
  return {
    table,
    tags: tags.map((tag, index) => telnetTag(tag, rest(index + 3))),
    columns: [{ name: valueName, ...cell }],
    nanoseconds,
  };
}

/** Reads telnet lines. */
export function readTelnet(data: string): SmlPoint[] {
  return lineRanges(data, false).map(([start, end]) => telnetPoint(data, start, end));
}

function invalidJson(): ServerError {
  return new ServerError(SmlCode.json, "Invalid JSON format");
}

const numberTypes: Readonly<
  Record<string, readonly [code: number, least: number, greatest: number]>
> = {
  i8: [Type.tinyint, -128, 127],
  tinyint: [Type.tinyint, -128, 127],
  i16: [Type.smallint, -32768, 32767],
  smallint: [Type.smallint, -32768, 32767],
  i32: [Type.int, -2147483648, 2147483647],
  int: [Type.int, -2147483648, 2147483647],
  f32: [Type.float, -3.4028234663852886e38, 3.4028234663852886e38],
  float: [Type.float, -3.4028234663852886e38, 3.4028234663852886e38],
};
const textTypes: Readonly<Record<string, number>> = { binary: Type.varchar, nchar: Type.nchar };

/** All numbers pass through a double. */
function typedNumber(value: number, type: string): TypedCell {
  if (type === "i64" || type === "bigint") {
    const greatest = 2n ** 63n - 1n;
    const whole = value >= 2 ** 63
      ? greatest
      : value <= -(2 ** 63)
      ? -greatest - 1n
      : BigInt(Math.trunc(value));
    return numberCell(Type.bigint, whole);
  }
  if (type === "f64" || type === "double") return numberCell(Type.double, value);
  const known = Object.hasOwn(numberTypes, type) ? numberTypes[type] : undefined;
  if (known === undefined) throw new ServerError(SmlCode.jsonType, "Invalid JSON data type");
  const [code, least, greatest] = known;
  if (value < least || value > greatest) {
    throw new ServerError(SmlCode.outOfRange, "Value out of range");
  }
  return numberCell(code, code === Type.float ? Math.fround(value) : Math.trunc(value));
}

function jsonText(value: string, type: string): TypedCell {
  const bytes = new TextEncoder().encode(value);
  if (type === "varbinary") {
    return {
      type: { code: Type.varbinary, length: bytes.length, precision: 0, scale: 0 },
      cell: bytes,
    };
  }
  const code = Object.hasOwn(textTypes, type) ? textTypes[type] : undefined;
  const cell = code === undefined ? null : textCell(code, value);
  if (cell === null) throw new ServerError(SmlCode.jsonType, "Invalid JSON data type");
  return cell;
}

function jsonCell(value: Json): TypedCell {
  if (isObject(value)) {
    const { value: inner = null, type } = value;
    if (Object.keys(value).length !== 2 || typeof type !== "string") throw invalidJson();
    if (typeof inner === "boolean" && type.toLowerCase() === "bool") return boolCell(inner);
    if (typeof inner === "number" || typeof inner === "bigint") {
      return typedNumber(Number(inner), type.toLowerCase());
    }
    if (typeof inner === "string") return jsonText(inner, type.toLowerCase());
    throw new ServerError(SmlCode.jsonType, "Invalid JSON data type");
  }
  if (typeof value === "boolean") return boolCell(value);
  if (typeof value === "number" || typeof value === "bigint") {
    return numberCell(Type.double, Number(value));
  }
  if (typeof value === "string") return jsonText(value, "binary");
  throw invalidJson();
}

function jsonTime(time: Json): bigint | null {
  const refused = new ServerError(SmlCode.timestamp, "Invalid timestamp format");
  const number = (value: Json | undefined): bigint => {
    if (typeof value !== "number" && typeof value !== "bigint") throw refused;
    const double = Number(value);
    if (!(double >= 0 && double < 2 ** 63)) throw refused;
    return BigInt(Math.trunc(double));
  };
  if (!isObject(time)) {
    const ticks = number(time);
    return ticks === 0n ? null : telnetTime(ticks.toString(), ticks.toString());
  }
  const { value, type } = time;
  const ticks = number(value);
  const unit = typeof type === "string" && /^([mun]?s)$/i.test(type)
    ? unitNanoseconds[type.toLowerCase()]
    : undefined;
  if (Object.keys(time).length !== 2 || unit === undefined) throw refused;
  return ticks === 0n ? null : ticks * unit;
}

function member(object: JsonObject, name: string): Json {
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name);
  if (key === undefined) throw invalidJson();
  return object[key]!;
}

function jsonPoint(value: Json): SmlPoint {
  if (!isObject(value) || Object.keys(value).length !== 4) throw invalidJson();
  const table = member(value, "metric"), tags = member(value, "tags");
  if (typeof table !== "string" || !isObject(tags) || Object.keys(tags).length === 0) {
    throw invalidJson();
  }
  checkTable(table, "SML json");
  return {
    table,
    columns: [{ name: valueName, ...jsonCell(member(value, "value")) }],
    tags: Object.entries(tags).map(([name, tag]) => {
      checkColumn(name, "SML json", name);
      return { name, ...jsonCell(tag) };
    }),
    nanoseconds: jsonTime(member(value, "timestamp")),
  };
}

/** Reads one object, or an array of them. */
export function readJson(data: string): SmlPoint[] {
  let value: Json;
  try {
    value = parseJson(data);
  } catch {
    throw invalidJson();
  }
  return (Array.isArray(value) ? value : [value]).map(jsonPoint);
}
