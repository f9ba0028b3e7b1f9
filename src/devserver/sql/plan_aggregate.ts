/**
 * Plans queries whose rows are grouped: GROUP BY, PARTITION BY, windows and aggregate functions.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, Select } from "./ast.ts";
import { withEmptyGroups } from "./empty_groups.ts";
import { withNeighbours } from "./neighbours.ts";
import { Code, wrongPlace } from "./errors.ts";
import { wrongCount } from "./function_types.ts";
import { aggregateFunction, findCalls, hasAggregate } from "./functions.ts";
import { planFill, timeBounds } from "./plan_fill.ts";
import { asBool, compile, type Grouping, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { assemble, type Item, orderSql, type Parts, whereSql } from "./assemble.ts";
import { planWindow, type WindowPlan } from "./plan_window.ts";
import type { Relation } from "./relation.ts";
import type { Typed } from "./typed.ts";
import { fixedType, Type } from "./types.ts";

/** Plans a query with groups. */
export function planAggregate(
  select: Select,
  items: Item[],
  source: Relation,
  context: PlanContext,
  ordered: boolean,
): Plan {
  if (select.window !== null && select.groupBy.length > 0) {
    throw new ServerError(
      Code.groupAndWindow,
      "GROUP BY and WINDOW-clause can't be used together",
    );
  }
  checkPercentile(select, items, source);
  const keyExprs = keyExpressions(select, items, source);
  const keysOf = (relation: Relation): string[] =>
    keyExprs.map((expr) => groupKey(compile(expr, relationScope(relation, context))));
  const counted = withEmptyGroups(select, items, source, keysOf(source), context);
  const near = withNeighbours(select, items, source, keysOf, context);
  const conditions = near?.relation.conditions ?? counted?.conditions ??
    [...source.conditions, ...whereSql(select.where, relationScope(source, context))];
  const window = select.window === null ? null : planWindow(select.window, {
    relation: near?.relation ?? source,
    conditions,
    low: timeBounds(select.where, relationScope(source, context)).low,
    keysOf,
    context,
  });
  const relation = window?.relation ?? counted ?? source;
  const rows: Scope = {
    ...relationScope(relation, context),
    inInterval: select.window?.kind === "interval",
    borders(value) {
      const points = near?.of(value);
      return window === null || points === undefined
        ? undefined
        : { ...points, start: window.start, end: window.end };
    },
  };
  const keys = keysOf(relation);
  const groupKeys = [...new Set([...keys, ...stateKey(select, rows), ...(window?.keys ?? [])])];
  const scope = groupScope(select, rows, window, groupKeys, items, relation);
  const values = items.map(({ expr }) => compile(expr, scope));
  if (select.window !== null && !items.some(({ expr }) => hasAggregate(expr))) {
    throw new ServerError(Code.windowFunction, "No valid function in window query");
  }
  const parts: Parts = {
    select,
    items,
    values,
    relation,
    where: window?.conditions ?? conditions,
    groupBy: groupKeys.length === 0 ? "" : ` GROUP BY ${groupKeys.join(", ")}`,
    having: havingSql(select, items, scope, groupKeys, window?.having ?? []),
    qualify: [],
    order: orderSql(select.orderBy, items, scope),
    natural: [...keys, ...(window === null ? [] : [window.start])],
    keys,
    scope,
    ordered,
  };
  return select.fill === null || select.fill.mode === "none" || window === null
    ? assemble(parts)
    : planFill(parts, window, rows);
}

/** PERCENTILE reads the rows twice, which not every query can. */
function checkPercentile({ partitionBy, window }: Select, items: Item[], source: Relation): void {
  const isThere = items.some(({ expr }) =>
    findCalls(expr).some(({ name }) => name === "percentile")
  );
  if (!isThere || !source.single) return;
  const place = partitionBy.length > 0
    ? "partition query"
    : window?.kind === "count" || window?.kind === "event"
    ? "count/event window"
    : null;
  if (place === null) return;
  throw new ServerError(
    Code.functionNotAllowed,
    `percentile function is not supported in ${place}`,
  );
}

/** A state window's state is the same in all its rows. */
function stateKey({ window }: Select, rows: Scope): string[] {
  return window?.kind === "state" ? [compile(window.expr, rows).sql] : [];
}

/** DuckDB refuses plain literals in GROUP BY and ORDER BY. */
function groupKey(value: Typed): string {
  return value.literal?.kind === "string" || value.literal?.kind === "null"
    ? `CAST(${value.sql} AS VARCHAR)`
    : value.sql;
}

/** The keys of PARTITION BY and GROUP BY as expressions over the source. */
function keyExpressions(select: Select, items: Item[], source: Relation): Expr[] {
  const written = [...select.partitionBy.map(({ expr }) => expr), ...select.groupBy];
  return written.map((expr) => resolveAlias(expr, items, source));
}

/** A group key may be the name of an item in the select list, unless a column has that name, or its place. */
function resolveAlias(expr: Expr, items: Item[], relation: Relation): Expr {
  if (expr.node === "literal" && expr.literal.kind === "integer") {
    const placed = items[Number(expr.literal.value) - 1];
    if (placed === undefined) throw wrongPlace();
    return placed.expr;
  }
  if (
    expr.node !== "column" || expr.table !== null ||
    relation.columns.some(({ name }) => name === expr.name)
  ) return expr;
  return items.find(({ name }) => name === expr.name)?.expr ?? expr;
}

/** Without groups, no rows give no result, unless a function counts them. */
function havingSql(
  select: Select,
  items: Item[],
  scope: Scope,
  groupKeys: string[],
  ofWindow: string[],
): string {
  const conditions = [...ofWindow];
  if (select.having !== null) {
    conditions.push(asBool(compile(select.having, aliasScope(scope, items))));
  }
  const counts = items.some(({ expr }) =>
    findCalls(expr).some(({ name }) => aggregateFunction(name)?.countLike === true)
  );
  if (groupKeys.length === 0 && !counts) conditions.push("count(*) > 0");
  return conditions.length === 0 ? "" : ` HAVING ${conditions.join(" AND ")}`;
}

function aliasScope(scope: Scope, items: Item[]): Scope {
  return {
    ...scope,
    column(table, name) {
      const item = table === null
        ? items.find((candidate) => candidate.name === name && candidate.expr.node !== "column")
        : undefined;
      if (item === undefined) return scope.column(table, name);
      const value = compile(item.expr, scope);
      scope.grouping!.keys.add(value.sql);
      return value;
    },
  };
}

/** The scope outside aggregate functions. */
function groupScope(
  select: Select,
  rows: Scope,
  window: WindowPlan | null,
  groupKeys: string[],
  items: Item[],
  relation: Relation,
): Scope {
  const keys = new Set(groupKeys);
  const pseudo = new Map<string, Typed>();
  if (window !== null) {
    const add = (name: string, sql: string, code: number): void => {
      pseudo.set(name, { sql, type: fixedType(code), bytes: false, constant: false });
      keys.add(sql);
    };
    add("_wstart", window.start, Type.timestamp);
    add("_wend", window.end, Type.timestamp);
    add("_wduration", `(${window.end} - ${window.start})`, Type.bigint);
  }
  const byTable = relation.tableName !== null && (keys.has(relation.tableName) || relation.single);
  const tags = new Set(
    relation.columns.filter(({ kind }) => kind === "tag").map(({ value }) => value.sql),
  );
  const grouping: Grouping = {
    rows,
    keys,
    pick: picker(rows, items),
    expressions: groupKeys.some((key) => !relation.columns.some(({ value }) => value.sql === key)),
    refuse: refuseColumn(select),
    picked: (call, output) => pickedOutput(call, output, rows),
    isConstant: (sql) => byTable && (tags.has(sql) || sql === relation.tableName),
  };
  return {
    ...rows,
    grouping,
    column: (table, name) =>
      (table === null ? pseudo.get(name) : undefined) ?? rows.column(table, name),
  };
}

/** Makes columns follow the row that the only selector function picks; next to other functions of groups they cannot. */
function picker(rows: Scope, items: Item[]): Grouping["pick"] {
  const calls = items.filter(({ expr }) => !isCols(expr)).flatMap(({ expr }) => findCalls(expr))
    .filter(({ name }) => aggregateFunction(name) !== undefined);
  const [call] = calls;
  if (call === undefined || calls.length > 1) return null;
  return pickOf(call, rows);
}

function isCols(expr: Expr): boolean {
  return expr.node === "call" && expr.name === "cols";
}

function pickOf(call: Expr & { node: "call" }, rows: Scope): Grouping["pick"] {
  const { pick, arguments: [least, greatest] } = aggregateFunction(call.name)!;
  if (pick === undefined) return null;
  if (call.args.length < least || call.args.length > greatest) throw wrongCount(call.name);
  const args = call.args.map((arg) => compile(arg, rows));
  return pick({ name: call.name, args, exprs: call.args, scope: rows });
}

/** Compiles an output of `cols` in the row its function picks. */
function pickedOutput(
  call: Expr & { node: "call" },
  output: Expr,
  rows: Scope,
): Typed {
  const pick = pickOf(call, rows);
  const value = compile(output, rows);
  return { ...value, sql: pick!(value.sql), constant: false };
}

/** The failure for a column that has several values a group. */
function refuseColumn(select: Select): (name: string) => ServerError {
  return (name) => {
    if (select.groupBy.length > 0) {
      return new ServerError(Code.notGroupExpression, "Not a GROUP BY expression");
    }
    return select.window !== null
      ? new ServerError(Code.invalidExpression, `Invalid usage of expr: ${name}`)
      : new ServerError(Code.notSingleGroup, "Not a single-group group function");
  };
}
