/**
 * Functions of the rows of a group.
 *
 * @module
 */
import { averageSql } from "./decimal.ts";
import { Code, unsupported } from "./errors.ts";
import { ServerError } from "../engine.ts";
import {
  type AggregateFunction,
  type Call,
  timeOf,
  unitArgument,
  wrongArgument,
} from "./function_types.ts";
import type { WindowBorders } from "./plan_expression.ts";
import { ticksPerSecond } from "./timestamp.ts";
import { asDouble, isNull, type Typed, typed } from "./typed.ts";
import {
  decimalType,
  fixedType,
  isDecimal,
  isInteger,
  isNumeric,
  isText,
  isUnsigned,
  Type,
} from "./types.ts";

const bigint = fixedType(Type.bigint);
const double = fixedType(Type.double);

/** Returns the numeric argument at a place; `decimal` lets DECIMAL through. */
export function aggregated(call: Call, index = 0, decimal = false): Typed {
  const value = call.args[index]!;
  if (isNull(value)) return { ...value, sql: "NULL::BIGINT", type: bigint };
  if (!isNumeric(value.type) || (isDecimal(value.type) && !decimal)) {
    throw wrongArgument(call.name);
  }
  return value;
}

function ofDouble(sql: (x: string) => string): AggregateFunction {
  return {
    arguments: [1, 1],
    compile: (call) => typed(sql(asDouble(aggregated(call))), double),
  };
}

const count: AggregateFunction = {
  arguments: [1, 1],
  raw: [0],
  countLike: true,
  compile(call) {
    if (call.exprs[0]!.node === "star") return typed(`count(${call.scope.rowMark ?? "*"})`, bigint);
    return typed(`count(${call.args[0]!.sql})`, bigint);
  },
};

/** SQL of a HUGEINT as 64 bits hold it: what does not fit wraps round. */
export function wrapSql(sql: string, unsigned: boolean): string {
  const span = "18446744073709551616::HUGEINT", half = "9223372036854775808::HUGEINT";
  return unsigned
    ? `CAST((${sql} % ${span} + ${span}) % ${span} AS UBIGINT)`
    : `CAST(((${sql} + ${half}) % ${span} + ${span}) % ${span} - ${half} AS BIGINT)`;
}

const sum: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const { sql, type } = aggregated(call, 0, true);
    if (isDecimal(type)) {
      return typed(`CAST(sum(${sql}) AS DECIMAL(38, ${type.scale}))`, decimalType(38, type.scale));
    }
    if (!isInteger(type)) return typed(`sum(CAST(${sql} AS DOUBLE))`, double);
    const unsigned = isUnsigned(type);
    return typed(
      wrapSql(`sum(CAST(${sql} AS HUGEINT))`, unsigned),
      unsigned ? fixedType(Type.ubigint) : bigint,
    );
  },
};

const avg: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = aggregated(call, 0, true);
    return isDecimal(value.type) ? averageSql(value) : typed(`avg(${asDouble(value)})`, double);
  },
};

/** `min` and `max`, which also pick the row they come from. */
function extreme(name: "min" | "max"): AggregateFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = call.args[0]!;
      if (!isNull(value) && !isNumeric(value.type) && !isText(value.type)) {
        throw wrongArgument(name);
      }
      if (isNull(value)) return typed("NULL::BIGINT", bigint);
      return { ...typed(`${name}(${value.sql})`, value.type), bytes: value.bytes };
    },
    pick: (call) => (sql) =>
      `arg_${name}_null(${sql}, ${call.args[0]!.sql}) FILTER (${call.args[0]!.sql} IS NOT NULL)`,
  };
}

/** `first`, `last` (without NULLs) and `last_row` (with them). */
function atEnd(end: "min" | "max", nulls: boolean): AggregateFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = call.args[0]!, time = timeOf(call);
      if (isNull(value)) throw wrongArgument(call.name);
      const sql = nulls
        ? `arg_${end}_null(${value.sql}, ${time})`
        : `arg_${end}(${value.sql}, ${time})`;
      return { ...typed(sql, value.type), bytes: value.bytes };
    },
    pick: (call) => (sql) =>
      `arg_${end}_null(${sql}, ${timeOf(call)})${
        nulls ? "" : ` FILTER (${call.args[0]!.sql} IS NOT NULL)`
      }`,
  };
}

const spread: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = call.args[0]!;
    const sql = value.type.code === Type.timestamp
      ? `CAST(${value.sql} AS DOUBLE)`
      : asDouble(aggregated(call));
    return typed(`(max(${sql}) - min(${sql}))`, double);
  },
};

const elapsed: AggregateFunction = {
  arguments: [1, 2],
  raw: [1],
  compile(call) {
    const value = call.args[0]!;
    if (value.type.code !== Type.timestamp) throw wrongArgument(call.name);
    if (value.sql !== call.scope.time) {
      throw new ServerError(
        Code.primaryTimestampArgument,
        `Parameter should be primary timestamp : ${call.name}`,
      );
    }
    const [start, end] = coveredTimes(call, value.sql);
    return typed(`(CAST(${end} - ${start} AS DOUBLE) / ${unitArgument(call, 1)})`, double);
  },
};

/** Returns the borders of the window in INTERVAL, null elsewhere; throws where the windows overlap. */
function bordersOf(call: Call, value: string): WindowBorders | null {
  if (!call.scope.inInterval) return null;
  const borders = call.scope.borders?.(value);
  if (borders === undefined) throw unsupported(`${call.name.toUpperCase()} with SLIDING`);
  return borders;
}

/** SQL of the first and the last time that ELAPSED counts: a row beyond the border of a window makes it count as a whole. */
function coveredTimes(call: Call, time: string): [string, string] {
  const borders = bordersOf(call, `CAST(${time} AS DOUBLE)`);
  const first = `min(${time})`, last = `max(${time})`;
  if (borders === null) return [first, last];
  const { before, after, start, end } = borders;
  const reaches = `arg_max_null(${after}, ${time}) IS NOT NULL AND ${last} <> ${end} - 1`;
  return [
    `CASE WHEN arg_min_null(${before}, ${time}) IS NOT NULL THEN ${start} ELSE ${first} END`,
    `CASE WHEN ${reaches} THEN ${end} ELSE ${last} END`,
  ];
}

/** The values of a group in the order of time, without NULL: a list of `{t, v}`. */
function pointsSql(call: Call): string {
  const time = timeOf(call), value = asDouble(aggregated(call));
  return `list({t: ${time}, v: ${value}} ORDER BY ${time}) FILTER (${value} IS NOT NULL)`;
}

/** The points of a group, in INTERVAL with those at the window's borders, on the lines to the points next to it. */
function borderedPoints(call: Call): string {
  const value = asDouble(aggregated(call)), points = pointsSql(call);
  const borders = bordersOf(call, value);
  if (borders === null) return points;
  const time = timeOf(call), { before, after, start, end } = borders;
  const window =
    `{p: ${points}, b: arg_min_null(${before}, ${time}) FILTER (${value} IS NOT NULL), ` +
    `a: arg_max_null(${after}, ${time}) FILTER (${value} IS NOT NULL), s: ${start}, e: ${end} - 1}`;
  const on = (place: string, from: string, to: string): string =>
    `{t: ${place}, v: ${from}.v + (${to}.v - ${from}.v) * (${place} - ${from}.t) / (${to}.t - ${from}.t)}`;
  const first = `CASE WHEN w.b IS NULL THEN w.p[1] ELSE ${on("w.s", "w.b", "w.p[1]")} END`;
  const last = `CASE WHEN w.a IS NULL THEN w.p[-1] ELSE ${on("w.e", "w.p[-1]", "w.a")} END`;
  return `list_transform([${window}], lambda w: list_concat([${first}], w.p, [${last}]))[1]`;
}

/** The average weighted by time: the area under the line through the points, over its length. */
const twa: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const area =
      `list_sum(list_transform(range(1, len(p)), lambda i: (p[i + 1].v + p[i].v) * (p[i + 1].t - p[i].t) / 2))`;
    return typed(
      `list_transform([${
        borderedPoints(call)
      }], lambda p: CASE WHEN p[len(p)].t = p[1].t THEN p[len(p)].v ELSE ${area} / (p[len(p)].t - p[1].t) END)[1]`,
      double,
    );
  },
};

/** The growth a second between the last two points; of a falling value only the last one counts. */
const irate: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const perSecond = ticksPerSecond(call.scope.precision);
    const growth = "p[-1].v - CASE WHEN p[-1].v >= p[-2].v THEN p[-2].v ELSE 0 END";
    return typed(
      `list_transform([${
        pointsSql(call)
      }], lambda p: CASE WHEN len(p) < 2 OR p[-1].t = p[-2].t THEN 0::DOUBLE ELSE (${growth}) / ((p[-1].t - p[-2].t)::DOUBLE / ${perSecond}) END)[1]`,
      double,
    );
  },
};

const stddev = ofDouble((x) => `stddev_pop(${x})`);

/** The functions by name. */
export const aggregates: Record<string, AggregateFunction> = {
  count,
  sum,
  avg,
  min: extreme("min"),
  max: extreme("max"),
  first: atEnd("min", false),
  last: atEnd("max", false),
  last_row: atEnd("max", true),
  spread,
  stddev,
  stddev_pop: stddev,
  var_pop: ofDouble((x) => `var_pop(${x})`),
  elapsed,
  twa,
  irate,
};
