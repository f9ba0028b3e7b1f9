/**
 * Plans SELECT and UNION to one DuckDB query.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, Limit, OrderItem, Query, Select, Union } from "./ast.ts";
import { Code, invalidColumn, unsupported } from "./errors.ts";
import { aggregateFunction, findCalls, hasAggregate, seriesNames } from "./functions.ts";
import { planAggregate } from "./plan_aggregate.ts";
import { asBool, coerce, compile, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, planFrom, relationScope } from "./plan_from.ts";
import { planInterp } from "./plan_interp.ts";
import { compileSeries, type SeriesClauses } from "./plan_series.ts";
import { findColumn, type OutputColumn, type Relation } from "./relation.ts";
import { commonType, type Typed } from "./typed.ts";
import { isInteger, Type } from "./types.ts";

/** An item of the select list after `*` has been expanded. */
export interface Item {
  name: string;
  expr: Expr;
}

const maxNameBytes = 64;

/** Plans a query. `ordered` asks for the order rows have without ORDER BY. */
export function planQuery(query: Query, context: PlanContext, ordered = false): Plan {
  return query.node === "union" ? planUnion(query, context) : planSelect(query, context, ordered);
}

function planSelect(select: Select, context: PlanContext, ordered: boolean): Plan {
  const relation = select.from === null ? null : planFrom(select.from, context, planQuery);
  const items = expandItems(select, relation, context);
  const calls = items.flatMap(({ expr }) => findCalls(expr));
  if (calls.some(({ name }) => name === "interp")) return planInterp(select, items, relation, context);
  const grouped = select.window !== null || select.groupBy.length > 0 || items.some(({ expr }) => hasAggregate(expr)) || (select.having !== null && hasAggregate(select.having));
  if (grouped) {
    if (relation === null) throw unsupported("aggregate functions without FROM");
    if (calls.some(({ name }) => seriesNames.has(name))) throw unsupported("functions of single rows next to aggregate functions");
    return planAggregate(select, items, relation, context, ordered);
  }
  if (select.fill !== null || select.range !== null || select.every !== null) throw unsupported("FILL, RANGE or EVERY without a window");
  return planRows(select, items, relation, context, ordered);
}

/** Returns the name a result column has: its alias, a column's own name, or the expression as written. */
function itemName(expr: Expr, alias: string | null, sql: string): string {
  if (alias !== null) return alias;
  if (expr.node === "column") return expr.name;
  const text = sql.slice(expr.start, expr.end);
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= maxNameBytes ? text : new TextDecoder().decode(bytes.subarray(0, maxNameBytes)).replace(/\uFFFD$/, "");
}

/** Expands `*`, `t.*` and `last(*)`. */
function expandItems(select: Select, relation: Relation | null, context: PlanContext): Item[] {
  return select.items.flatMap(({ expr, alias }): Item[] => {
    if (expr.node === "star") return starColumns(expr, relation, context);
    const [argument] = expr.node === "call" ? expr.args : [];
    if (expr.node === "call" && argument?.node === "star" && expr.name !== "count") {
      if (aggregateFunction(expr.name)?.pick === undefined) throw new ServerError(Code.functionParameterType, `Invalid parameter data type : ${expr.name}`);
      const columns = starColumns(argument, relation, context).filter((item) => relation === null || item.expr.node !== "column" || findColumn(relation, item.expr.table, item.expr.name)?.kind !== "tag");
      return columns.map((item) => ({ name: `${expr.name}(${item.name})`, expr: { ...expr, args: [item.expr] } }));
    }
    return [{ name: itemName(expr, alias, context.sql), expr }];
  });
}

function starColumns(star: Expr & { node: "star" }, relation: Relation | null, context: PlanContext): Item[] {
  if (relation === null) throw new ServerError(Code.syntax, `syntax error near "${context.sql.slice(star.start)}"`);
  const columns = relation.columns.filter(({ table, inStar }) => inStar && (star.table === null || table === star.table));
  if (columns.length === 0) throw invalidColumn(`${star.table ?? ""}.*`);
  return columns.map(({ table, name }) => ({ name, expr: { node: "column", table: table === "" ? null : table, name, quoted: true, start: star.start, end: star.end } }));
}

/** Plans a query that gives one row for a row. */
function planRows(select: Select, items: Item[], relation: Relation | null, context: PlanContext, ordered: boolean): Plan {
  const scope = relationScope(relation, context);
  const keys = select.partitionBy.map(({ expr }) => compile(expr, scope).sql);
  const clauses: SeriesClauses = { partition: keys, where: [], qualify: [], order: null };
  scope.series = (call, inner) => compileSeries(call, inner, clauses, compile);
  const values = items.map(({ expr }) => compile(expr, scope));
  const where = [...(relation?.conditions ?? []), ...(select.where === null ? [] : [asBool(compile(select.where, scope))]), ...clauses.where];
  const order = orderSql(select.orderBy, items, values, scope);
  const natural = clauses.order ?? [...(select.partitionBy.length > 0 ? keys : []), ...(relation?.order ?? [])];
  return assemble({ select, items, values, relation, where, groupBy: "", having: "", qualify: clauses.qualify, order, natural, keys, scope, ordered });
}

/** The parts of a query before they are put together. */
export interface Parts {
  select: Select;
  items: Item[];
  values: Typed[];
  relation: Relation | null;
  where: string[];
  groupBy: string;
  having: string;
  qualify: string[];
  /** ORDER BY as asked for. */
  order: string[];
  /** The order without ORDER BY. */
  natural: string[];
  /** SQL of the partition's keys. */
  keys: string[];
  scope: Scope;
  ordered: boolean;
}

/** Puts the parts of a query together. */
export function assemble(parts: Parts): Plan {
  const { select, relation, scope, natural } = parts;
  const values = parts.values.map((value, index) => `${outputSql(value)} AS o${index}`);
  const rest = (selected: string[]): string => {
    const conditions = parts.where.length === 0 ? "" : ` WHERE ${parts.where.join(" AND ")}`;
    const qualify = parts.qualify.length === 0 ? "" : ` QUALIFY ${parts.qualify.join(" AND ")}`;
    const tail = `${conditions}${parts.groupBy}${parts.having}${qualify}`;
    const used = selected.join(" ") + tail + natural.join(" ") + parts.order.join(" ");
    const tags = select.distinct && parts.groupBy === "" && relation?.tags && !(selected.join(" ") + tail).includes(relation.tags.rows) ? relation.tags.from : null;
    return `SELECT ${select.distinct ? "DISTINCT " : ""}${selected.join(", ")}${relation === null ? "" : ` FROM ${tags ?? relation.from(used)}`}${tail}`;
  };
  const columns = parts.items.map(({ name }, index): OutputColumn => {
    const { type, bytes, constant } = parts.values[index]!;
    return { name, type, bytes, constant: constant && type.code === Type.varchar && parts.values[index]!.literal === undefined };
  });
  const limited = select.limit !== null || select.slimit !== null;
  if (select.partitionBy.length > 0 && parts.order.length === 0 && limited) {
    return { sql: limitPartitions(parts, rest, values), columns, precision: scope.precision };
  }
  if (select.slimit !== null) throw unsupported("SLIMIT with ORDER BY or without PARTITION BY");
  const order = parts.order.length > 0 ? parts.order : (parts.ordered || limited) && !select.distinct ? natural : [];
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  return { sql: `${rest(values)}${orderBy}${limitSql(select.limit, scope)}`, columns, precision: scope.precision };
}

/** LIMIT after PARTITION BY holds for each partition, SLIMIT for the number of partitions. */
function limitPartitions(parts: Parts, rest: (selected: string[]) => string, values: string[]): string {
  const { select, keys, scope } = parts;
  const own = parts.natural.filter((sql) => !keys.includes(sql));
  const inner = rest([...values, ...keys.map((sql, index) => `${sql} AS k${index}`), ...own.map((sql, index) => `${sql} AS t${index}`)]);
  const keyNames = keys.map((_, index) => `k${index}`).join(", "), times = own.map((_, index) => `t${index}`).join(", ");
  const ranked = `SELECT *, row_number() OVER (PARTITION BY ${keyNames}${times === "" ? "" : ` ORDER BY ${times}`}) AS rn, dense_rank() OVER (ORDER BY ${keyNames}) AS pn FROM (${inner})`;
  const between = (limit: Limit | null, name: string): string => {
    if (limit === null) return "true";
    const offset = limit.offset === null ? 0n : limitValue(limit.offset, scope);
    return `${name} > ${offset} AND ${name} <= ${offset + limitValue(limit.count, scope)}`;
  };
  const names = values.map((_, index) => `o${index}`).join(", ");
  return `SELECT ${names} FROM (${ranked}) WHERE ${between(select.limit, "rn")} AND ${between(select.slimit, "pn")} ORDER BY pn, rn`;
}

/** What a `->` gives is shown as the server prints it: numbers with nine decimals. */
function outputSql(value: Typed): string {
  const { sql } = value;
  if (value.literal?.kind === "null") return "NULL::VARCHAR";
  if (value.type.code !== Type.json || !sql.includes("json_extract")) return sql;
  return `CASE WHEN json_type(${sql}) IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN printf('%.9f', CAST(${sql} AS DOUBLE)) ELSE CAST(${sql} AS VARCHAR) END`;
}

/** Compiles ORDER BY: places and names in the select list first, then any expression. */
export function orderSql(orderBy: OrderItem[], items: Item[], values: Typed[], scope: Scope): string[] {
  return orderBy.map(({ expr, descending, nulls }) => {
    const direction = `${descending ? " DESC" : " ASC"} NULLS ${(nulls ?? (descending ? "last" : "first")).toUpperCase()}`;
    if (expr.node === "literal" && expr.literal.kind === "integer") {
      if (expr.literal.value < 1n || expr.literal.value > BigInt(items.length)) throw new ServerError(Code.syntax, "ORDER BY item must be the number of a SELECT-list expression");
      return `${expr.literal.value}${direction}`;
    }
    const named = expr.node === "column" && expr.table === null ? items.findIndex(({ name }) => name === expr.name) : -1;
    if (named >= 0) return `${values[named]!.sql}${direction}`;
    return `${compile(expr, scope).sql}${direction}`;
  });
}

function limitValue(expr: Expr, scope: Scope): bigint {
  const value = compile(expr, scope);
  if (value.literal?.kind !== "integer" || !isInteger(value.type) || value.literal.value < 0n) throw new ServerError(Code.syntax, `syntax error near "${scope.sql.slice(expr.start)}"`);
  return value.literal.value;
}

/** Compiles LIMIT and OFFSET. */
export function limitSql(limit: Limit | null, scope: Scope): string {
  if (limit === null) return "";
  return ` LIMIT ${limitValue(limit.count, scope)}${limit.offset === null ? "" : ` OFFSET ${limitValue(limit.offset, scope)}`}`;
}

function planUnion(union: Union, context: PlanContext): Plan {
  const sides = [planQuery(union.left, context), planQuery(union.right, context)] as const;
  const [left, right] = sides;
  if (left.columns.length !== right.columns.length) throw new ServerError(Code.syntax, "The number of columns of both sides of UNION must be equal");
  const columns = left.columns.map((column, index): OutputColumn => {
    return { name: column.name, type: commonType(column.type, right.columns[index]!.type), bytes: false, constant: false };
  });
  const [first, second] = sides.map((side) => {
    const values = side.columns.map((column, index) => `${coerce({ ...column, sql: `o${index}` }, columns[index]!.type)} AS o${index}`);
    return `SELECT ${values.join(", ")} FROM (${side.sql})`;
  });
  const scope: Scope = {
    ...relationScope(null, context),
    column: (_, name) => {
      const index = columns.findIndex((column) => column.name === name);
      return index < 0 ? null : { ...columns[index]!, sql: `o${index}` };
    },
  };
  const items = columns.map(({ name }): Item => ({ name, expr: { node: "literal", literal: { kind: "null" }, start: 0, end: 0 } }));
  const values = columns.map((column, index): Typed => ({ ...column, sql: `o${index}` }));
  const order = orderSql(union.orderBy, items, values, scope);
  const sql = `SELECT * FROM (${first} UNION ${union.all ? "ALL " : ""}${second})${order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`}${limitSql(union.limit, scope)}`;
  return { sql, columns, precision: left.precision };
}
