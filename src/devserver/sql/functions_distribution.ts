/**
 * Functions of how the values of a group are distributed.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { Code } from "./errors.ts";
import {
  type AggregateFunction,
  type Call,
  constantArgument,
  integerArgument,
  outOfRange,
  timeOf,
  wrongArgument,
  wrongValue,
} from "./function_types.ts";
import { aggregated } from "./functions_aggregate.ts";
import { histogramTexts } from "./histogram.ts";
import { mode } from "./mode.ts";
import { asDouble, doubleSql, typed } from "./typed.ts";
import { fixedType, sizedType, Type } from "./types.ts";

const double = fixedType(Type.double);

/** Returns the constant share at a place, from 0 to 100. */
function share(call: Call, index: number): number {
  const literal = call.args[index]!.literal;
  if (literal?.kind !== "integer" && literal?.kind !== "float") throw wrongArgument(call.name);
  const value = Number(literal.value);
  if (Math.trunc(value) < 0 || Math.trunc(value) > 100) throw outOfRange(call.name);
  return value;
}

/** The values at some shares of the sorted rows, between two rows if need be; of several shares as a text `[…]`. */
const percentile: AggregateFunction = {
  arguments: [2, 11],
  compile(call) {
    if (call.scope.rows !== "single") {
      throw new ServerError(
        Code.singleTable,
        `${call.name} is only supported in single table query`,
      );
    }
    const value = asDouble(aggregated(call));
    const shares = call.args.slice(1).map((_, index) =>
      `quantile_cont(${value}, ${doubleSql(share(call, index + 1) / 100)})`
    );
    return shares.length === 1 ? typed(shares[0]!, double) : typed(
      `'[' || ${shares.map((sql) => `printf('%.6f', ${sql})`).join(" || ', ' || ")} || ']'`,
      sizedType(Type.varchar, 3198),
    );
  },
};

/** The value at a share of the rows, on the line between the values below and above it. */
const apercentile: AggregateFunction = {
  arguments: [2, 3],
  compile(call) {
    const percent = share(call, 1);
    if (call.args[1]!.literal?.kind !== "integer") throw wrongArgument(call.name);
    const kind = constantArgument(call, 2, "string")?.value.toLowerCase() ?? "default";
    if (kind !== "default" && kind !== "t-digest") throw wrongValue(call.name);
    const value = asDouble(aggregated(call));
    const place = `(${doubleSql(percent / 100)} * len(l))`;
    const upper = `l[CAST(floor(${place}) AS BIGINT) + 1]`;
    const between =
      `list_transform([list_filter(l, lambda y: y < ${upper})], lambda b: CASE WHEN len(b) = 0 THEN l[1] ELSE b[-1] + (${place} - len(b)) * (${upper} - b[-1]) / len(list_filter(l, lambda y: y = ${upper})) END)[1]`;
    return typed(
      `list_transform([list(${value} ORDER BY ${value}) FILTER (${value} IS NOT NULL)], lambda l: CASE WHEN ${place} >= len(l) THEN l[-1] ELSE ${between} END)[1]`,
      double,
    );
  },
};

/** The line of least squares through the values, whose places are counted from `start` in steps. */
const leastsquares: AggregateFunction = {
  arguments: [3, 3],
  compile(call) {
    const value = asDouble(aggregated(call)), time = timeOf(call);
    const [start, step] = [1, 2].map((index) => {
      const literal = call.args[index]!.literal;
      if (literal?.kind !== "integer" && literal?.kind !== "float") throw wrongArgument(call.name);
      return doubleSql(Number(literal.value));
    });
    const list = `list(${value} ORDER BY ${time}) FILTER (${value} IS NOT NULL)`;
    const middle = `(${start} + (len(p) - 1) * ${step} / 2)`;
    const x = `(${start} + (i - 1) * ${step} - ${middle})`;
    const each = (sql: string): string =>
      `list_sum(list_transform(range(1, len(p) + 1), lambda i: ${sql}))`;
    const slope = `${each(`${x} * (p[i] - list_avg(p))`)} / ${each(`${x} * ${x}`)}`;
    const text =
      `list_transform([${slope}], lambda k: printf('{slop:%.6f, intercept:%.6f}', k, list_avg(p) - k * ${middle}))[1]`;
    return typed(`list_transform([${list}], lambda p: ${text})[1]`, sizedType(Type.varchar, 126));
  },
};

const hyperloglog: AggregateFunction = {
  arguments: [1, 1],
  countLike: true,
  compile: (call) => typed(`count(DISTINCT ${call.args[0]!.sql})`, fixedType(Type.bigint)),
};

/** One row a bin; `multiple` functions give several rows a group. */
const histogram: AggregateFunction = {
  arguments: [4, 4],
  multiple: true,
  compile(call) {
    const [kind, bins] = [1, 2].map((index) => constantArgument(call, index, "string")!.value);
    const normalized = constantArgument(call, 3, "integer")!.value;
    if (normalized !== 0n && normalized !== 1n) throw wrongValue(call.name);
    const texts = histogramTexts(
      asDouble(aggregated(call)),
      kind!.toLowerCase(),
      bins!,
      normalized === 1n,
    );
    return typed(`unnest([${texts.join(", ")}])`, sizedType(Type.varchar, 510));
  },
};

/**
 * `top`, `bottom` and `sample`: some rows of the group, in a list that becomes rows again. `order` gets the value and the
 * time; `reversed` turns the list round.
 */
function some(
  order: (value: string, time: string) => string,
  greatest: bigint,
  numeric: boolean,
  reversed: boolean,
): AggregateFunction {
  const rows = (call: Call, sql: string): string => {
    const value = numeric ? aggregated(call).sql : call.args[0]!.sql;
    const count = integerArgument(call, 1, 1n, greatest)!;
    const list = `list(struct_pack(c := ${sql}) ORDER BY ${
      order(value, timeOf(call))
    }) FILTER (${value} IS NOT NULL)`;
    const first = `(${list})[1:${count}]`;
    return `unnest(${reversed ? `list_reverse(${first})` : first}).c`;
  };
  return {
    arguments: [2, 2],
    multiple: true,
    compile(call) {
      const value = call.args[0]!;
      return { ...typed(rows(call, value.sql), value.type), bytes: value.bytes };
    },
    pick: (call) => (sql) => rows(call, sql),
  };
}

/** The functions by name. */
export const distributions: Record<string, AggregateFunction> = {
  percentile,
  apercentile,
  leastsquares,
  hyperloglog,
  mode,
  histogram,
  top: some((value, time) => `${value} DESC, ${time}`, 100n, true, true),
  bottom: some((value, time) => `${value} ASC, ${time}`, 100n, true, true),
  sample: some((_, time) => `hash(${time})`, 1000n, false, false),
};
