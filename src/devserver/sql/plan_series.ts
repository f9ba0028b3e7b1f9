/**
 * Functions that look at the rows one by one, in the order of time: DIFF, CSUM, TOP, ….
 *
 * @module
 */
import type { Expr } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { wrongArgument } from "./function_types.ts";
import type { Scope } from "./plan_expression.ts";
import { durationTicks } from "./timestamp.ts";
import { asDouble, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, isNumeric, Type } from "./types.ts";

/** What such functions add to a query. */
export interface SeriesClauses {
  /** SQL of the partition's keys. */
  partition: string[];
  where: string[];
  qualify: string[];
  /** The order of the rows, when it is not that of time. */
  order: string[] | null;
}

type Compile = (expr: Expr, scope: Scope) => Typed;

interface SeriesCall {
  name: string;
  args: Typed[];
  exprs: Expr[];
  time: string;
  scope: Scope;
  clauses: SeriesClauses;
}

const double = fixedType(Type.double);

/** The inside of OVER, over the rows of a partition. */
function over({ clauses }: SeriesCall, order: string, more: string[] = []): string {
  const keys = [...clauses.partition, ...more];
  return `OVER (${keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `}ORDER BY ${order})`;
}

function count(call: SeriesCall, index: number): bigint {
  const literal = call.args[index]?.literal;
  if (literal?.kind !== "integer" || literal.value < 1n) throw wrongArgument(call.name);
  return literal.value;
}

function number(call: SeriesCall): Typed {
  const value = call.args[0]!;
  if (!isNumeric(value.type)) throw wrongArgument(call.name);
  return value;
}

const series: Record<string, (call: SeriesCall) => Typed> = {
  diff(call) {
    const value = number(call);
    if (
      call.args.length > 1 &&
      !(call.args[1]!.literal?.kind === "integer" && call.args[1]!.literal.value === 0n)
    ) throw unsupported("DIFF with an option");
    const whole = isInteger(value.type);
    const sql = whole ? `CAST(${value.sql} AS BIGINT)` : asDouble(value);
    call.clauses.qualify.push(`row_number() ${over(call, call.time)} > 1`);
    return typed(
      `(${sql} - lag(${sql}) ${over(call, call.time)})`,
      whole ? fixedType(Type.bigint) : double,
    );
  },
  derivative(call) {
    const unit = call.exprs[1];
    const step = unit?.node === "literal" && unit.literal.kind === "duration"
      ? durationTicks(unit.literal.value, call.scope.precision)
      : null;
    const option = call.args[2]?.literal;
    if (
      step === null ||
      (call.args.length > 2 && !(option?.kind === "integer" && option.value === 0n))
    ) throw wrongArgument(call.name);
    const value = asDouble(number(call)), window = over(call, call.time);
    call.clauses.where.push(`${value} IS NOT NULL`);
    call.clauses.qualify.push(`row_number() ${window} > 1`);
    return typed(
      `((${value} - lag(${value}) ${window}) / ((${call.time} - lag(${call.time}) ${window})::DOUBLE / ${step}))`,
      double,
    );
  },
  csum(call) {
    const value = number(call);
    call.clauses.where.push(`${value.sql} IS NOT NULL`);
    const sql = isInteger(value.type) ? value.sql : asDouble(value);
    const sum = `sum(${sql}) ${over(call, `${call.time} ROWS UNBOUNDED PRECEDING`)}`;
    return isInteger(value.type)
      ? typed(`CAST(${sum} AS BIGINT)`, fixedType(Type.bigint))
      : typed(sum, double);
  },
  mavg(call) {
    const value = number(call), rows = count(call, 1);
    call.clauses.where.push(`${value.sql} IS NOT NULL`);
    call.clauses.qualify.push(`row_number() ${over(call, call.time)} >= ${rows}`);
    return typed(
      `avg(${asDouble(value)}) ${
        over(call, `${call.time} ROWS BETWEEN ${rows - 1n} PRECEDING AND CURRENT ROW`)
      }`,
      double,
    );
  },
  top: (call) => extreme(call, "DESC"),
  bottom: (call) => extreme(call, "ASC"),
  unique(call) {
    const value = call.args[0]!;
    call.clauses.qualify.push(`row_number() ${over(call, call.time, [value.sql])} = 1`);
    return value;
  },
  tail(call) {
    if (call.args.length > 2) throw unsupported("TAIL with an offset");
    call.clauses.qualify.push(
      `row_number() ${over(call, `${call.time} DESC`)} <= ${count(call, 1)}`,
    );
    call.clauses.order = [...call.clauses.partition, `${call.time} DESC`];
    return call.args[0]!;
  },
  sample(call) {
    call.clauses.qualify.push(`row_number() ${over(call, "random()")} <= ${count(call, 1)}`);
    return call.args[0]!;
  },
};

function extreme(call: SeriesCall, direction: "ASC" | "DESC"): Typed {
  const value = number(call);
  call.clauses.where.push(`${value.sql} IS NOT NULL`);
  call.clauses.qualify.push(
    `row_number() ${over(call, `${value.sql} ${direction}, ${call.time}`)} <= ${count(call, 1)}`,
  );
  call.clauses.order = [
    ...call.clauses.partition,
    `${value.sql} ${direction === "ASC" ? "DESC" : "ASC"}`,
    call.time,
  ];
  return value;
}

/** Compiles a call of one of the functions; what it needs of the query is added to `clauses`. */
export function compileSeries(
  expr: Expr & { node: "call" },
  scope: Scope,
  clauses: SeriesClauses,
  compile: Compile,
): Typed {
  const definition = series[expr.name];
  if (definition === undefined || expr.args.length === 0) {
    throw unsupported(expr.name.toUpperCase());
  }
  if (scope.time === null) {
    throw unsupported(`${expr.name.toUpperCase()} over rows without a timestamp`);
  }
  if (clauses.qualify.length > 0 || clauses.where.length > 0) {
    throw unsupported("several functions of this kind in one query");
  }
  const inner: Scope = { ...scope, series: null };
  const args = expr.args.map((arg) =>
    arg.node === "literal" && arg.literal.kind === "duration"
      ? typed("", double)
      : compile(arg, inner)
  );
  return definition({ name: expr.name, args, exprs: expr.args, time: scope.time, scope, clauses });
}
