/**
 * Compiles expressions to DuckDB SQL.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import { ServerError } from "../engine.ts";
import type { Expr, Literal } from "./ast.ts";
import { type ArithmeticSign, compileArithmetic, compileShift } from "./arithmetic.ts";
import { caseType } from "./case_type.ts";
import { compileCast } from "./cast.ts";
import { compileComparison, compileMatch, jsonPath, type TimeContext } from "./compare.ts";
import { Code, invalidColumn, invalidOperation, syntaxError } from "./errors.ts";
import { compileCall } from "./functions.ts";
import type { Neighbours } from "./neighbours.ts";
import {
  asBytes,
  asDouble,
  asText,
  compileLiteral,
  isNull,
  type Typed,
  typed,
  wholeSql,
} from "./typed.ts";
import { fixedType, isDecimal, isInteger, isNumeric, isText, type SqlType, Type } from "./types.ts";

/** What names mean, and what expressions depend on besides them. */
export interface Scope {
  precision: Precision;
  timeZone: string;
  /** The server's version. */
  version: string;
  database: string | null;
  sql: string;
  parameters: Literal[] | null;
  /** Returns a column, tag or pseudo-column; null when there is none. */
  column(table: string | null, name: string): Typed | null;
  /** SQL of the timestamp that orders rows; null when the rows have none. */
  time: string | null;
  /** Set while rows are grouped: where aggregate functions may stand. */
  grouping: Grouping | null;
  /** Compiles functions that need their own rows (see `plan_series.ts`); null where they may not stand. */
  series: ((call: Expr & { node: "call" }, scope: Scope) => Typed) | null;
  /** Whether all rows are of one table. */
  rows: "single" | "many";
  /** Set inside the argument of an aggregate function. */
  aggregated: boolean;
  /** Set while rows are grouped by INTERVAL. */
  inInterval: boolean;
  /** Returns the borders of the window and the points next to a row, by a value's SQL; set where TWA and ELAPSED may reach to them. */
  borders?(value: string): WindowBorders | undefined;
  /** SQL that is NULL where a group has no row; null where each is one. */
  rowMark: string | null;
  /** Returns SQL of the number of rows before that were not in a state; set where STATECOUNT may stand. */
  stateRun?(condition: string): string | undefined;
}

/** SQL of a window's start and end, and of the points next to a row. */
export interface WindowBorders extends Neighbours {
  start: string;
  end: string;
}

/** How columns outside aggregate functions get one value a group. */
export interface Grouping {
  /** The scope of the functions' arguments. */
  rows: Scope;
  /** SQL of the group keys. */
  keys: Set<string>;
  /** True when one of the keys is more than a column. */
  expressions: boolean;
  /** Makes a column's SQL give its value in the row a selector function picked; null without such a function. */
  pick: ((sql: string) => string) | null;
  /** Tells whether a column has the same value in all rows of a group. */
  isConstant(sql: string): boolean;
  /** Returns the failure for a column that has several values a group. */
  refuse(name: string): ServerError;
  /** Returns SQL of an expression in the row a function of `cols` picks. */
  picked(call: Expr & { node: "call" }, output: Expr): Typed;
}

const bool = fixedType(Type.bool);
const arithmetic = new Set(["+", "-", "*", "/", "%"]);
const comparisons = new Set(["=", "!=", "<", "<=", ">", ">="]);

/** Compiles an expression. */
export function compile(expr: Expr, scope: Scope): Typed {
  return (scope.grouping?.expressions ? compileKey(expr, scope.grouping) : null) ??
    compileNode(expr, scope);
}

/** Returns an expression that is itself a group key; null for another. */
function compileKey(expr: Expr, { rows, keys }: Grouping): Typed | null {
  if (expr.node === "literal" || expr.node === "column") return null;
  try {
    const value = compileNode(expr, rows);
    return keys.has(value.sql) ? value : null;
  } catch {
    return null;
  }
}

function compileNode(expr: Expr, scope: Scope): Typed {
  switch (expr.node) {
    case "literal":
      return compileLiteral(expr.literal);
    case "parameter":
      if (scope.parameters === null) throw syntaxError(scope.sql.slice(expr.start));
      return compileLiteral(scope.parameters[expr.index] ?? { kind: "null" });
    case "column":
      return compileColumn(expr, scope);
    case "call":
      return expr.name === "cols" && scope.grouping !== null
        ? scope.grouping.picked(expr.args[0] as Expr & { node: "call" }, expr.args[1]!)
        : compileCall(expr, scope, compile);
    case "cast":
      return compileCast(compile(expr.arg, scope), expr.type, scope);
    case "unary":
      return compileUnary(expr.op, compile(expr.arg, scope));
    case "binary":
      return compileBinary(expr, scope);
    case "between":
      return compileBetween(expr, scope);
    case "in":
      return compileIn(expr, scope);
    case "isNull": {
      const arg = compile(expr.arg, scope);
      return typed(`(${arg.sql} IS ${expr.negated ? "NOT " : ""}NULL)`, bool, [arg]);
    }
    case "case":
      return compileCase(expr, scope);
    case "star":
      throw syntaxError(scope.sql.slice(expr.start));
  }
}

function compileColumn(expr: Expr & { node: "column" }, scope: Scope): Typed {
  const column = scope.column(expr.table, expr.name);
  if (column === null) {
    if (expr.table === null && !expr.quoted && (expr.name === "now" || expr.name === "today")) {
      return compileCall({ ...expr, node: "call", args: [] }, scope, compile);
    }
    throw missingColumn(expr.name);
  }
  const { grouping } = scope;
  if (grouping === null || grouping.keys.has(column.sql)) return column;
  if (grouping.pick !== null) return { ...column, sql: grouping.pick(column.sql) };
  if (grouping.isConstant(column.sql)) return { ...column, sql: `any_value(${column.sql})` };
  throw grouping.refuse(expr.name);
}

function missingColumn(name: string): ServerError {
  if (name === "tbname") {
    return new ServerError(Code.invalidTableName, "Invalid tbname pseudo column");
  }
  if (name === "_rowts" || name === "_c0") {
    return new ServerError(Code.rowTime, "Invalid _c0 or _rowts expression");
  }
  return /^_w(start|end|duration)$/.test(name)
    ? new ServerError(
      Code.windowPseudoColumn,
      "_WSTART, _WEND and _WDURATION can only be used in window query",
    )
    : invalidColumn(name);
}

function compileUnary(op: "-" | "+" | "not", arg: Typed): Typed {
  if (op === "not") return typed(`(NOT ${asBool(arg)})`, bool, [arg]);
  if (op === "+") return arg;
  const mathable = isNumeric(arg.type) || arg.type.code === Type.bool ||
    arg.type.code === Type.timestamp || arg.literal !== undefined;
  if (!mathable || arg.literal?.kind === "string") throw invalidOperation("Invalid operation");
  return isDecimal(arg.type)
    ? typed(`(-${arg.sql})`, arg.type, [arg])
    : typed(`(-${asDouble(arg)})`, fixedType(Type.double), [arg]);
}

/** Returns SQL that gives a BOOLEAN; numbers are true unless 0. */
export function asBool(value: Typed): string {
  if (isNull(value)) return "NULL::BOOLEAN";
  if (value.type.code === Type.bool) return value.sql;
  return `(${asDouble(value)} <> 0)`;
}

function compileBinary(expr: Expr & { node: "binary" }, scope: Scope): Typed {
  const { op } = expr;
  if ((op === "+" || op === "-") && isDuration(expr.right)) {
    return compileShift(compile(expr.left, scope), expr.right.literal.value, op, scope);
  }
  if (op === "+" && isDuration(expr.left)) {
    return compileShift(compile(expr.right, scope), expr.left.literal.value, op, scope);
  }
  const left = compile(expr.left, scope), right = compile(expr.right, scope);
  if (op === "and" || op === "or") {
    return typed(`(${asBool(left)} ${op} ${asBool(right)})`, bool, [left, right]);
  }
  if (op === "->") return compileJsonKey(left, right);
  if (arithmetic.has(op)) return compileArithmetic(op as ArithmeticSign, left, right);
  if (op === "&" || op === "|") {
    return typed(
      `(${bitsOf(left)} ${op} ${bitsOf(right)})`,
      fixedType(Type.bigint),
      [left, right],
    );
  }
  return comparisons.has(op)
    ? compileComparison(op, left, right, scope)
    : compileMatch(op, left, right);
}

/** The 64 bits of a number; text counts as the number it begins with, and what does not fit as the least number. */
function bitsOf(value: Typed): string {
  const { sql, type } = value;
  if (type.code === Type.varbinary) throw invalidOperation("Invalid operation");
  if (type.code === Type.ubigint) {
    return `CAST(CASE WHEN ${sql} > 9223372036854775807 THEN ${sql}::HUGEINT - 18446744073709551616::HUGEINT ELSE ${sql} END AS BIGINT)`;
  }
  return isInteger(type) || type.code === Type.bool || type.code === Type.timestamp
    ? `CAST(${sql} AS BIGINT)`
    : wholeSql(asDouble(value));
}

function compileJsonKey(left: Typed, right: Typed): Typed {
  if (left.type.code !== Type.json || right.literal?.kind !== "string") {
    throw invalidOperation("Invalid operation");
  }
  return typed(
    `nullif(json_extract(${left.sql}, ${jsonPath(right.literal.value)}), 'null'::JSON)`,
    left.type,
    [left],
  );
}

function isDuration(
  expr: Expr,
): expr is Expr & { node: "literal"; literal: Literal & { kind: "duration" } } {
  return expr.node === "literal" && expr.literal.kind === "duration";
}

function compileBetween(expr: Expr & { node: "between" }, scope: Scope): Typed {
  const arg = compile(expr.arg, scope);
  const low = compileComparison(">=", arg, compile(expr.low, scope), scope);
  const high = compileComparison("<=", arg, compile(expr.high, scope), scope);
  return typed(`(${expr.negated ? "NOT " : ""}(${low.sql} AND ${high.sql}))`, bool, [
    arg,
    low,
    high,
  ]);
}

function compileIn(expr: Expr & { node: "in" }, scope: Scope): Typed {
  const arg = compile(expr.arg, scope);
  const equalities = expr.items.map((item) =>
    compileComparison("=", arg, compile(item, scope), scope).sql
  );
  return typed(`(${expr.negated ? "NOT " : ""}(${equalities.join(" OR ")}))`, bool, [arg]);
}

function compileCase(expr: Expr & { node: "case" }, scope: Scope): Typed {
  const subject = expr.subject === null ? null : compile(expr.subject, scope);
  const branches = expr.branches.map(({ when, then }) => {
    const condition = compile(when, scope);
    const sql = subject === null
      ? asBool(condition)
      : compileComparison("=", subject, condition, scope).sql;
    return { sql, value: compile(then, scope) };
  });
  const values = branches.map(({ value }) => value);
  const otherwise = expr.otherwise === null ? null : compile(expr.otherwise, scope);
  const results = otherwise === null ? values : [...values, otherwise];
  const type = caseType(results.filter((value) => !isNull(value)).map((value) => value.type));
  const sqlOf = (value: Typed): string => coerce(castTo(value, type, scope), type);
  const whens = branches.map(({ sql, value }) => `WHEN ${sql} THEN ${sqlOf(value)}`);
  const rest = otherwise === null ? "" : ` ELSE ${sqlOf(otherwise)}`;
  return typed(
    `CASE ${whens.join(" ")}${rest} END`,
    type,
    [{ ...values[0]!, constant: false }],
  );
}

/** Returns the value as one of the type: as it is where the type holds it, else as CAST gives it. */
export function castTo(value: Typed, type: SqlType, context: TimeContext): Typed {
  const same = value.type.code === type.code && value.type.precision === type.precision &&
    value.type.scale === type.scale;
  if (isNull(value) || (same && value.type.length <= type.length)) return value;
  if (!isText(type) || type.length > 0) return compileCast(value, type, context);
  // A type without a length would be one of any length to CAST.
  const cast = compileCast(value, { ...type, length: 1 }, context);
  return { ...cast, type, sql: `left(${asText(cast)}, 0)`, bytes: false };
}

/** Returns SQL that gives values of a type that holds the expression's; VARCHAR as text. */
export function coerce(value: Typed, type: SqlType): string {
  if (isNull(value)) return "NULL";
  if (isText(type)) return asText(value);
  if (type.code === Type.double) return asDouble(value);
  if (type.code === Type.varbinary) return asBytes(value);
  return type.code === Type.bigint ? `CAST(${value.sql} AS BIGINT)` : value.sql;
}
