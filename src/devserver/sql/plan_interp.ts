/**
 * Plans INTERP: values at given times, between the rows before and after them.
 *
 * @module
 */
import type { Expr, Select } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { compile, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { type Item, limitSql, whereSql } from "./assemble.ts";
import { constantTicks } from "./plan_fill.ts";
import type { OutputColumn, Relation } from "./relation.ts";
import { durationTicks } from "./timestamp.ts";
import { asDouble, numberAs, type Typed } from "./typed.ts";
import { fixedType, isNumeric, Type } from "./types.ts";

/** Plans `select interp(column) … range(…) every(…) fill(…)`. */
export function planInterp(
  select: Select,
  items: Item[],
  relation: Relation | null,
  context: PlanContext,
): Plan {
  if (
    relation === null || relation.time === null || select.window !== null ||
    select.partitionBy.length > 0 || select.orderBy.length > 0
  ) throw unsupported("this form of INTERP");
  const scope = relationScope(relation, context);
  const calls = items.map((item) => interpItem(item.expr, scope));
  const values = calls.filter((call) => call !== null);
  const [first] = values;
  if (first === undefined || values.some(({ sql }) => sql !== first.sql)) {
    throw unsupported("INTERP of several columns");
  }
  const where = [...relation.conditions, ...whereSql(select.where, scope)];
  const conditions = [...where, `${first.sql} IS NOT NULL`].join(" AND ");
  const points = `SELECT ${relation.time} AS t, ${first.sql} AS v FROM ${
    relation.from(first.sql + conditions)
  } WHERE ${conditions}`;
  const mode = select.fill?.mode ?? "none";
  const selected = calls.map((call, index) =>
    `${call === null ? "r.t" : interpSql(mode, first)} AS o${index}`
  );
  const from = `(${
    timesSql(select, scope)
  }) r ASOF LEFT JOIN points a ON a.t <= r.t ASOF LEFT JOIN points b ON b.t >= r.t`;
  const sql = `WITH points AS (${points}) SELECT ${selected.join(", ")} FROM ${from}${
    keepSql(mode)
  } ORDER BY r.t${limitSql(select.limit, scope)}`;
  const columns = items.map(({ name }, index): OutputColumn => {
    const { type, bytes } = calls[index] ?? { type: fixedType(Type.timestamp), bytes: false };
    return { name, type, bytes, constant: false };
  });
  return { sql, columns, precision: relation.precision };
}

/** The times of RANGE and EVERY. */
function timesSql(select: Select, scope: Scope): string {
  const { range, every } = select;
  const start = range === null ? null : constantTicks(range.start, scope);
  const end = range === null || range.end === null ? start : constantTicks(range.end, scope);
  const step = every === null ? 1n : durationTicks(every, scope.precision);
  if (
    start === null || end === null || step === null || step <= 0n ||
    (every === null && start !== end)
  ) throw unsupported("this RANGE or EVERY");
  return `SELECT unnest(range(${start}, ${end + 1n}, ${step}))::BIGINT AS t`;
}

/** Leaves out the times that get no value. */
function keepSql(mode: string): string {
  const kept: Record<string, string> = {
    none: "a.t = r.t",
    linear: "a.t IS NOT NULL AND b.t IS NOT NULL",
    prev: "a.t IS NOT NULL",
    next: "b.t IS NOT NULL",
  };
  return kept[mode] === undefined ? "" : ` WHERE ${kept[mode]}`;
}

/** Returns the argument of `interp(…)`, or null for `_irowts`. */
function interpItem(expr: Expr, scope: Scope): Typed | null {
  if (expr.node === "column" && expr.name === "_irowts") return null;
  if (expr.node !== "call" || expr.name !== "interp" || expr.args.length !== 1) {
    throw unsupported("this expression next to INTERP");
  }
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
      const between = `${low} + (${high} - ${low}) * ((r.t - a.t)::DOUBLE / (b.t - a.t))`;
      return `CASE WHEN a.t = b.t THEN a.v ELSE ${numberAs(between, value.type)} END`;
    }
    default:
      throw unsupported(`INTERP with FILL(${mode.toUpperCase()})`);
  }
}
