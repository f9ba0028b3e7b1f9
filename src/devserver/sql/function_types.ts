/**
 * What a function of TDengine SQL is made of.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Duration, Expr, Literal } from "./ast.ts";
import { Code } from "./errors.ts";
import type { Scope } from "./plan_expression.ts";
import { durationTicks } from "./timestamp.ts";
import { isNull, type Typed } from "./typed.ts";
import { fixedType, isDecimal, isNumeric, isText, type SqlType, Type } from "./types.ts";

/** A call being compiled. */
export interface Call {
  name: string;
  args: Typed[];
  /** The arguments as written. */
  exprs: Expr[];
  scope: Scope;
}

/** A function: how many arguments it takes and what DuckDB computes for it. */
export interface SqlFunction {
  arguments: [least: number, greatest: number];
  compile(call: Call): Typed;
  /** Arguments at these places are not compiled: lengths of time and `*`. */
  raw?: number[];
}

/** A function over the rows of a group. */
export interface AggregateFunction extends SqlFunction {
  /** Gives a result for no rows at all. */
  countLike?: true;
  /** Gives several rows a group. */
  multiple?: true;
  /** Set when the function picks one row: makes another column's SQL give its value in that row. */
  pick?(call: Call): (sql: string) => string;
}

/** Returns the failure for a wrong number of arguments. */
export function wrongCount(name: string): ServerError {
  return new ServerError(Code.functionParameterCount, `Invalid number of parameters : ${name}`);
}

/** Returns the failure for arguments of a wrong type. */
export function wrongArgument(name: string): ServerError {
  return new ServerError(Code.functionParameterType, `Invalid parameter data type : ${name}`);
}

/** Returns the failure for a constant that is none of the allowed ones. */
export function wrongValue(name: string): ServerError {
  return new ServerError(Code.functionParameterValue, `Invalid parameter value : ${name}`);
}

/** Returns the failure for a constant out of its range. */
export function outOfRange(name: string): ServerError {
  return new ServerError(Code.functionParameterRange, `Invalid parameter range : ${name}`);
}

/** Returns a failure of a function with its own text. */
export function functionError(message: string): ServerError {
  return new ServerError(Code.functionError, message);
}

/** Returns the numeric argument at a place; functions of single values know no DECIMAL. */
export function numberArgument(call: Call, index = 0): Typed {
  const value = call.args[index]!;
  if (isNull(value)) return { ...value, sql: "NULL::BIGINT", type: fixedType(Type.bigint) };
  if (!isNumeric(value.type) || isDecimal(value.type)) throw wrongArgument(call.name);
  return value;
}

/** Returns the text argument at a place. */
export function textArgument(call: Call, index = 0): Typed {
  const value = call.args[index]!;
  if (!isText(value.type)) throw wrongArgument(call.name);
  return value;
}

/** Returns the constant at a place; throws when it is none of that kind. */
export function constantArgument<Kind extends Literal["kind"]>(
  call: Pick<Call, "name" | "args">,
  index: number,
  kind: Kind,
): (Literal & { kind: Kind }) | undefined {
  const value = call.args[index];
  if (value === undefined) return undefined;
  if (value.literal?.kind !== kind) throw wrongArgument(call.name);
  return value.literal as Literal & { kind: Kind };
}

/** Returns a whole-number constant; throws when it is none, or out of its range. */
export function integerArgument(
  call: Pick<Call, "name" | "args">,
  index: number,
  least: bigint,
  greatest: bigint,
): bigint | undefined {
  const literal = constantArgument(call, index, "integer");
  if (literal === undefined) return undefined;
  if (literal.value < least || literal.value > greatest) throw outOfRange(call.name);
  return literal.value;
}

/** Returns the length of time written at a place; null when there is none. */
export function durationArgument(expr: Expr | undefined): Duration | null {
  return expr?.node === "literal" && expr.literal.kind === "duration" ? expr.literal.value : null;
}

/** Returns the ticks of a unit of time, one of `1b` to `1w`; the precision of the query without one. */
export function unitArgument(call: Call, index: number): bigint {
  const expr = call.exprs[index];
  if (expr === undefined || expr.node === "literal" && expr.literal.kind === "null") return 1n;
  const unit = durationArgument(expr);
  if (unit === null) {
    throw expr.node === "literal" && expr.literal.kind === "integer"
      ? new ServerError(Code.timeUnitInvalid, `Invalid timzone format : ${call.name}`)
      : wrongArgument(call.name);
  }
  const ticks = unit.amount === 1 ? durationTicks(unit, call.scope.precision) : null;
  if (ticks === null) {
    throw new ServerError(Code.timeUnitInvalid, `Invalid timzone format : ${call.name}`);
  }
  if (ticks === 0n) {
    throw new ServerError(Code.timeUnitTooSmall, `Time unit is too small : ${call.name}`);
  }
  return ticks;
}

/** Returns the SQL of the time that orders the rows. */
export function timeOf(call: { name: string; scope: Scope }): string {
  if (call.scope.time === null) {
    throw new ServerError(Code.timestampRequired, "Valid primary timestamp required");
  }
  return call.scope.time;
}

/** The result type of functions that keep their argument's; NULL becomes BIGINT. */
export function resultType(value: Typed): SqlType {
  return isNull(value) ? fixedType(Type.bigint) : value.type;
}
