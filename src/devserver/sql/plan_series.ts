/**
 * Functions that look at the rows one by one, in the order of time: DIFF, CSUM, TAIL, ….
 *
 * @module
 */
import type { Expr } from "./ast.ts";
import { functionsNotAllowed, unsupported } from "./errors.ts";
import {
  constantArgument,
  durationArgument,
  integerArgument,
  outOfRange,
  timeOf,
  unitArgument,
  wrongArgument,
  wrongCount,
  wrongValue,
} from "./function_types.ts";
import { wrapSql } from "./functions_aggregate.ts";
import type { Scope } from "./plan_expression.ts";
import { durationTicks } from "./timestamp.ts";
import { asDouble, type Typed, typed } from "./typed.ts";
import { fixedType, isDecimal, isInteger, isNumeric, isUnsigned, Type } from "./types.ts";

/** What such functions add to a query. */
export interface SeriesClauses {
  /** SQL of the partition's keys. */
  partition: string[];
  where: string[];
  qualify: string[];
  /** The order of the rows, when it is not that of time. */
  order: string[] | null;
  /** For each DIFF: SQL that tells whether it wants the row. A row stays when one of them does. */
  wanted: string[];
  /** Name of the function that is there already. */
  name: string | null;
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

interface SeriesFunction {
  arguments: [least: number, greatest: number];
  compile(call: SeriesCall): Typed;
}

const double = fixedType(Type.double);
const bigint = fixedType(Type.bigint);

/** The inside of OVER, over the rows of a partition. */
function over({ clauses }: SeriesCall, order: string, more: string[] = []): string {
  const keys = [...clauses.partition, ...more];
  return `OVER (${keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `}ORDER BY ${order})`;
}

function number(call: SeriesCall): Typed {
  const value = call.args[0]!;
  if (!isNumeric(value.type) || isDecimal(value.type)) throw wrongArgument(call.name);
  return value;
}

/** The difference to the last value before that is not NULL. */
const diff: SeriesFunction = {
  arguments: [1, 2],
  compile(call) {
    const value = call.args[0]!, { type } = value;
    const plain = type.code === Type.bool || type.code === Type.timestamp;
    if (!plain && (!isNumeric(type) || isDecimal(type))) throw wrongArgument(call.name);
    const option = constantArgument(call, 1, "integer")?.value ?? 0n;
    if (option < 0n || option > 3n) throw wrongValue(call.name);
    const whole = plain || isInteger(type), window = over(call, call.time);
    const sql = whole ? `CAST(${value.sql} AS HUGEINT)` : asDouble(value);
    const difference = `(${sql} - lag(${sql} IGNORE NULLS) ${window})`;
    const kept = option === 1n || option === 3n
      ? `CASE WHEN ${difference} >= 0 THEN ${difference} END`
      : difference;
    call.clauses.wanted.push(
      option >= 2n ? `(${kept}) IS NOT NULL` : `row_number() ${window} > 1`,
    );
    return whole ? typed(wrapSql(`(${kept})`, false), bigint) : typed(kept, double);
  },
};

const derivative: SeriesFunction = {
  arguments: [3, 3],
  compile(call) {
    const unit = durationArgument(call.exprs[1]);
    const plain = call.args[1]!.literal;
    const step = unit === null
      ? plain?.kind === "integer" ? plain.value : null
      : durationTicks(unit, call.scope.precision);
    if (step === null) throw wrongArgument(call.name);
    if (step < 1n) throw outOfRange(call.name);
    const option = constantArgument(call, 2, "integer")!.value;
    if (option !== 0n && option !== 1n) throw wrongValue(call.name);
    const value = asDouble(number(call)), window = over(call, call.time);
    const rate =
      `((${value} - lag(${value}) ${window}) / ((${call.time} - lag(${call.time}) ${window})::DOUBLE / ${step}))`;
    call.clauses.where.push(`${value} IS NOT NULL`);
    call.clauses.qualify.push(`row_number() ${window} > 1`);
    if (option === 1n) call.clauses.qualify.push(`${rate} >= 0`);
    return typed(rate, double);
  },
};

const csum: SeriesFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = number(call), rows = over(call, `${call.time} ROWS UNBOUNDED PRECEDING`);
    call.clauses.where.push(`${value.sql} IS NOT NULL`);
    if (!isInteger(value.type)) return typed(`sum(${asDouble(value)}) ${rows}`, double);
    const unsigned = isUnsigned(value.type);
    return typed(
      wrapSql(`sum(CAST(${value.sql} AS HUGEINT)) ${rows}`, unsigned),
      unsigned ? fixedType(Type.ubigint) : bigint,
    );
  },
};

const mavg: SeriesFunction = {
  arguments: [2, 2],
  compile(call) {
    const value = number(call), rows = integerArgument(call, 1, 1n, 1000n)!;
    call.clauses.where.push(`${value.sql} IS NOT NULL`);
    call.clauses.qualify.push(`row_number() ${over(call, call.time)} >= ${rows}`);
    return typed(
      `avg(${asDouble(value)}) ${
        over(call, `${call.time} ROWS BETWEEN ${rows - 1n} PRECEDING AND CURRENT ROW`)
      }`,
      double,
    );
  },
};

const unique: SeriesFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = call.args[0]!;
    if (value.constant) throw wrongArgument(call.name);
    call.clauses.qualify.push(`row_number() ${over(call, call.time, [value.sql])} = 1`);
    return value;
  },
};

const tail: SeriesFunction = {
  arguments: [2, 3],
  compile(call) {
    const rows = integerArgument(call, 1, 1n, 100n)!;
    const skipped = integerArgument(call, 2, 0n, 100n) ?? 0n;
    const place = `row_number() ${over(call, `${call.time} DESC`)}`;
    call.clauses.qualify.push(`${place} > ${skipped}`, `${place} <= ${skipped + rows}`);
    call.clauses.order = [...call.clauses.partition, `${call.time} DESC`];
    return call.args[0]!;
  },
};

const operators: Record<string, string> = {
  lt: "<",
  gt: ">",
  le: "<=",
  ge: ">=",
  ne: "<>",
  eq: "=",
};

/** Returns SQL that tells whether a row is in the state a call of STATECOUNT or STATEDURATION is about. */
export function stateCondition(call: {
  name: string;
  args: Typed[];
  exprs: Expr[];
  scope: Scope;
}): string {
  const value = call.args[0]!;
  if (!isNumeric(value.type) || isDecimal(value.type)) throw wrongArgument(call.name);
  const operator = operators[constantArgument(call, 1, "string")!.value.toLowerCase()];
  if (operator === undefined) throw wrongValue(call.name);
  const limit = call.args[2]!;
  if (limit.literal?.kind !== "integer" && limit.literal?.kind !== "float") {
    throw wrongArgument(call.name);
  }
  return `(${asDouble(value)} ${operator} ${asDouble(limit)})`;
}

/** Rows in the state since the last one that was not: `run` numbers the stretches between those. */
function state(
  measure: (call: SeriesCall, condition: string, run: string) => string,
): SeriesFunction {
  return {
    arguments: [3, 4],
    compile(call) {
      const condition = stateCondition(call), run = call.scope.stateRun?.(condition);
      if (run === undefined) throw unsupported(`${call.name.toUpperCase()} here`);
      return typed(
        `CASE WHEN ${condition} THEN ${
          measure(call, condition, run)
        } WHEN NOT ${condition} THEN -1::BIGINT END`,
        bigint,
      );
    },
  };
}

const statecount = state((call, condition, run) =>
  `count(CASE WHEN ${condition} THEN 1 END) ${over(call, call.time, [run])}`
);

const stateduration = state((call, condition, run) => {
  const step = unitArgument(call, 3);
  const first = `min(CASE WHEN ${condition} THEN ${call.time} END) ${over(call, call.time, [run])}`;
  return `((${call.time} - ${first}) // ${step})`;
});

const series: Record<string, SeriesFunction> = {
  diff,
  derivative,
  csum,
  mavg,
  unique,
  tail,
  statecount,
  stateduration,
};

/** Compiles a call of one of the functions; what it needs of the query is added to `clauses`. */
export function compileSeries(
  expr: Expr & { node: "call" },
  scope: Scope,
  clauses: SeriesClauses,
  compile: Compile,
): Typed {
  const definition = series[expr.name];
  if (definition === undefined) throw unsupported(expr.name.toUpperCase());
  const [least, greatest] = definition.arguments;
  if (expr.args.length < least || expr.args.length > greatest) throw wrongCount(expr.name);
  const time = timeOf({ name: expr.name, scope });
  const byRow = expr.name === "diff" || definition === statecount || definition === stateduration;
  if (clauses.name !== null && !(byRow && clauses.name === expr.name)) {
    throw clauses.name === expr.name && (definition === csum || definition === derivative)
      ? unsupported("several functions of this kind in one query")
      : functionsNotAllowed();
  }
  clauses.name = expr.name;
  const inner: Scope = { ...scope, series: null };
  const args = expr.args.map((arg) =>
    arg.node === "literal" && arg.literal.kind === "duration"
      ? typed("", double)
      : compile(arg, inner)
  );
  return definition.compile({ name: expr.name, args, exprs: expr.args, time, scope, clauses });
}
