/**
 * Calls of functions: looks the function up and checks its arguments.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr } from "./ast.ts";
import { Code, functionsNotAllowed } from "./errors.ts";
import type { AggregateFunction, SqlFunction } from "./function_types.ts";
import { wrongCount } from "./function_types.ts";
import { aggregates } from "./functions_aggregate.ts";
import { calendar } from "./functions_calendar.ts";
import { comparisons } from "./functions_compare.ts";
import { distributions } from "./functions_distribution.ts";
import { geometry } from "./functions_geometry.ts";
import { numeric } from "./functions_numeric.ts";
import { session } from "./functions_session.ts";
import { text } from "./functions_text.ts";
import { time } from "./functions_time.ts";
import type { Scope } from "./plan_expression.ts";
import type { Typed } from "./typed.ts";

/** The functions that need the rows one by one; `plan_series.ts` computes them. */
export const seriesNames: ReadonlySet<string> = new Set(
  [
    "diff",
    "derivative",
    "csum",
    "mavg",
    "unique",
    "tail",
    "interp",
    "statecount",
    "stateduration",
  ],
);

const scalars: ReadonlyMap<string, SqlFunction> = new Map(
  Object.entries({
    ...numeric,
    ...comparisons,
    ...text,
    ...time,
    ...calendar,
    ...geometry,
    ...session,
  }),
);
const grouped: ReadonlyMap<string, AggregateFunction> = new Map(
  Object.entries({ ...aggregates, ...distributions }),
);

/** Returns the aggregate function of that name, if it is one. */
export function aggregateFunction(name: string): AggregateFunction | undefined {
  return grouped.get(name);
}

/** Compiles arguments and the call's result. */
export function compileCall(
  expr: Expr & { node: "call" },
  scope: Scope,
  compile: (expr: Expr, scope: Scope) => Typed,
): Typed {
  const aggregate = grouped.get(expr.name);
  const definition = aggregate ?? scalars.get(expr.name);
  if (definition === undefined) {
    if (!seriesNames.has(expr.name)) {
      throw new ServerError(Code.functionNotExist, "Func not exists");
    }
    if (scope.series === null) throw functionsNotAllowed();
    return scope.series(expr, scope);
  }
  const inner = aggregate === undefined ? scope : scope.grouping?.rows;
  if (inner === undefined) {
    throw scope.aggregated
      ? new ServerError(Code.aggregateNesting, "Aggregate functions do not support nesting")
      : new ServerError(Code.aggregateNotAllowed, "There mustn't be aggregation");
  }
  const [least, greatest] = definition.arguments;
  if (expr.args.length < least || expr.args.length > greatest) throw wrongCount(expr.name);
  const within = aggregate === undefined ? inner : { ...inner, aggregated: true };
  const args = expr.args.map((arg, index) =>
    definition.raw?.includes(index) ? rawArgument(arg, within, compile) : compile(arg, within)
  );
  const [first, ...others] = args;
  return definition.compile({
    name: expr.name,
    args: aggregate === undefined || first === undefined ? args : [ofRows(first, inner), ...others],
    exprs: expr.args,
    scope: inner,
  });
}

/** Makes what depends on no column NULL where there is no row. */
function ofRows(value: Typed, { rowMark }: Scope): Typed {
  if (rowMark === null || value === unused) return value;
  return { ...value, sql: `CASE WHEN ${rowMark} IS NOT NULL THEN ${value.sql} END` };
}

const unused: Typed = {
  sql: "",
  type: { code: 0, length: 0, precision: 0, scale: 0 },
  bytes: false,
  constant: true,
};

/** Lengths of time and `*` stay as written; whatever else stands there is compiled. */
function rawArgument(
  expr: Expr,
  scope: Scope,
  compile: (expr: Expr, scope: Scope) => Typed,
): Typed {
  if (expr.node === "star") {
    if (expr.table !== null) scope.column(expr.table, "");
    return unused;
  }
  return expr.node === "literal" && expr.literal.kind === "duration"
    ? unused
    : compile(expr, scope);
}

/** Tells whether the expression calls an aggregate function outside a sub-query. */
export function hasAggregate(expr: Expr): boolean {
  return findCalls(expr).some(({ name }) => grouped.has(name));
}

/** Returns all calls in the expression, outer ones first. */
export function findCalls(expr: Expr): (Expr & { node: "call" })[] {
  switch (expr.node) {
    case "call":
      return expr.name === "cols"
        ? findCalls(expr.args[0]!)
        : [expr, ...expr.args.flatMap(findCalls)];
    case "cast":
    case "unary":
    case "isNull":
      return findCalls(expr.arg);
    case "binary":
      return [...findCalls(expr.left), ...findCalls(expr.right)];
    case "between":
      return [expr.arg, expr.low, expr.high].flatMap(findCalls);
    case "in":
      return [expr.arg, ...expr.items].flatMap(findCalls);
    case "case":
      return [
        expr.subject,
        ...expr.branches.flatMap(({ when, then }) => [when, then]),
        expr.otherwise,
      ].flatMap((part) => part === null ? [] : findCalls(part));
    default:
      return [];
  }
}
