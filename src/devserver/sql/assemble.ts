/**
 * Puts the parts of a SELECT together: its list, conditions, groups, order and limits.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, Limit, OrderItem, Select } from "./ast.ts";
import { Code, unsupported, wrongPlace } from "./errors.ts";
import { asBool, compile, type Scope } from "./plan_expression.ts";
import type { Plan } from "./plan_from.ts";
import type { OutputColumn, Relation } from "./relation.ts";
import type { Typed } from "./typed.ts";
import { isInteger, Type } from "./types.ts";

/** An item of the select list after `*` has been expanded. */
export interface Item {
  name: string;
  expr: Expr;
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
  const { select, scope, natural } = parts;
  const values = parts.values.map((value, index) => `${outputSql(value)} AS o${index}`);
  const columns = parts.items.map(({ name }, index): OutputColumn => {
    const { type, bytes, constant, literal } = parts.values[index]!;
    return {
      name,
      type,
      bytes,
      constant: constant && type.code === Type.varchar && literal === undefined,
    };
  });
  const limited = select.limit !== null || select.slimit !== null;
  if (select.partitionBy.length > 0 && parts.order.length === 0 && limited) {
    return { sql: limitPartitions(parts, values), columns, precision: scope.precision };
  }
  const order = parts.order.length > 0
    ? parts.order
    : (parts.ordered || limited) && !select.distinct && select.tagsOnly !== true
    ? natural
    : [];
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  const rows = `${selectSql(parts, values)}${orderBy}${limitSql(select.limit, scope)}`;
  return {
    sql: holdsOneSlice(select.slimit, scope) ? rows : `SELECT * FROM (${rows}) LIMIT 0`,
    columns,
    precision: scope.precision,
  };
}

/** Sorted rows are one slice: SLIMIT lets it through or not. */
function holdsOneSlice(slimit: Limit | null, scope: Scope): boolean {
  if (slimit === null) return true;
  const offset = slimit.offset === null ? 0n : limitValue(slimit.offset, scope);
  return offset === 0n && limitValue(slimit.count, scope) > 0n;
}

/** The query without ORDER BY and LIMIT. */
function selectSql(parts: Parts, selected: string[]): string {
  const { select, relation } = parts;
  const conditions = parts.where.length === 0 ? "" : ` WHERE ${parts.where.join(" AND ")}`;
  const qualify = parts.qualify.length === 0 ? "" : ` QUALIFY ${parts.qualify.join(" AND ")}`;
  const tail = `${conditions}${parts.groupBy}${parts.having}${qualify}`;
  const head = `SELECT ${select.distinct ? "DISTINCT " : ""}${selected.join(", ")}`;
  if (relation === null) return `${head}${tail}`;
  const named = selected.join(" ") + tail;
  // DISTINCT over tags alone includes child tables without rows.
  if (
    (select.distinct || select.tagsOnly === true) && parts.groupBy === "" &&
    relation.tags !== null &&
    !named.includes(relation.tags.rows)
  ) return `${head} FROM ${relation.tags.from}${tail}`;
  if (select.tagsOnly === true) throw unsupported("SELECT TAGS of columns");
  return `${head} FROM ${
    relation.from(named + parts.natural.join(" ") + parts.order.join(" "))
  }${tail}`;
}

/** LIMIT after PARTITION BY holds for each partition, SLIMIT for the number of partitions. */
function limitPartitions(parts: Parts, values: string[]): string {
  const { select, keys, scope } = parts;
  const own = parts.natural.filter((sql) => !keys.includes(sql));
  const inner = selectSql(parts, [
    ...values,
    ...keys.map((sql, index) => `${sql} AS k${index}`),
    ...own.map((sql, index) => `${sql} AS t${index}`),
  ]);
  const keyNames = keys.map((_, index) => `k${index}`).join(", "),
    times = own.map((_, index) => `t${index}`).join(", ");
  const ranked = `SELECT *, row_number() OVER (PARTITION BY ${keyNames}${
    times === "" ? "" : ` ORDER BY ${times}`
  }) AS rn, dense_rank() OVER (ORDER BY ${keyNames}) AS pn FROM (${inner})`;
  const between = (limit: Limit | null, name: string): string => {
    if (limit === null) return "true";
    const offset = limit.offset === null ? 0n : limitValue(limit.offset, scope);
    return `${name} > ${offset} AND ${name} <= ${offset + limitValue(limit.count, scope)}`;
  };
  const names = values.map((_, index) => `o${index}`).join(", ");
  return `SELECT ${names} FROM (${ranked}) WHERE ${between(select.limit, "rn")} AND ${
    between(select.slimit, "pn")
  } ORDER BY pn, rn`;
}

/** What a `->` gives is shown as the server prints it: numbers with nine decimals. */
function outputSql(value: Typed): string {
  const { sql } = value;
  if (value.literal?.kind === "null") return "NULL::VARCHAR";
  if (value.type.code !== Type.json || !sql.includes("json_extract")) return sql;
  return `CASE WHEN json_type(${sql}) IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN printf('%.9f', CAST(${sql} AS DOUBLE)) ELSE CAST(${sql} AS VARCHAR) END`;
}

/** Compiles ORDER BY: places and names in the select list first, then any expression. With DISTINCT it has to be one of the values. */
export function orderSql(
  orderBy: OrderItem[],
  items: Item[],
  scope: Scope,
  distinct: Typed[] | null = null,
): string[] {
  return orderBy.map(({ expr, descending, nulls }) => {
    const direction = `${descending ? " DESC" : " ASC"} NULLS ${
      (nulls ?? (descending ? "last" : "first")).toUpperCase()
    }`;
    if (expr.node === "literal" && expr.literal.kind === "integer") {
      if (expr.literal.value < 1n || expr.literal.value > BigInt(items.length)) {
        throw wrongPlace();
      }
      return `${expr.literal.value}${direction}`;
    }
    const named = expr.node === "column" && expr.table === null
      ? items.findIndex(({ name }) => name === expr.name)
      : -1;
    if (named >= 0) {
      checkUnambiguous(items, named);
      return `${named + 1}${direction}`;
    }
    const value = compile(expr, scope);
    if (distinct !== null && !distinct.some(({ sql }) => sql === value.sql)) {
      throw new ServerError(Code.notSelected, "Not SELECTed expression");
    }
    return `${
      value.literal === undefined ? value.sql : `CAST(${value.sql} AS VARCHAR)`
    }${direction}`;
  });
}

/** Throws when items with the name of one are of another kind than it. */
function checkUnambiguous(items: Item[], index: number): void {
  const { name, expr } = items[index]!;
  const shape = (item: Expr): string =>
    JSON.stringify(
      item,
      (key, value: unknown) =>
        key === "start" || key === "end"
          ? undefined
          : typeof value === "bigint"
          ? `${value}n`
          : value,
    );
  if (items.every((item) => item.name !== name || shape(item.expr) === shape(expr))) return;
  throw new ServerError(Code.ambiguousOrder, `ORDER BY "${name}" is ambiguous`);
}

function limitValue(expr: Expr, scope: Scope): bigint {
  const value = compile(expr, scope);
  if (value.literal?.kind === "integer" && value.literal.value < 0n) {
    throw new ServerError(Code.negativeOffset, "soffset/offset can not be less than 0");
  }
  if (value.literal?.kind !== "integer" || !isInteger(value.type)) {
    throw new ServerError(Code.syntax, `syntax error near "${scope.sql.slice(expr.start)}"`);
  }
  return value.literal.value;
}

/** Compiles LIMIT and OFFSET. */
export function limitSql(limit: Limit | null, scope: Scope): string {
  if (limit === null) return "";
  return ` LIMIT ${limitValue(limit.count, scope)}${
    limit.offset === null ? "" : ` OFFSET ${limitValue(limit.offset, scope)}`
  }`;
}

/** Compiles WHERE; without one there is no condition. */
export function whereSql(where: Expr | null, scope: Scope): string[] {
  return where === null ? [] : [asBool(compile(where, scope))];
}
