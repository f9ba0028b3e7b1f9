/**
 * Plans HISTOGRAM with bins given by the user: one row a bin.
 *
 * @module
 */
import type { Expr, Select } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { wrongArgument } from "./function_types.ts";
import { compile } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { type Item, limitSql, whereSql } from "./assemble.ts";
import type { Relation } from "./relation.ts";
import { asDouble, doubleSql } from "./typed.ts";
import { isNumeric, sizedType, Type } from "./types.ts";

const resultLength = 510;

/** Reads the limits of the bins, `[1, 2, …]` in ascending order. */
function readBins(expr: Expr | undefined): number[] {
  if (expr?.node !== "literal" || expr.literal.kind !== "string") throw wrongArgument("histogram");
  let bins: unknown;
  try {
    bins = JSON.parse(expr.literal.value);
  } catch {
    throw wrongArgument("histogram");
  }
  if (
    !Array.isArray(bins) || bins.length < 2 ||
    !bins.every((bin, index) => typeof bin === "number" && (index === 0 || bin > bins[index - 1]))
  ) {
    throw wrongArgument("histogram");
  }
  return bins as number[];
}

/** Returns the only call of the query; throws unless it is a HISTOGRAM this server can compute. */
function readCall(select: Select, items: Item[]): Expr & { node: "call" } {
  const call = items[0]?.expr;
  const grouped = select.window !== null || select.partitionBy.length > 0 ||
    select.groupBy.length > 0 || select.having !== null;
  if (grouped || select.orderBy.length > 0 || select.distinct || items.length !== 1) {
    throw unsupported("this form of HISTOGRAM");
  }
  if (call?.node !== "call" || call.name !== "histogram" || call.args.length !== 4) {
    throw unsupported("this form of HISTOGRAM");
  }
  const [, kind, , normalized] = call.args;
  if (
    kind?.node !== "literal" || kind.literal.kind !== "string" ||
    kind.literal.value.toLowerCase() !== "user_input"
  ) throw unsupported("HISTOGRAM without user_input");
  if (
    normalized?.node !== "literal" || normalized.literal.kind !== "integer" ||
    normalized.literal.value !== 0n
  ) throw unsupported("normalized HISTOGRAM");
  return call;
}

/** Plans `select histogram(column, 'user_input', '[…]', 0) …`. */
export function planHistogram(
  select: Select,
  items: Item[],
  relation: Relation | null,
  context: PlanContext,
): Plan {
  const { args } = readCall(select, items);
  if (relation === null) throw unsupported("HISTOGRAM without FROM");
  const scope = relationScope(relation, context);
  const value = compile(args[0]!, scope);
  if (!isNumeric(value.type)) throw wrongArgument("histogram");
  const limits = readBins(args[2]), x = asDouble(value);
  const texts = limits.slice(1).map((upper, index) => {
    const lower = limits[index]!;
    return `'{"lower_bin":${lower}, "upper_bin":${upper}, "count":' || count(*) FILTER (${x} > ${
      doubleSql(lower)
    } AND ${x} <= ${doubleSql(upper)}) || '}'`;
  });
  const where = [...relation.conditions, ...whereSql(select.where, scope)];
  const conditions = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  const sql = `SELECT unnest([${texts.join(", ")}]) AS o0 FROM ${
    relation.from(x + conditions)
  }${conditions} HAVING count(*) > 0${limitSql(select.limit, scope)}`;
  return {
    sql,
    columns: [{
      name: items[0]!.name,
      type: sizedType(Type.varchar, resultLength),
      bytes: false,
      constant: false,
    }],
    precision: scope.precision,
  };
}
