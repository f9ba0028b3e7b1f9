/**
 * CAST.
 *
 * @module
 */
import type { TimeContext } from "./compare.ts";
import { unsupported } from "./errors.ts";
import { functionError, wrongArgument } from "./function_types.ts";
import { textTimeSql } from "./functions_time.ts";
import { parseTimestamp } from "./timestamp.ts";
import {
  asBytes,
  asDouble,
  asText,
  compileLiteral,
  isNull,
  textNumberSql,
  type Typed,
  typed,
} from "./typed.ts";
import {
  fixedType,
  isDecimal,
  isDecimalInRange,
  isInteger,
  isNumeric,
  isSized,
  isText,
  isUnsigned,
  physicalType,
  sizedType,
  type SqlType,
  Type,
} from "./types.ts";
import { integerRange } from "./values.ts";

/** Compiles `cast(value as type)`. */
export function compileCast(value: Typed, target: SqlType, context: TimeContext): Typed {
  const type = isText(target) && target.length === 0
    ? sizedType(target.code, isText(value.type) ? value.type.length : 64)
    : target;
  const parts = [{ ...value, constant: false }];
  checkCast(value, type);
  if (isNull(value)) {
    return typed(
      `NULL::${type.code === Type.varchar ? "VARCHAR" : physicalType(type)}`,
      type,
      parts,
    );
  }
  if (isInteger(type)) return typed(integerSql(value, type), type, parts);
  if (isDecimal(type)) {
    if (!isDecimalInRange(type)) throw wrongArgument("cast");
    return typed(
      `CAST(${isText(value.type) ? asText(value) : value.sql} AS ${physicalType(type)})`,
      type,
      parts,
    );
  }
  switch (type.code) {
    case Type.varchar:
      if (isText(value.type)) return typed(truncateBytes(value, type), type, parts, true);
      return typed(`left(${numberText(value)}, ${type.length})`, type, parts);
    case Type.nchar:
      return typed(`left(${numberText(value)}, ${type.length})`, type, parts);
    case Type.varbinary:
      if (value.type.code !== Type.varchar) throw wrongArgument("cast");
      return typed(truncateBytes(value, type), type, parts);
    case Type.timestamp:
      return castTimestamp(value, type, context);
    case Type.bool:
      return typed(boolSql(value), type, parts);
    case Type.float:
      return typed(floatSql(numberSql(value)), type, parts);
    case Type.double:
      return typed(numberSql(value), type, parts);
    default:
      throw unsupported(`cast to this type`);
  }
}

const longest = 65517;

function checkCast(value: Typed, type: SqlType): void {
  if (value.type.code === Type.varbinary) throw wrongArgument("cast");
  if (value.type.code === Type.geometry || value.type.code === Type.json) {
    throw unsupported("cast of this type");
  }
  if (!isSized(type)) return;
  const wide = type.code === Type.nchar, greatest = wide ? Math.floor(longest / 4) : longest;
  if (type.length < 1 || type.length > greatest) {
    throw functionError(
      `CAST function converted length should be in range (0, ${greatest}] ${
        wide ? "NCHARS" : "bytes"
      }`,
    );
  }
}

/** Text is true when the integer it begins with is not 0 in 8 bits. */
function boolSql(value: Typed): string {
  return isText(value.type)
    ? `(${wrapSql(textIntegerSql(asText(value), false), Type.tinyint)} <> 0)`
    : `(${asDouble(value)} <> 0)`;
}

function numberSql(value: Typed): string {
  return isText(value.type) ? textNumberSql(asText(value)) : asDouble(value);
}

/** What is too great for a FLOAT is infinite. */
function floatSql(double: string): string {
  return `CASE WHEN abs(${double}) < 3.4028235677973366e38 THEN CAST(${double} AS FLOAT) WHEN ${double} > 0 THEN 'inf'::FLOAT WHEN ${double} < 0 THEN '-inf'::FLOAT END`;
}

function truncateBytes(value: Typed, type: SqlType): string {
  return `CASE WHEN octet_length(${asBytes(value)}) <= ${type.length} THEN ${asBytes(value)} ELSE ${
    asBytes(value)
  }[1:${type.length}] END`;
}

/** Integers wrap round; of text, the integer it begins with counts. */
function integerSql(value: Typed, type: SqlType): string {
  const name = physicalType(type);
  if (value.type.code === type.code) return value.sql;
  const widens = isInteger(value.type) && value.type.length < type.length &&
    !(isUnsigned(type) && !isUnsigned(value.type));
  if (
    widens || value.type.code === Type.bool ||
    (value.type.code === Type.timestamp && type.code === Type.bigint)
  ) return `CAST(${value.sql} AS ${name})`;
  if (isText(value.type)) {
    return wrapSql(textIntegerSql(asText(value), type.code === Type.ubigint), type.code);
  }
  if (isInteger(value.type) || value.type.code === Type.timestamp) {
    return wrapSql(value.sql, type.code);
  }
  if (isDecimal(value.type)) return wrapSql(`trunc(${value.sql})`, type.code);
  return wrapSql(cutSql(asDouble(value), type), type.code);
}

/** Returns SQL of a DOUBLE without its fraction; what the processor's conversion does not reach is its least number. */
function cutSql(double: string, type: SqlType): string {
  const isWide = type.code === Type.bigint || type.code === Type.ubigint || type.code === Type.uint;
  const least = isWide ? "-9223372036854775808" : "-2147483648";
  const greatest = type.code === Type.ubigint
    ? "18446744073709551615"
    : isWide
    ? "9223372036854775807"
    : "2147483647";
  return `CASE WHEN ${double} IS NOT NULL THEN coalesce(CASE WHEN TRY_CAST(trunc(${double}) AS HUGEINT) BETWEEN ${least}::HUGEINT AND ${greatest}::HUGEINT THEN TRY_CAST(trunc(${double}) AS HUGEINT) END, ${
    type.code === Type.ubigint ? "0" : least
  }::HUGEINT) END`;
}

/** Returns SQL of the integer text begins with, 0 without one; it stays within 64 bits. */
function textIntegerSql(text: string, unsigned: boolean): string {
  const number = `TRY_CAST(nullif(regexp_extract(${text}, '^\\s*([+-]?\\d+)', 1), '') AS DOUBLE)`;
  const exact = `TRY_CAST(nullif(regexp_extract(${text}, '^\\s*([+-]?\\d+)', 1), '') AS HUGEINT)`;
  const [least, greatest] = integerRange(unsigned ? Type.ubigint : Type.bigint);
  const bounded = unsigned
    ? `CASE WHEN abs(${number}) > 1.8446744073709552e19 THEN ${greatest}::HUGEINT ELSE ${exact} END`
    : `CASE WHEN ${number} > 1e19 THEN ${greatest}::HUGEINT WHEN ${number} < -1e19 THEN ${least}::HUGEINT WHEN ${exact} IS NOT NULL THEN least(greatest(${exact}, ${least}::HUGEINT), ${greatest}::HUGEINT) END`;
  return `CASE WHEN ${text} IS NOT NULL THEN coalesce(${bounded}, 0::HUGEINT) END`;
}

/** Returns SQL of the lowest bits of an integer. */
function wrapSql(integer: string, code: number): string {
  const [least, greatest] = integerRange(code);
  const span = greatest - least + 1n;
  return `CAST(((CAST(${integer} AS HUGEINT) - (${least})::HUGEINT) % ${span} + ${span}) % ${span} + (${least})::HUGEINT AS ${
    physicalType(fixedType(code))
  })`;
}

/** The text of a number as the server prints it. */
export function numberText(value: Typed): string {
  if (value.type.code === Type.float || value.type.code === Type.double) {
    return `printf('%f', ${asDouble(value)})`;
  }
  if (value.type.code === Type.bool) return `CAST(${value.sql} AS VARCHAR)`;
  if (isNumeric(value.type) || value.type.code === Type.timestamp) {
    return `CAST(${value.sql} AS VARCHAR)`;
  }
  return asText(value);
}

function castTimestamp(value: Typed, type: SqlType, context: TimeContext): Typed {
  if (value.literal?.kind === "string") {
    const ticks = parseTimestamp(value.literal.value, context.precision, context.timeZone);
    return { ...compileLiteral({ kind: "ticks", value: ticks ?? 0n }), constant: false };
  }
  if (isText(value.type)) {
    return typed(
      `CASE WHEN ${value.sql} IS NOT NULL THEN coalesce(${
        textTimeSql(asText(value), context)
      }, 0) END`,
      type,
      [value],
    );
  }
  return typed(
    value.type.code === Type.timestamp ? value.sql : integerSql(value, fixedType(Type.bigint)),
    type,
    [value],
  );
}
