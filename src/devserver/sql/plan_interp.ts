/**
 * Plans INTERP: values at given times, between the rows before and after them.
 *
 * @module
 */
import type { Expr, Select } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { asBool, compile, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { limitSql, type Item } from "./assemble.ts";
import { constantTicks } from "./plan_fill.ts";
import type { Relation } from "./relation.ts";
import { durationTicks } from "./timestamp.ts";
import { asDouble, type Typed } from "./typed.ts";
import { fixedType, isNumeric, physicalType, Type } from "./types.ts";

/** Plans `select interp(column) … range(…) every(…) fill(…)`. */
export function planInterp(select: Select, items: Item[], relation: Relation | null, context: PlanContext): Plan {
  if (relation?.time === null || relation === null || select.range === null || select.window !== null || select.partitionBy.length > 0 || select.orderBy.length > 0) {
    throw unsupported("this form of INTERP");
  }
  const scope = relationScope(relation, context);
  const start = constantTicks(select.range.start, scope), end = select.range.end === null ? start : constantTicks(select.range.end, scope);
  const every = select.every === null ? 1n : durationTicks(select.every, relation.precision);
  if (start === null || end === null || every === null) throw unsupported("this RANGE");
  const where = [...relation.conditions, ...whereSql(select.where, scope)];
  const calls = items.map((item) => interpItem(item.expr, scope));
  const [first] = calls.filter((call) => call !== null);
  if (first === undefined) throw unsupported("INTERP of an expression");
  const points = `SELECT ${relation.time} AS t, ${first.sql} AS v FROM ${relation.from(first.sql + where.join(" "))} WHERE ${[...where, `${first.sql} IS NOT NULL`].join(" AND ")}`;
  const mode = select.fill?.mode ?? "none";
  const value = interpSql(mode, first);
  const columns = items.map(({ name }, index) => ({ name, type: calls[index]?.type ?? fixedType(Type.timestamp), bytes: first.bytes && calls[index] !== null, constant: false }));
  const selected = calls.map((call, index) => `${call === null ? "r.t" : value} AS o${index}`);
  const from = `(SELECT unnest(range(${start}, ${end + 1n}, ${every}))::BIGINT AS t) r ASOF LEFT JOIN points a ON a.t <= r.t ASOF LEFT JOIN points b ON b.t >= r.t`;
  const keep = mode === "linear" || mode === "none" ? ` WHERE a.t IS NOT NULL AND b.t IS NOT NULL${mode === "none" ? " AND a.t = r.t" : ""}` : mode === "prev" ? " WHERE a.t IS NOT NULL" : mode === "next" ? " WHERE b.t IS NOT NULL" : "";
  return { sql: `WITH points AS (${points}) SELECT ${selected.join(", ")} FROM ${from}${keep} ORDER BY r.t${limitSql(select.limit, scope)}`, columns, precision: relation.precision };
}

/** Returns the argument of `interp(…)`, or null for `_irowts`. */
function interpItem(expr: Expr, scope: Scope): Typed | null {
  if (expr.node === "column" && expr.name === "_irowts") return null;
  if (expr.node !== "call" || expr.name !== "interp" || expr.args.length !== 1) throw unsupported("this expression next to INTERP");
  return compile(expr.args[0]!, scope);
}

function interpSql(mode: string, value: Typed): string {
  switch (mode) {
    case "none":
    case "prev":
      return "a.v";
    case "next":
      return "b.v";
    case "null":
    case "null_f":
      return "CASE WHEN a.t = r.t THEN a.v END";
    case "linear": {
      if (!isNumeric(value.type)) throw unsupported("linear INTERP of this type");
      const [low, high] = ["a.v", "b.v"].map((sql) => asDouble({ ...value, sql }));
      return `CAST(CASE WHEN a.t = b.t THEN ${low} ELSE ${low} + (${high} - ${low}) * ((r.t - a.t)::DOUBLE / (b.t - a.t)) END AS ${physicalType(value.type)})`;
    }
    default:
      throw unsupported(`INTERP with FILL(${mode.toUpperCase()})`);
  }
}
