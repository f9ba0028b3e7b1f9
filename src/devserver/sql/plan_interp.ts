/**
 * Plans INTERP: values at given times, between the rows before and after them.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, Select } from "./ast.ts";
import { Code, functionsNotAllowed, unsupported } from "./errors.ts";
import { wrongArgument, wrongCount, wrongValue } from "./function_types.ts";
import { hasAggregate } from "./functions.ts";
import { compile, type Scope } from "./plan_expression.ts";
import { type Plan, type PlanContext, relationScope } from "./plan_from.ts";
import { type Item, limitSql, whereSql } from "./assemble.ts";
import { checkValues, readSlices, rowModes, type Slices } from "./interp_slices.ts";
import { constantAs } from "./plan_fill.ts";
import type { OutputColumn, Relation } from "./relation.ts";
import { asDouble, numberAs, type Typed } from "./typed.ts";
import { fixedType, isDecimal, isNumeric, Type } from "./types.ts";

/** An item of the select list. */
type InterpItem =
  | { kind: "value"; value: Typed; ignoreNulls: boolean; place: number }
  | { kind: "time" | "filled" | "origin" }
  | { kind: "key"; index: number; value: Typed };

/** Plans `select interp(column) … range(…) every(…) fill(…)`. */
export function planInterp(
  select: Select,
  items: Item[],
  relation: Relation | null,
  context: PlanContext,
): Plan {
  checkQuery(select, items);
  if (relation === null || relation.time === null) throw unsupported("INTERP without a timestamp");
  const scope = relationScope(relation, context);
  const keys = select.partitionBy.map(({ expr }) => compile(expr, scope));
  const parts = readItems(items, keys, scope);
  const values = parts.filter((part) => part.kind === "value");
  const slices = readSlices(select, scope);
  checkValues(select, values.length, slices);
  const where = [...relation.conditions, ...whereSql(select.where, scope)];
  const selected = [
    `${relation.time} AS t`,
    `${keySql(keys)} AS pk`,
    ...keys.map(({ sql }, index) => `${sql} AS k${index}`),
    ...values.map(({ value }, index) => `${value.sql} AS v${index}`),
  ];
  const rows = `SELECT ${selected.join(", ")} FROM ${
    relation.from(selected.join(" ") + where.join(" "))
  }${where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`}`;
  const output = parts.map((part, index) =>
    `${itemSql(part, values, select, slices, scope)} AS o${index}`
  );
  const joins = values.map((part, index) => joinSql(part, index, slices)).join("");
  const kept = values.flatMap((_, index) => keptSql(index, slices));
  const order = orderSql(select, items, keys);
  const sql = `WITH rows AS (${rows}), parts AS (${partsSql(keys, slices.mode)}), ` +
    `slices AS (SELECT p.*, unnest(range(${slices.start}, ${
      slices.end + 1n
    }, ${slices.step}))::BIGINT AS t FROM parts p) ` +
    `SELECT ${output.join(", ")} FROM slices r${joins}${
      kept.length === 0 ? "" : ` WHERE ${kept.join(" AND ")}`
    } ORDER BY ${order}${limitSql(select.limit, scope)}`;
  const columns = items.map(({ name }, index): OutputColumn => {
    const part = parts[index]!;
    if (part.kind === "value" || part.kind === "key") {
      return { name, type: part.value.type, bytes: part.value.bytes, constant: false };
    }
    const type = fixedType(part.kind === "filled" ? Type.bool : Type.timestamp);
    return { name, type, bytes: false, constant: false };
  });
  return { sql, columns, precision: relation.precision };
}

function checkQuery(select: Select, items: Item[]): void {
  if (select.window !== null || select.groupBy.length > 0) {
    throw new ServerError(
      Code.functionNotAllowed,
      "interp function is not supported in window query or group query",
    );
  }
  if (items.some(({ expr }) => hasAggregate(expr))) throw functionsNotAllowed();
  if (
    select.distinct || select.slimit !== null ||
    (select.limit !== null && select.partitionBy.length > 0)
  ) {
    throw unsupported("this form of INTERP");
  }
}

function readItems(items: Item[], keys: Typed[], scope: Scope): InterpItem[] {
  let place = 0;
  return items.map(({ expr }): InterpItem => {
    if (expr.node === "column" && expr.table === null) {
      if (expr.name === "_irowts") return { kind: "time" };
      if (expr.name === "_isfilled") return { kind: "filled" };
      if (expr.name === "_irowts_origin") return { kind: "origin" };
    }
    if (expr.node === "call" && expr.name === "interp") {
      return readValue(expr, scope, place++);
    }
    const value = compile(expr, scope);
    const index = keys.findIndex(({ sql }) => sql === value.sql);
    if (index < 0) {
      throw new ServerError(Code.notSingleGroup, "Not a single-group group function");
    }
    return { kind: "key", index, value };
  });
}

function readValue(
  { name, args }: Expr & { node: "call" },
  scope: Scope,
  place: number,
): InterpItem & { kind: "value" } {
  if (args.length < 1 || args.length > 2) throw wrongCount(name);
  const value = compile(args[0]!, scope);
  if (
    value.constant || isDecimal(value.type) ||
    (!isNumeric(value.type) && value.type.code !== Type.bool)
  ) throw wrongArgument(name);
  const option = args[1] === undefined ? null : compile(args[1], scope).literal;
  if (option !== null && option?.kind !== "integer") throw wrongArgument(name);
  if (option !== null && option.value !== 0n && option.value !== 1n) throw wrongValue(name);
  return { kind: "value", value, ignoreNulls: option?.value === 1n, place };
}

/** SQL of a text that tells the partitions apart, also by NULL. */
function keySql(keys: Typed[]): string {
  return keys.length === 0
    ? "''"
    : keys.map(({ sql }) => `coalesce('v' || CAST(${sql} AS VARCHAR), 'n')`).join(" || '|' || ");
}

function partsSql(keys: Typed[], mode: string): string {
  if (keys.length === 0) return `SELECT '' AS pk${mode.endsWith("_f") ? "" : " FROM rows LIMIT 1"}`;
  return `SELECT DISTINCT pk, ${keys.map((_, index) => `k${index}`).join(", ")} FROM rows`;
}

/** The rows before and after a time. NULL counts as a row, unless it is ignored or a line is to be drawn. */
function joinSql(
  { ignoreNulls }: InterpItem & { kind: "value" },
  index: number,
  { mode }: Slices,
): string {
  const points = ignoreNulls || mode === "linear"
    ? `(SELECT * FROM rows WHERE v${index} IS NOT NULL)`
    : "rows";
  const [a, b] = [`a${index}`, `b${index}`];
  return ` ASOF LEFT JOIN ${points} ${a} ON ${a}.pk = r.pk AND ${a}.t <= r.t` +
    ` ASOF LEFT JOIN ${points} ${b} ON ${b}.pk = r.pk AND ${b}.t >= r.t`;
}

/** The conditions on a time to get a value at all. */
function keptSql(index: number, { mode, around }: Slices): string[] {
  if (around !== null) return [];
  const [a, b] = [`a${index}.t`, `b${index}.t`];
  const kept: Record<string, string> = {
    none: `${a} = r.t`,
    linear: `${a} IS NOT NULL AND ${b} IS NOT NULL`,
    prev: `${a} IS NOT NULL`,
    next: `${b} IS NOT NULL`,
    near: `(${a} IS NOT NULL OR ${b} IS NOT NULL)`,
  };
  return kept[mode] === undefined ? [] : [kept[mode]];
}

/** SQL that picks something of the row the value comes from: `at` gets the alias of its side. */
function sourceSql(
  index: number,
  { mode, around }: Slices,
  at: (side: string) => string,
): string {
  const [a, b] = [`a${index}`, `b${index}`];
  const before = around === null ? `${a}.t IS NOT NULL` : `r.t - ${a}.t <= ${around}`;
  const after = around === null ? `${b}.t IS NOT NULL` : `${b}.t - r.t <= ${around}`;
  switch (mode) {
    case "prev":
      return `CASE WHEN ${before} THEN ${at(a)} END`;
    case "next":
      return `CASE WHEN ${after} THEN ${at(b)} END`;
    case "near":
      return `CASE WHEN ${before} AND (NOT coalesce(${after}, false) OR r.t - ${a}.t <= ${b}.t - r.t) THEN ${
        at(a)
      } WHEN ${after} THEN ${at(b)} END`;
    default:
      return `CASE WHEN ${a}.t = r.t THEN ${at(a)} END`;
  }
}

function itemSql(
  part: InterpItem,
  values: (InterpItem & { kind: "value" })[],
  select: Select,
  slices: Slices,
  scope: Scope,
): string {
  switch (part.kind) {
    case "time":
      return "r.t";
    case "filled":
      return `(${values.map((_, index) => `a${index}.t IS DISTINCT FROM r.t`).join(" OR ")})`;
    case "origin":
      if (!rowModes.includes(slices.mode)) {
        throw new ServerError(
          Code.fillFunction,
          "_irowts_origin can only be used with FILL PREV/NEXT/NEAR function is not supported in fill query",
        );
      }
      return sourceSql(0, slices, (side) => `${side}.t`);
    case "key":
      return `r.k${part.index}`;
    case "value":
      return valueSql(part, values.indexOf(part), select, slices, scope);
  }
}

function valueSql(
  { value, place }: InterpItem & { kind: "value" },
  index: number,
  select: Select,
  slices: Slices,
  scope: Scope,
): string {
  const { mode, around } = slices;
  const own = sourceSql(index, slices, (side) => `${side}.v${index}`);
  const given = select.fill?.values[place];
  const fallback = (): string => constantAs(compile(given!, scope), value, scope);
  if (around !== null) {
    const source = sourceSql(index, slices, (side) => `${side}.t`);
    return `CASE WHEN (${source}) IS NULL THEN ${fallback()} ELSE ${own} END`;
  }
  if (mode === "value" || mode === "value_f") {
    return `CASE WHEN a${index}.t = r.t THEN a${index}.v${index} ELSE ${fallback()} END`;
  }
  if (mode !== "linear") return own;
  if (!isNumeric(value.type)) throw unsupported("linear INTERP of this type");
  const [a, b] = [`a${index}`, `b${index}`];
  const [low, high] = [a, b].map((side) => asDouble({ ...value, sql: `${side}.v${index}` }));
  const between = `${low} + (${high} - ${low}) * ((r.t - ${a}.t)::DOUBLE / (${b}.t - ${a}.t))`;
  return `CASE WHEN ${a}.t = ${b}.t THEN ${a}.v${index} ELSE ${numberAs(between, value.type)} END`;
}

/** The order asked for, by names and places in the select list; without it by partition and time. */
function orderSql(select: Select, items: Item[], keys: Typed[]): string {
  if (select.orderBy.length === 0) {
    return [...keys.map((_, index) => `r.k${index}`), "r.t"].join(", ");
  }
  return select.orderBy.map(({ expr, descending, nulls }) => {
    const place = expr.node === "literal" && expr.literal.kind === "integer"
      ? Number(expr.literal.value)
      : items.findIndex(({ name }) => expr.node === "column" && name === expr.name) + 1;
    if (place < 1 || place > items.length) throw unsupported("this ORDER BY with INTERP");
    return `${place}${descending ? " DESC" : " ASC"} NULLS ${
      (nulls ?? (descending ? "last" : "first")).toUpperCase()
    }`;
  }).join(", ");
}
