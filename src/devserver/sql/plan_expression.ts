/**
 * Compiles expressions to DuckDB SQL.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import { ServerError } from "../engine.ts";
import type { Expr, Literal } from "./ast.ts";
import { compileCast } from "./cast.ts";
import { compileComparison, compileMatch, jsonPath } from "./compare.ts";
import { Code, invalidColumn, syntaxError, unsupported } from "./errors.ts";
import { compileCall } from "./functions.ts";
import { addDuration, durationTicks } from "./timestamp.ts";
import { asBytes, asDouble, asText, commonType, compileLiteral, isNull, type Typed, typed } from "./typed.ts";
import { decimalType, fixedType, isDecimal, isInteger, isText, type SqlType, Type } from "./types.ts";

/** What names mean, and what expressions depend on besides them. */
export interface Scope {
  precision: Precision;
  timeZone: string;
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
}

/** How columns outside aggregate functions get one value a group. */
export interface Grouping {
  /** The scope of the functions' arguments. */
  rows: Scope;
  /** SQL of the group keys. */
  keys: Set<string>;
  /** Makes a column's SQL give its value in the row a selector function picked; null without such a function. */
  pick: ((sql: string) => string) | null;
  /** Tells whether a column has the same value in all rows of a group. */
  isConstant(sql: string): boolean;
}

const bool = fixedType(Type.bool);

/** Compiles an expression. */
export function compile(expr: Expr, scope: Scope): Typed {
  switch (expr.node) {
    case "literal":
      return compileLiteral(expr.literal);
    case "parameter":
      if (scope.parameters === null) throw syntaxError(scope.sql.slice(expr.start));
      return compileLiteral(scope.parameters[expr.index] ?? { kind: "null" });
    case "column":
      return compileColumn(expr, scope);
    case "call":
      return compileCall(expr, scope, compile);
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
      return compileCall({ ...expr, node: "call", args: [], distinct: false }, scope, compile);
    }
    throw invalidColumn(expr.name);
  }
  const { grouping } = scope;
  if (grouping === null || grouping.keys.has(column.sql)) return column;
  if (grouping.pick !== null) return { ...column, sql: grouping.pick(column.sql) };
  if (grouping.isConstant(column.sql)) return { ...column, sql: `any_value(${column.sql})` };
  throw new ServerError(Code.notSingleGroup, "Not a single-group group function");
}

function compileUnary(op: "-" | "+" | "not", arg: Typed): Typed {
  if (op === "not") return typed(`(NOT ${asBool(arg)})`, bool, [arg]);
  if (op === "+") return arg;
  return isDecimal(arg.type) ? typed(`(-${arg.sql})`, arg.type, [arg]) : typed(`(-${asDouble(arg)})`, fixedType(Type.double), [arg]);
}

/** Returns SQL that gives a BOOLEAN; numbers are true unless 0. */
export function asBool(value: Typed): string {
  if (isNull(value)) return "NULL::BOOLEAN";
  if (value.type.code === Type.bool) return value.sql;
  return `(${asDouble(value)} <> 0)`;
}

function compileBinary(expr: Expr & { node: "binary" }, scope: Scope): Typed {
  const { op } = expr;
  if ((op === "+" || op === "-") && isDuration(expr.right)) return compileShift(compile(expr.left, scope), expr.right, op, scope);
  if (op === "+" && isDuration(expr.left)) return compileShift(compile(expr.right, scope), expr.left, op, scope);
  const left = compile(expr.left, scope), right = compile(expr.right, scope);
  switch (op) {
    case "and":
    case "or":
      return typed(`(${asBool(left)} ${op} ${asBool(right)})`, bool, [left, right]);
    case "->":
      if (left.type.code !== Type.json || right.literal?.kind !== "string") throw new ServerError(Code.wrongValueType, "Only tag can be json type");
      return typed(`nullif(json_extract(${left.sql}, ${jsonPath(right.literal.value)}), 'null'::JSON)`, left.type, [left]);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return compileArithmetic(op, left, right);
    case "&":
    case "|":
      return typed(`(CAST(${left.sql} AS BIGINT) ${op} CAST(${right.sql} AS BIGINT))`, fixedType(Type.bigint), [left, right]);
    case "=":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compileComparison(op, left, right, scope);
    default:
      return compileMatch(op, left, right);
  }
}

function isDuration(expr: Expr): expr is Expr & { node: "literal"; literal: { kind: "duration" } } {
  return expr.node === "literal" && expr.literal.kind === "duration";
}

/** Compiles a time plus or minus a duration. */
function compileShift(time: Typed, duration: Expr & { node: "literal" }, op: "+" | "-", scope: Scope): Typed {
  if (duration.literal.kind !== "duration") throw unsupported("this arithmetic");
  const { value } = duration.literal;
  const ticks = durationTicks(value, scope.precision);
  if (ticks !== null && time.literal?.kind === "ticks") return compileLiteral({ kind: "ticks", value: time.literal.value + (op === "+" ? ticks : -ticks) });
  if (ticks !== null) return typed(`(${time.sql} ${op} ${ticks}::BIGINT)`, fixedType(Type.timestamp), [time]);
  if (time.literal?.kind !== "ticks" && time.literal?.kind !== "integer") throw unsupported("months or years added to a column");
  return compileLiteral({ kind: "ticks", value: addDuration(time.literal.value, value, op === "+" ? 1 : -1, scope.precision, scope.timeZone) });
}

function compileArithmetic(op: "+" | "-" | "*" | "/" | "%", left: Typed, right: Typed): Typed {
  const time = [left, right].filter(({ type }) => type.code === Type.timestamp);
  if (time.length === 1 && (op === "+" || op === "-") && [left, right].every(({ type }) => type.code === Type.timestamp || isInteger(type))) {
    return typed(`(${left.sql} ${op} ${right.sql})`, fixedType(Type.timestamp), [left, right]);
  }
  const decimals = [left, right].filter(({ type }) => isDecimal(type)).length;
  if (decimals > 0 && [left, right].every(({ type }) => isDecimal(type) || isInteger(type))) return compileDecimal(op, left, right);
  const leftSql = asDouble(left), rightSql = op === "/" || op === "%" ? `nullif(${asDouble(right)}, 0)` : asDouble(right);
  return typed(`(${leftSql} ${op} ${rightSql})`, fixedType(Type.double), [left, right]);
}

/** DECIMAL arithmetic keeps all digits up to 38; the scale is what gives way. */
function compileDecimal(op: "+" | "-" | "*" | "/" | "%", left: Typed, right: Typed): Typed {
  const [p1, s1] = decimalParts(left.type), [p2, s2] = decimalParts(right.type);
  let precision: number, scale: number;
  if (op === "*") [precision, scale] = [p1 + p2 + 1, s1 + s2];
  else if (op === "/" || op === "%") throw unsupported("division of DECIMAL");
  else {
    scale = Math.max(s1, s2);
    precision = Math.max(p1 - s1, p2 - s2) + scale + 1;
  }
  if (precision > 38) precision = 38;
  const type = decimalType(precision, scale);
  const widen = (value: Typed, digits: number): string => `CAST(${value.sql} AS DECIMAL(38, ${digits}))`;
  const [leftScale, rightScale] = op === "*" ? [s1, s2] : [scale, scale];
  return typed(`CAST((${widen(left, leftScale)} ${op} ${widen(right, rightScale)}) AS DECIMAL(${precision}, ${scale}))`, type, [left, right]);
}

function decimalParts(type: SqlType): [number, number] {
  return isDecimal(type) ? [type.precision, type.scale] : [type.code === Type.bigint || type.code === Type.ubigint ? 20 : 10, 0];
}

function compileBetween(expr: Expr & { node: "between" }, scope: Scope): Typed {
  const arg = compile(expr.arg, scope);
  const low = compileComparison(">=", arg, compile(expr.low, scope), scope);
  const high = compileComparison("<=", arg, compile(expr.high, scope), scope);
  return typed(`(${expr.negated ? "NOT " : ""}(${low.sql} AND ${high.sql}))`, bool, [arg, low, high]);
}

function compileIn(expr: Expr & { node: "in" }, scope: Scope): Typed {
  const arg = compile(expr.arg, scope);
  const equalities = expr.items.map((item) => compileComparison("=", arg, compile(item, scope), scope).sql);
  return typed(`(${expr.negated ? "NOT " : ""}(${equalities.join(" OR ")}))`, bool, [arg]);
}

function compileCase(expr: Expr & { node: "case" }, scope: Scope): Typed {
  const subject = expr.subject === null ? null : compile(expr.subject, scope);
  const branches = expr.branches.map(({ when, then }) => {
    const condition = compile(when, scope);
    const sql = subject === null ? asBool(condition) : compileComparison("=", subject, condition, scope).sql;
    return { sql, value: compile(then, scope) };
  });
  const values = branches.map(({ value }) => value);
  const otherwise = expr.otherwise === null ? null : compile(expr.otherwise, scope);
  if (otherwise !== null) values.push(otherwise);
  const type = values.map((value) => value.type).reduce(commonType);
  const whens = branches.map(({ sql, value }) => `WHEN ${sql} THEN ${coerce(value, type)}`);
  const rest = otherwise === null ? "" : ` ELSE ${coerce(otherwise, type)}`;
  return typed(`CASE ${whens.join(" ")}${rest} END`, type, [...values, ...(subject === null ? [] : [subject])].map((value) => ({ ...value, constant: false })));
}

/** Returns SQL that gives values of a type that holds the expression's; VARCHAR as text. */
export function coerce(value: Typed, type: SqlType): string {
  if (isNull(value)) return "NULL";
  if (isText(type)) return asText(value);
  if (type.code === Type.double) return asDouble(value);
  if (type.code === Type.varbinary) return asBytes(value);
  return type.code === Type.bigint ? `CAST(${value.sql} AS BIGINT)` : value.sql;
}
