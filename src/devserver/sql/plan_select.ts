/**
 * Plans a query as one DuckDB query.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { assemble, type Item, orderSql, whereSql } from "./assemble.ts";
import type { Expr, Query, Select } from "./ast.ts";
import { Code, invalidColumn, unsupported } from "./errors.ts";
import { aggregateFunction, findCalls, hasAggregate, seriesNames } from "./functions.ts";
import { planAggregate } from "./plan_aggregate.ts";
import { compile } from "./plan_expression.ts";
import { type Plan, type PlanContext, planFrom, relationScope } from "./plan_from.ts";
import { planHistogram } from "./plan_histogram.ts";
import { planInterp } from "./plan_interp.ts";
import { compileSeries, type SeriesClauses } from "./plan_series.ts";
import { planUnion } from "./plan_union.ts";
import { findColumn, type Relation } from "./relation.ts";

const maxNameBytes = 64;

/** Plans a query. `ordered` asks for the order rows have without ORDER BY. */
export function planQuery(query: Query, context: PlanContext, ordered = false): Plan {
  return query.node === "union"
    ? planUnion(query, context, planQuery)
    : planSelect(query, context, ordered);
}

function planSelect(select: Select, context: PlanContext, ordered: boolean): Plan {
  const relation = select.from === null ? null : planFrom(select.from, context, planQuery);
  const items = expandItems(select, relation, context);
  const calls = items.flatMap(({ expr }) => findCalls(expr));
  if (calls.some(({ name }) => name === "interp")) {
    return planInterp(select, items, relation, context);
  }
  if (calls.some(({ name }) => name === "histogram")) {
    return planHistogram(select, items, relation, context);
  }
  const grouped = select.window !== null || select.groupBy.length > 0 ||
    items.some(({ expr }) => hasAggregate(expr)) ||
    (select.having !== null && hasAggregate(select.having));
  if (grouped) {
    if (relation === null) throw unsupported("aggregate functions without FROM");
    if (calls.some(({ name }) => seriesNames.has(name))) {
      throw unsupported("functions of single rows next to aggregate functions");
    }
    return planAggregate(select, items, relation, context, ordered);
  }
  if (select.fill !== null || select.range !== null || select.every !== null) {
    throw unsupported("FILL, RANGE or EVERY without a window");
  }
  return planRows(select, items, relation, context, ordered);
}

/** Returns the name a result column has: its alias, a column's own name, or the expression as written. */
function itemName(expr: Expr, alias: string | null, sql: string): string {
  if (alias !== null) return alias;
  if (expr.node === "column") return expr.name;
  const text = sql.slice(expr.start, expr.end);
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= maxNameBytes
    ? text
    : new TextDecoder().decode(bytes.subarray(0, maxNameBytes)).replace(/\uFFFD$/, "");
}

/** Expands `*`, `t.*` and `last(*)`. */
function expandItems(select: Select, relation: Relation | null, context: PlanContext): Item[] {
  return select.items.flatMap(({ expr, alias }): Item[] => {
    if (expr.node === "star") return starColumns(expr, relation, context);
    const [argument] = expr.node === "call" ? expr.args : [];
    if (expr.node === "call" && argument?.node === "star" && expr.name !== "count") {
      if (aggregateFunction(expr.name)?.pick === undefined) {
        throw new ServerError(
          Code.functionParameterType,
          `Invalid parameter data type : ${expr.name}`,
        );
      }
      const columns = starColumns(argument, relation, context).filter((item) =>
        relation === null || item.expr.node !== "column" ||
        findColumn(relation, item.expr.table, item.expr.name)?.kind !== "tag"
      );
      return columns.map((item) => ({
        name: `${expr.name}(${item.name})`,
        expr: { ...expr, args: [item.expr] },
      }));
    }
    return [{ name: itemName(expr, alias, context.sql), expr }];
  });
}

function starColumns(
  star: Expr & { node: "star" },
  relation: Relation | null,
  context: PlanContext,
): Item[] {
  if (relation === null) {
    throw new ServerError(Code.syntax, `syntax error near "${context.sql.slice(star.start)}"`);
  }
  const columns = relation.columns.filter(({ table, inStar }) =>
    inStar && (star.table === null || table === star.table)
  );
  if (columns.length === 0) throw invalidColumn(`${star.table ?? ""}.*`);
  return columns.map(({ table, name }) => ({
    name,
    expr: {
      node: "column",
      table: table === "" ? null : table,
      name,
      quoted: true,
      start: star.start,
      end: star.end,
    },
  }));
}

/** Plans a query that gives one row for a row. */
function planRows(
  select: Select,
  items: Item[],
  relation: Relation | null,
  context: PlanContext,
  ordered: boolean,
): Plan {
  const scope = relationScope(relation, context);
  const keys = select.partitionBy.map(({ expr }) => compile(expr, scope).sql);
  const clauses: SeriesClauses = { partition: keys, where: [], qualify: [], order: null };
  scope.series = (call, inner) => compileSeries(call, inner, clauses, compile);
  const values = items.map(({ expr }) => compile(expr, scope));
  const where = [
    ...(relation?.conditions ?? []),
    ...whereSql(select.where, scope),
    ...clauses.where,
  ];
  const order = orderSql(select.orderBy, items, scope);
  const natural = clauses.order ??
    [...(select.partitionBy.length > 0 ? keys : []), ...(relation?.order ?? [])];
  return assemble({
    select,
    items,
    values,
    relation,
    where,
    groupBy: "",
    having: "",
    qualify: clauses.qualify,
    order,
    natural,
    keys,
    scope,
    ordered,
  });
}
