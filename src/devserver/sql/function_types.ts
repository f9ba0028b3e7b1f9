/**
 * What a function of TDengine SQL is made of.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr } from "./ast.ts";
import { Code } from "./errors.ts";
import type { Scope } from "./plan_expression.ts";
import type { Typed } from "./typed.ts";

/** A call being compiled. */
export interface Call {
  name: string;
  args: Typed[];
  /** The arguments as written. */
  exprs: Expr[];
  distinct: boolean;
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
  /** Set when the function picks one row: makes another column's SQL give its value in that row. */
  pick?(call: Call): (sql: string) => string;
}

/** Returns the failure for arguments of a wrong type. */
export function wrongArgument(name: string): ServerError {
  return new ServerError(Code.functionParameterType, `Invalid parameter data type : ${name}`);
}
