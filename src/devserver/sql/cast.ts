/**
 * CAST.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { TimeContext } from "./compare.ts";
import { Code, unsupported } from "./errors.ts";
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
  isDecimal,
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
      return typed(`CAST(${numberSql(value)} AS FLOAT)`, type, parts);
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

function boolSql(value: Typed): string {
  if (!isText(value.type)) return `(${asDouble(value)} <> 0)`;
  return `coalesce(TRY_CAST(${asText(value)} AS BOOLEAN), ${textNumberSql(asText(value))} <> 0)`;
}

function numberSql(value: Typed): string {
  return isText(value.type) ? textNumberSql(asText(value)) : asDouble(value);
}

function truncateBytes(value: Typed, type: SqlType): string {
  return `CASE WHEN octet_length(${asBytes(value)}) <= ${type.length} THEN ${asBytes(value)} ELSE ${
    asBytes(value)
  }[1:${type.length}] END`;
}

/** Fractions are cut off; what does not fit wraps round like a C conversion, as far as 64 bits go. */
function integerSql(value: Typed, type: SqlType): string {
  const name = physicalType(type);
  if (value.type.code === type.code) return value.sql;
  const widens = isInteger(value.type) && value.type.length < type.length &&
    !(isUnsigned(type) && !isUnsigned(value.type));
  if (
    widens || value.type.code === Type.bool ||
    (value.type.code === Type.timestamp && type.code === Type.bigint)
  ) return `CAST(${value.sql} AS ${name})`;
  const number = isText(value.type)
    ? `coalesce(TRY_CAST(${asText(value)} AS HUGEINT), TRY_CAST(trunc(${
      textNumberSql(asText(value))
    }) AS HUGEINT))`
    : isInteger(value.type) || value.type.code === Type.timestamp
    ? `CAST(${value.sql} AS HUGEINT)`
    : `TRY_CAST(trunc(${asDouble(value)}) AS HUGEINT)`;
  const [least, greatest] = integerRange(type.code);
  const span = greatest - least + 1n;
  return `CAST(((${number} - (${least})::HUGEINT) % ${span} + ${span}) % ${span} + (${least})::HUGEINT AS ${name})`;
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
    if (ticks === null) {
      throw new ServerError(Code.functionParameterType, "Invalid parameter data type : cast");
    }
    return { ...compileLiteral({ kind: "ticks", value: ticks }), constant: false };
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
    isInteger(value.type) || value.type.code === Type.timestamp
      ? `CAST(${value.sql} AS BIGINT)`
      : `CAST(trunc(${asDouble(value)}) AS BIGINT)`,
    type,
    [value],
  );
}
