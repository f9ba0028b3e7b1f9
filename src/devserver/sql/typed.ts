/**
 * Compiled expressions: DuckDB SQL with TDengine's type, and conversions between them.
 *
 * VARCHAR columns are stored as bytes (BLOB in DuckDB) and most functions work on text (VARCHAR in DuckDB), so an expression
 * of type VARCHAR says which of the two its SQL gives.
 *
 * @module
 */
import { quoteBytes, quoteText } from "../store.ts";
import type { Literal } from "./ast.ts";
import { unsupported } from "./errors.ts";
import {
  fixedType,
  isInteger,
  isNumeric,
  isText,
  physicalType,
  sizedType,
  type SqlType,
  Type,
} from "./types.ts";

/** A compiled expression. */
export interface Typed {
  sql: string;
  type: SqlType;
  /** VARCHAR only: true when the SQL gives a BLOB. */
  bytes: boolean;
  /** Set when the expression is a literal. */
  literal?: Literal;
  /** True when no column has a part in the value. */
  constant: boolean;
}

/** Returns a compiled expression that is no literal. */
export function typed(sql: string, type: SqlType, parts: Typed[] = [], bytes = false): Typed {
  return { sql, type, bytes, constant: parts.length > 0 && parts.every((part) => part.constant) };
}

const doubleType = fixedType(Type.double);

/** Returns the SQL of a DOUBLE literal; DuckDB reads plain decimals as DECIMAL. */
export function doubleSql(value: number): string {
  return Number.isFinite(value)
    ? `${value}::DOUBLE`
    : `'${value > 0 ? "inf" : value < 0 ? "-inf" : "nan"}'::DOUBLE`;
}

/** Compiles a literal. */
export function compileLiteral(literal: Literal): Typed {
  const of = (sql: string, type: SqlType, bytes = false): Typed => ({
    sql,
    type,
    bytes,
    literal,
    constant: true,
  });
  switch (literal.kind) {
    case "integer":
      if (literal.value > 18446744073709551615n || literal.value < -9223372036854775808n) {
        return of(doubleSql(Number(literal.value)), doubleType);
      }
      return literal.value > 9223372036854775807n
        ? of(`${literal.value}::UBIGINT`, fixedType(Type.ubigint))
        : of(`(${literal.value})::BIGINT`, fixedType(Type.bigint));
    case "float":
      return of(doubleSql(literal.value), doubleType);
    case "string":
      return of(
        quoteText(literal.value),
        sizedType(Type.varchar, new TextEncoder().encode(literal.value).length),
      );
    case "bytes":
      return of(quoteBytes(literal.value), sizedType(Type.varbinary, literal.value.length));
    case "ticks":
      return of(`(${literal.value})::BIGINT`, fixedType(Type.timestamp));
    case "bool":
      return of(literal.value ? "true" : "false", fixedType(Type.bool));
    case "null":
      return of("NULL", sizedType(Type.varchar, 0));
    case "duration":
      throw unsupported("a length of time here");
  }
}

/** Tells whether the expression is the literal NULL. */
export function isNull(value: Typed): boolean {
  return value.literal?.kind === "null";
}

/** Returns SQL that gives text. */
export function asText(value: Typed): string {
  if (isNull(value)) return "NULL::VARCHAR";
  if (value.type.code === Type.varchar && value.bytes) return `decode(${value.sql})`;
  if (isText(value.type) || value.type.code === Type.json) return value.sql;
  if (value.type.code === Type.varbinary) return `decode(${value.sql})`;
  return `CAST(${value.sql} AS VARCHAR)`;
}

/** Returns SQL that gives bytes. */
export function asBytes(value: Typed): string {
  if (isNull(value)) return "NULL::BLOB";
  return value.type.code === Type.nchar || (value.type.code === Type.varchar && !value.bytes)
    ? `encode(${value.sql})`
    : value.sql;
}

/** Returns SQL that gives a DOUBLE. */
export function asDouble(value: Typed): string {
  const { type, literal } = value;
  if (isNull(value)) return "NULL::DOUBLE";
  if (type.code === Type.double) return value.sql;
  if (literal?.kind === "string") {
    const number = Number.parseFloat(literal.value);
    return doubleSql(Number.isNaN(number) ? 0 : number);
  }
  if (isNumeric(type) || type.code === Type.timestamp || type.code === Type.bool) {
    return `CAST(${value.sql} AS DOUBLE)`;
  }
  if (isText(type)) return textNumberSql(asText(value));
  if (type.code === Type.json) return textNumberSql(jsonNumberText(value.sql));
  throw unsupported("arithmetic with this type");
}

/** Returns SQL of the text whose number a JSON value counts as: true is 1. */
function jsonNumberText(json: string): string {
  return `CASE json_type(${json}) WHEN 'BOOLEAN' THEN CAST(CAST(CAST(${json} AS BOOLEAN) AS TINYINT) AS VARCHAR) ELSE json_extract_string(${json}, '$') END`;
}

/** Returns SQL of the number text begins with, 0 without one. */
export function textNumberSql(text: string): string {
  const number = "'^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?'";
  return `CASE WHEN ${text} IS NOT NULL THEN coalesce(TRY_CAST(trim(regexp_extract(${text}, ${number})) AS DOUBLE), 0::DOUBLE) END`;
}

/** Returns SQL of a DOUBLE without its fraction as a BIGINT; what does not fit is the least BIGINT, as on x86-64. */
export function wholeSql(double: string): string {
  return `CASE WHEN ${double} IS NOT NULL THEN coalesce(TRY_CAST(trunc(${double}) AS BIGINT), -9223372036854775808) END`;
}

/** Returns SQL that makes a DOUBLE a number of the type; integers lose the fraction, as in C. */
export function numberAs(sql: string, type: SqlType): string {
  return `CAST(${isInteger(type) ? `trunc(${sql})` : sql} AS ${physicalType(type)})`;
}
