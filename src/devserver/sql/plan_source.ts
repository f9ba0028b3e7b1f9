/**
 * Plans FROM: tables, sub-queries and joins.
 *
 * @module
 */
import type { Expr, FromItem, Query } from "./ast.ts";
import { type Plan, type PlanContext, planTable } from "./plan_from.ts";
import { planJoin } from "./plan_join.ts";
import { queryRelation, type Relation } from "./relation.ts";

/** Plans a FROM clause; joins also look at the conditions of WHERE. */
export function planFrom(
  item: FromItem,
  context: PlanContext,
  planQuery: (query: Query, context: PlanContext) => Plan,
  where: Expr | null = null,
): Relation {
  switch (item.node) {
    case "table":
      return planTable(item.name, item.alias, context);
    case "query": {
      const plan = planQuery(item.query, context);
      const relation = queryRelation(
        plan.sql,
        plan.columns,
        plan.precision,
        context.alias(),
        item.alias ?? "",
        item.query.orderBy.length > 0,
      );
      return { ...relation, inTimeOrder: isOrderedByTime(item.query, relation) };
    }
    case "join": {
      const [left, right] = [item.left, item.right].map((side) =>
        planFrom(side, context, planQuery, where)
      ) as [Relation, Relation];
      return planJoin(item, left, right, context, where);
    }
  }
}

/** Tells whether the rows of a sub-query come by time; ORDER BY may say otherwise. */
function isOrderedByTime(query: Query, { columns, time }: Relation): boolean {
  const index = columns.findIndex(({ value }) => value.sql === time);
  const written = query.node === "select" ? query.items[index]?.expr : undefined;
  const names = ["_rowts", "_c0", columns[index]?.name];
  if (written?.node === "column") names.push(written.name);
  return query.orderBy.length === 0 ||
    query.orderBy.some(({ expr }) =>
      (expr.node === "column" && names.includes(expr.name)) ||
      (expr.node === "literal" && expr.literal.kind === "integer" &&
        expr.literal.value === BigInt(index + 1))
    );
}
