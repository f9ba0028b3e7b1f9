/**
 * Comparisons between values of any two types.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import { ServerError } from "../engine.ts";
import { Code, invalidOperation, unsupported } from "./errors.ts";
import { quoteBytes } from "../store.ts";
import { textTimeSql } from "./functions_time.ts";
import { parseTimestamp } from "./timestamp.ts";
import { asBytes, asDouble, asText, compileLiteral, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isDecimal, isInteger, isNumeric, isText, Type } from "./types.ts";
import { parseHex } from "./values.ts";

/** What the reading of time text depends on. */
export interface TimeContext {
  precision: Precision;
  timeZone: string;
}

const bool = fixedType(Type.bool);

/** Reads a text literal next to a timestamp as a time. */
function timeLiteral(value: Typed, context: TimeContext): Typed {
  if (value.literal?.kind !== "string") return value;
  const { value: text } = value.literal;
  const ticks = /^-?\d+$/.test(text)
    ? BigInt(text)
    : parseTimestamp(text, context.precision, context.timeZone);
  if (ticks === null) {
    throw new ServerError(Code.invalidTimeLiteral, `Incorrect TIMESTAMP value: ${text}`);
  }
  return compileLiteral({ kind: "ticks", value: ticks });
}

/** Returns SQL of what a timestamp is compared with. */
function timeSide(value: Typed, context: TimeContext): string {
  const { sql, type } = timeLiteral(value, context);
  if (isText(type)) return textTimeSql(asText(value), context);
  return type.code === Type.timestamp || isInteger(type) ? sql : asDouble(value);
}

/** Returns the two sides as SQL that DuckDB compares like TDengine. */
function align(left: Typed, right: Typed, context: TimeContext): [string, string] {
  if (left.type.code === Type.timestamp || right.type.code === Type.timestamp) {
    return [timeSide(left, context), timeSide(right, context)];
  }
  const binary = [left, right].find(({ literal }) => literal?.kind === "bytes");
  if (binary !== undefined && [left, right].some(({ type }) => isText(type))) {
    throw new ServerError(Code.dataFormat, "Invalid data format");
  }
  const json = [left, right].find(({ type }) => type.code === Type.json);
  if (json !== undefined) {
    return left === json
      ? alignJson(left, right)
      : alignJson(right, left).reverse() as [string, string];
  }
  if (isText(left.type) && isText(right.type)) {
    return left.bytes || right.bytes ? [asBytes(left), asBytes(right)] : [left.sql, right.sql];
  }
  if (left.type.code === Type.varbinary || right.type.code === Type.varbinary) {
    if ([left, right].some(({ type }) => !isText(type) && type.code !== Type.varbinary)) {
      throw unsupported("comparing VARBINARY with this type");
    }
    return [bytesOf(left), bytesOf(right)];
  }
  if (left.type.code === Type.geometry || right.type.code === Type.geometry) {
    throw unsupported("comparing geometry");
  }
  if (isText(left.type) || isText(right.type)) return alignNumberText(left, right);
  if (left.type.code === Type.bool && right.type.code === Type.bool) return [left.sql, right.sql];
  if (left.type.code === Type.bool || right.type.code === Type.bool) {
    return [asDouble(left), asDouble(right)];
  }
  const exact = (isInteger(left.type) || isDecimal(left.type)) &&
    (isInteger(right.type) || isDecimal(right.type));
  if (exact) return [left.sql, right.sql];
  if (isFloatColumn(left) && right.literal !== undefined) {
    return [left.sql, `CAST(${right.sql} AS FLOAT)`];
  }
  if (isFloatColumn(right) && left.literal !== undefined) {
    return [`CAST(${left.sql} AS FLOAT)`, right.sql];
  }
  return [asDouble(left), asDouble(right)];
}

/** Literals next to a FLOAT column are rounded to it, so that `f = 0.1` finds what was stored as 0.1. */
function isFloatColumn({ type, literal }: Typed): boolean {
  return type.code === Type.float && literal === undefined;
}

/** Text next to a VARBINARY may be written as `\x0aff`. */
function bytesOf(value: Typed): string {
  const bytes = value.literal?.kind === "string" ? parseHex(value.literal.value) : null;
  return bytes === null ? asBytes(value) : quoteBytes(bytes);
}

/** A number or BOOL against text: the text is read as a number. */
function alignNumberText(left: Typed, right: Typed): [string, string] {
  const whole = [left, right].some(({ type }) => isInteger(type) || type.code === Type.bool);
  const side = (value: Typed): string => {
    if (value.literal?.kind === "string" && /^(true|false)$/i.test(value.literal.value)) {
      return value.literal.value.toLowerCase() === "true" ? "1::DOUBLE" : "0::DOUBLE";
    }
    return isText(value.type) && whole ? `trunc(${asDouble(value)})` : asDouble(value);
  };
  return [side(left), side(right)];
}

/** A JSON value is compared as what the other side is; of another kind it equals nothing. */
function alignJson(json: Typed, other: Typed): [string, string] {
  const guarded = (kinds: string, sql: string): string =>
    `CASE WHEN json_type(${json.sql}) IN (${kinds}) THEN ${sql} END`;
  if (isNumeric(other.type)) {
    return [guarded("'DOUBLE','BIGINT','UBIGINT'", `CAST(${json.sql} AS DOUBLE)`), asDouble(other)];
  }
  if (other.type.code === Type.bool) {
    return [guarded("'BOOLEAN'", `CAST(${json.sql} AS BOOLEAN)`), other.sql];
  }
  return [guarded("'VARCHAR'", `json_extract_string(${json.sql}, '$')`), asText(other)];
}

/** Compiles `=`, `!=`, `<`, `<=`, `>` or `>=`. A comparison with the literal NULL is never true. */
export function compileComparison(
  op: string,
  left: Typed,
  right: Typed,
  context: TimeContext,
): Typed {
  if (isNull(left) || isNull(right)) return typed("(NULL::BOOLEAN)", bool, [left, right]);
  const [leftSql, rightSql] = align(left, right, context);
  return typed(`(${leftSql} ${op === "!=" ? "<>" : op} ${rightSql})`, bool, [left, right]);
}

/** Compiles LIKE, MATCH, NMATCH and CONTAINS, also with NOT before them. */
export function compileMatch(op: string, left: Typed, right: Typed): Typed {
  const negated = op.startsWith("not ");
  const verb = negated ? op.slice(4) : op;
  const wrap = (sql: string): Typed => typed(negated ? `(NOT ${sql})` : sql, bool, [left, right]);
  const { literal } = right;
  const isMatchable = verb === "contains"
    ? left.type.code === Type.json && literal?.kind === "string"
    : (isText(left.type) || left.type.code === Type.json || left.type.code === Type.geometry) &&
      (literal?.kind === "string" || literal?.kind === "null");
  if (!isMatchable) throw invalidOperation("Invalid operation");
  if (literal?.kind !== "string") return typed("(NULL::BOOLEAN)", bool, [left, right]);
  if (verb === "contains") return wrap(`json_exists(${left.sql}, ${jsonPath(literal.value)})`);
  if (left.type.code === Type.geometry) throw unsupported("matching geometry");
  const text = left.type.code === Type.json
    ? `json_extract_string(${left.sql}, '$')`
    : asText(left);
  switch (verb) {
    case "like":
      return wrap(`(${text} LIKE ${asText(right)} ESCAPE '\\')`);
    case "match":
      return wrap(`regexp_matches(${text}, ${asText(right)})`);
    default:
      return wrap(`(NOT regexp_matches(${text}, ${asText(right)}))`);
  }
}

/** Returns DuckDB's path to a key of a JSON object, as a text literal. */
export function jsonPath(key: string): string {
  return `'$."${key.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("'", "''")}"'`;
}
