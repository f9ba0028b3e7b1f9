/**
 * Plans a query as one DuckDB query.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { assemble, type Item, orderSql, whereSql } from "./assemble.ts";
import type { Expr, Query, Select } from "./ast.ts";
import { Code, functionsNotAllowed, unsupported, wrongPlace } from "./errors.ts";
import { aggregateFunction, findCalls, hasAggregate, seriesNames } from "./functions.ts";
import { planAggregate } from "./plan_aggregate.ts";
import { compile, type Scope } from "./plan_expression.ts";
import { timeBounds } from "./plan_fill.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { planInterp } from "./plan_interp.ts";
import { compileSeries, type SeriesClauses, stateCondition } from "./plan_series.ts";
import { planFrom } from "./plan_source.ts";
import { planUnion } from "./plan_union.ts";
import { type Relation, wrapRelation } from "./relation.ts";
import { rewrite } from "./rewrite.ts";
import { expandItems } from "./select_list.ts";
import { fixedType, Type } from "./types.ts";

/** Plans a query. `ordered` asks for the order rows have without ORDER BY. */
export function planQuery(query: Query, context: PlanContext, ordered = false): Plan {
  return query.node === "union"
    ? planUnion(query, context, planQuery)
    : planSelect(query, context, ordered);
}

function planSelect(written: Select, context: PlanContext, ordered: boolean): Plan {
  const relation = written.from === null
    ? null
    : planFrom(written.from, context, planQuery, written.where);
  const select = withQueryTimes(written, relation, context);
  const items = expandItems(select, relation, context);
  checkFunctions(select, items);
  const calls = items.flatMap(({ expr }) => findCalls(expr));
  if (written.where !== null) checkCondition(written.where);
  if (calls.some(({ name }) => name === "interp")) {
    return planInterp(select, items, relation, context);
  }
  const grouped = select.window !== null || select.groupBy.length > 0 ||
    items.some(({ expr }) => hasAggregate(expr)) ||
    (select.having !== null && hasAggregate(select.having)) ||
    select.orderBy.some(({ expr }) => hasAggregate(expr));
  if (
    select.range !== null || select.every !== null ||
    (select.fill !== null && select.window === null)
  ) {
    throw new ServerError(
      Code.interpClause,
      "Invalid usage of RANGE clause, EVERY clause or FILL clause",
    );
  }
  if (select.slimit !== null && select.partitionBy.length === 0 && select.groupBy.length === 0) {
    throw new ServerError(
      Code.slimitWithoutPartition,
      "slimit/soffset only available for PARTITION/GROUP BY query",
    );
  }
  if (grouped) {
    if (relation === null) throw unsupported("aggregate functions without FROM");
    return planAggregate(select, items, relation, context, ordered);
  }
  if (select.having !== null) {
    throw new ServerError(Code.notSingleGroup, "Not a single-group group function");
  }
  return planRows(select, items, relation, context, ordered);
}

/** Throws where WHERE names what only INTERP gives. */
function checkCondition(where: Expr): void {
  rewrite(where, (expr) => {
    if (expr.node === "column" && /^_(irowts|irowts_origin|isfilled)$/.test(expr.name)) {
      throw new ServerError(Code.interpClause, `${expr.name} is not allowed in where clause`);
    }
    return null;
  });
}

const timestamp = fixedType(Type.timestamp);

/** Puts the bounds WHERE sets on time in place of `_qstart`, `_qend` and `_qduration`. */
function withQueryTimes(select: Select, relation: Relation | null, context: PlanContext): Select {
  const replace = (expr: Expr): Expr | null => {
    if (expr.node !== "column" || !/^_q(start|end|duration)$/.test(expr.name)) return null;
    const { low, high } = timeBounds(select.where, relationScope(relation, context));
    const length = low === null || high === null ? null : high - low + 1n;
    const value = expr.name === "_qstart" ? low : expr.name === "_qend" ? high : length;
    const arg: Expr = {
      ...expr,
      node: "literal",
      literal: value === null ? { kind: "null" } : { kind: "integer", value },
    };
    const type = expr.name === "_qduration" ? fixedType(Type.bigint) : timestamp;
    return { node: "cast", arg, type, start: expr.start, end: expr.end };
  };
  return {
    ...select,
    items: select.items.map(({ expr, alias }) => ({ alias, expr: rewrite(expr, replace) })),
  };
}

/** Throws where functions of single rows, of groups and of several rows a group stand next to each other. */
function checkFunctions(select: Select, items: Item[]): void {
  const calls = items.flatMap(({ expr }) => findCalls(expr));
  const series = calls.find(({ name }) => seriesNames.has(name));
  const grouping = calls.filter(({ name }) => aggregateFunction(name) !== undefined);
  const multiple = grouping.filter(({ name }) => aggregateFunction(name)!.multiple === true);
  const others = [select.having, ...select.orderBy.map(({ expr }) => expr)].flatMap((expr) =>
    expr === null ? [] : findCalls(expr)
  );
  if (
    (multiple.length > 0 && grouping.length > 1) ||
    others.some(({ name }) => aggregateFunction(name)?.multiple === true)
  ) throw functionsNotAllowed();
  if (series === undefined) return;
  if (grouping.length > 0) throw functionsNotAllowed();
  if (select.window !== null || select.groupBy.length > 0) {
    throw new ServerError(
      Code.functionNotAllowed,
      `${series.name} function is not supported in window query or group query`,
    );
  }
}

/** Adds a column with the number of rows before that were not in a state, for STATECOUNT and STATEDURATION. */
function withStates(
  select: Select,
  items: Item[],
  relation: Relation | null,
  context: PlanContext,
): { relation: Relation | null; stateRun: Scope["stateRun"] } {
  const calls = items.flatMap(({ expr }) => findCalls(expr)).filter(({ name }) =>
    name === "statecount" || name === "stateduration"
  );
  if (relation === null || relation.time === null || calls.length === 0) {
    return { relation, stateRun: undefined };
  }
  const alias = context.alias();
  const conditionOf = (call: Expr & { node: "call" }, of: Relation): string => {
    const scope = relationScope(of, context);
    const args = call.args.slice(0, 3).map((arg) => compile(arg, scope));
    if (args.length < 3) return "";
    return stateCondition({ name: call.name, args, exprs: call.args, scope });
  };
  const scope = relationScope(relation, context);
  const keys = select.partitionBy.map(({ expr }) => compile(expr, scope).sql);
  const over = `OVER (${
    keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `
  }ORDER BY ${relation.time})`;
  const extras: Record<string, string> = {};
  calls.forEach((call, index) => {
    extras[`ws${index}`] = `count(CASE WHEN NOT ${
      conditionOf(call, relation) || "true"
    } THEN 1 END) ${over}`;
  });
  const wrapped = wrapRelation(relation, whereSql(select.where, scope), extras, alias);
  const conditions = calls.map((call) => conditionOf(call, wrapped));
  return {
    relation: wrapped,
    stateRun: (condition) => {
      const index = conditions.indexOf(condition);
      return index < 0 ? undefined : `${alias}.ws${index}`;
    },
  };
}

/** Plans a query that gives one row for a row. */
function planRows(
  select: Select,
  items: Item[],
  source: Relation | null,
  context: PlanContext,
  ordered: boolean,
): Plan {
  const { relation, stateRun } = withStates(select, items, source, context);
  const scope = relationScope(relation, context);
  const keys = select.partitionBy.map(({ expr }) => compile(placed(expr, items), scope).sql);
  const clauses: SeriesClauses = {
    partition: keys,
    where: [],
    qualify: [],
    order: null,
    wanted: [],
    name: null,
  };
  const itemScope: Scope = {
    ...scope,
    ...(stateRun === undefined ? {} : { stateRun }),
    series: (call, inner) => compileSeries(call, inner, clauses, compile),
  };
  const values = items.map(({ expr }) => compile(expr, itemScope));
  const where = [
    ...(relation?.conditions ?? []),
    ...(stateRun === undefined ? whereSql(select.where, scope) : []),
    ...clauses.where,
  ];
  const order = orderSql(select.orderBy, items, scope, select.distinct ? values : null);
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
    qualify: clauses.wanted.length === 0
      ? clauses.qualify
      : [...clauses.qualify, `(${clauses.wanted.join(" OR ")})`],
    order,
    natural,
    keys,
    scope,
    ordered,
  });
}

/** A key may be the place or the alias of an item. */
function placed(expr: Expr, items: Item[]): Expr {
  if (expr.node === "literal" && expr.literal.kind === "integer") {
    const item = items[Number(expr.literal.value) - 1];
    if (item === undefined) throw wrongPlace();
    return item.expr;
  }
  const item = expr.node === "column" && expr.table === null
    ? items.find(({ name, expr: own }) => name === expr.name && own.node !== "column")
    : undefined;
  return item?.expr ?? expr;
}
