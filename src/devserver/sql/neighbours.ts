/**
 * Rows next to a window: TWA and ELAPSED in INTERVAL reach to a window's border where there is a row beyond it.
 *
 * @module
 */
import type { Expr, Select } from "./ast.ts";
import { whereSql } from "./assemble.ts";
import type { Item } from "./assemble.ts";
import { findCalls } from "./functions.ts";
import { compile } from "./plan_expression.ts";
import { type PlanContext, relationScope } from "./plan_from.ts";
import { type Relation, wrapRelation } from "./relation.ts";
import { asDouble } from "./typed.ts";

/** For a row: SQL of the points `{t, v}` before and after it, NULL where there is none. */
export interface Neighbours {
  before: string;
  after: string;
}

/** A relation whose rows know the points next to them. */
export interface NeighbourhoodPlan {
  relation: Relation;
  /** Returns the neighbours by a value's SQL. */
  of(value: string): Neighbours | undefined;
}

/** Adds the neighbours that the functions of a query need; null where none of them needs some. */
export function withNeighbours(
  select: Select,
  items: Item[],
  source: Relation,
  keysOf: (relation: Relation) => string[],
  context: PlanContext,
): NeighbourhoodPlan | null {
  const calls = items.flatMap(({ expr }) => findCalls(expr)).filter(({ name, args }) =>
    (name === "twa" || name === "elapsed") && args.length > 0
  );
  const { window } = select;
  if (
    source.time === null || window?.kind !== "interval" || window.sliding !== null ||
    calls.length === 0
  ) return null;
  const alias = context.alias(), keys = keysOf(source);
  const partition = keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `;
  const over = `OVER (${partition}ORDER BY ${source.time})`;
  const valueOf = ({ args }: Expr & { node: "call" }, relation: Relation): string =>
    asDouble(compile(args[0]!, relationScope(relation, context)));
  const extras: Record<string, string> = {};
  calls.forEach((call, index) => {
    const value = valueOf(call, source);
    const point = `CASE WHEN ${value} IS NOT NULL THEN {t: ${source.time}, v: ${value}} END`;
    extras[`nb${index}`] = `lag(${point} IGNORE NULLS) ${over}`;
    extras[`na${index}`] = `lead(${point} IGNORE NULLS) ${over}`;
  });
  const where = whereSql(select.where, relationScope(source, context));
  const relation = wrapRelation(source, where, extras, alias);
  const values = calls.map((call) => valueOf(call, relation));
  return {
    relation,
    of(value) {
      const index = values.indexOf(value);
      return index < 0
        ? undefined
        : { before: `${alias}.nb${index}`, after: `${alias}.na${index}` };
    },
  };
}
