/**
 * Functions of the rows of a group.
 *
 * @module
 */
import { unsupported } from "./errors.ts";
import { type AggregateFunction, type Call, wrongArgument } from "./function_types.ts";
import { durationTicks } from "./timestamp.ts";
import { asDouble, doubleSql, isNull, type Typed, typed } from "./typed.ts";
import {
  decimalType,
  fixedType,
  isDecimal,
  isInteger,
  isNumeric,
  isUnsigned,
  sizedType,
  Type,
} from "./types.ts";

const bigint = fixedType(Type.bigint);
const double = fixedType(Type.double);

function number(call: Call, index = 0): Typed {
  const value = call.args[index]!;
  if (!isNumeric(value.type) && !isNull(value)) throw wrongArgument(call.name);
  return value;
}

/** Returns the SQL of the time that orders the rows. */
function timeOf(call: Call): string {
  if (call.scope.time === null) throw unsupported(`${call.name} over rows without a timestamp`);
  return call.scope.time;
}

function ofDouble(sql: (x: string) => string): AggregateFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = number(call);
      if (isDecimal(value.type)) throw unsupported(`${call.name.toUpperCase()} of DECIMAL`);
      return typed(sql(asDouble(value)), double);
    },
  };
}

const count: AggregateFunction = {
  arguments: [1, 1],
  raw: [0],
  countLike: true,
  compile(call) {
    if (call.exprs[0]!.node === "star") return typed("count(*)", bigint);
    return typed(`count(${call.distinct ? "DISTINCT " : ""}${call.args[0]!.sql})`, bigint);
  },
};

const sum: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const { sql, type } = number(call);
    if (isDecimal(type)) {
      return typed(`CAST(sum(${sql}) AS DECIMAL(38, ${type.scale}))`, decimalType(38, type.scale));
    }
    if (isUnsigned(type)) return typed(`CAST(sum(${sql}) AS UBIGINT)`, fixedType(Type.ubigint));
    return isInteger(type)
      ? typed(`CAST(sum(${sql}) AS BIGINT)`, bigint)
      : typed(`sum(CAST(${sql} AS DOUBLE))`, double);
  },
};

/** `min` and `max`, which also pick the row they come from. */
function extreme(name: "min" | "max"): AggregateFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = call.args[0]!;
      if (
        value.type.code === Type.json || value.type.code === Type.geometry ||
        value.type.code === Type.blob
      ) throw wrongArgument(name);
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
      : asDouble(number(call));
    return typed(`(max(${sql}) - min(${sql}))`, double);
  },
};

const percentile: AggregateFunction = {
  arguments: [2, 2],
  compile(call) {
    const share = call.args[1]!.literal;
    if (share?.kind !== "integer" && share?.kind !== "float") {
      throw unsupported("percentile of several shares");
    }
    return typed(
      `quantile_cont(${asDouble(number(call))}, ${doubleSql(Number(share.value) / 100)})`,
      double,
    );
  },
};

/** The value at a share of the sorted rows, not between two of them. */
const apercentile: AggregateFunction = {
  arguments: [2, 3],
  compile(call) {
    const share = call.args[1]!.literal;
    if (share?.kind !== "integer" && share?.kind !== "float") {
      throw unsupported("apercentile of an expression");
    }
    return typed(
      `quantile_disc(${asDouble(number(call))}, ${doubleSql(Number(share.value) / 100)})`,
      double,
    );
  },
};

const elapsed: AggregateFunction = {
  arguments: [1, 2],
  raw: [1],
  compile(call) {
    const unit = call.exprs[1];
    const step = unit?.node === "literal" && unit.literal.kind === "duration"
      ? durationTicks(unit.literal.value, call.scope.precision)
      : 1n;
    if (call.args[0]!.type.code !== Type.timestamp || step === null) throw wrongArgument(call.name);
    return typed(
      `(CAST(max(${call.args[0]!.sql}) - min(${call.args[0]!.sql}) AS DOUBLE) / ${step})`,
      double,
    );
  },
};

/** The average weighted by time: the area under the line through the points, over its length. */
const twa: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const time = timeOf(call), value = asDouble(number(call));
    const points = `list({t: ${time}, v: ${value}} ORDER BY ${time}) FILTER (${value} IS NOT NULL)`;
    const area =
      `list_sum(list_transform(range(1, len(p)), lambda i: (p[i + 1].v + p[i].v) * (p[i + 1].t - p[i].t) / 2))`;
    return typed(
      `list_transform([${points}], lambda p: CASE WHEN len(p) = 1 THEN p[1].v ELSE ${area} / (p[len(p)].t - p[1].t) END)[1]`,
      double,
    );
  },
};

const leastsquares: AggregateFunction = {
  arguments: [3, 3],
  compile(call) {
    const value = asDouble(number(call)),
      time = timeOf(call),
      start = asDouble(number(call, 1)),
      step = asDouble(number(call, 2));
    const list = `list(${value} ORDER BY ${time}) FILTER (${value} IS NOT NULL)`;
    const x = `(${start} + (i - 1) * ${step})`;
    const slope =
      `list_sum(list_transform(range(1, len(p) + 1), lambda i: (${x} - mx) * (p[i] - list_avg(p)))) / list_sum(list_transform(range(1, len(p) + 1), lambda i: (${x} - mx) * (${x} - mx)))`
        .replaceAll("mx", `(${start} + (len(p) - 1) * ${step} / 2)`);
    const text =
      `list_transform([${slope}], lambda k: printf('{slop:%.6f, intercept:%.6f}', k, list_avg(p) - k * (${start} + (len(p) - 1) * ${step} / 2)))[1]`;
    return typed(`list_transform([${list}], lambda p: ${text})[1]`, sizedType(Type.varchar, 126));
  },
};

const hyperloglog: AggregateFunction = {
  arguments: [1, 1],
  countLike: true,
  compile: (call) => typed(`count(DISTINCT ${call.args[0]!.sql})`, bigint),
};

const mode: AggregateFunction = {
  arguments: [1, 1],
  compile: (call) => ({
    ...typed(`mode(${call.args[0]!.sql})`, call.args[0]!.type),
    bytes: call.args[0]!.bytes,
  }),
};

/** The functions by name. */
export const aggregates: Record<string, AggregateFunction> = {
  count,
  sum,
  avg: ofDouble((x) => `avg(${x})`),
  min: extreme("min"),
  max: extreme("max"),
  first: atEnd("min", false),
  last: atEnd("max", false),
  last_row: atEnd("max", true),
  spread,
  stddev: ofDouble((x) => `stddev_pop(${x})`),
  stddev_pop: ofDouble((x) => `stddev_pop(${x})`),
  stddev_samp: ofDouble((x) => `stddev_samp(${x})`),
  var_pop: ofDouble((x) => `var_pop(${x})`),
  variance: ofDouble((x) => `var_pop(${x})`),
  var_samp: ofDouble((x) => `var_samp(${x})`),
  percentile,
  apercentile,
  elapsed,
  twa,
  leastsquares,
  hyperloglog,
  mode,
};
