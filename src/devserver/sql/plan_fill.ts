/**
 * Plans FILL: the windows without rows, between the bounds WHERE puts on time.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr } from "./ast.ts";
import type { TimeContext } from "./compare.ts";
import { Code, unsupported } from "./errors.ts";
import { aggregateFunction, findCalls, hasAggregate } from "./functions.ts";
import { castTo, compile, type Scope } from "./plan_expression.ts";
import type { Plan } from "./plan_from.ts";
import { limitSql, type Parts } from "./assemble.ts";
import type { WindowPlan, WindowSeries } from "./plan_window.ts";
import { parseTimestamp } from "./timestamp.ts";
import { asBytes, asText, isNull, numberAs, type Typed } from "./typed.ts";
import { isNumeric, isText } from "./types.ts";

interface Bounds {
  low: bigint | null;
  high: bigint | null;
}

/** Returns the ticks a constant stands for next to a time; null when it is none. */
export function constantTicks(expr: Expr, scope: Scope): bigint | null {
  if (expr.node === "column") return null;
  const { literal } = compile(expr, scope);
  if (literal?.kind === "integer" || literal?.kind === "ticks") return literal.value;
  return literal?.kind === "string"
    ? parseTimestamp(literal.value, scope.precision, scope.timeZone)
    : null;
}

const mirrored: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=" };

/** Finds the bounds on the time that all rows keep to; both ends belong to the range. */
export function timeBounds(expr: Expr | null, scope: Scope): Bounds {
  const none: Bounds = { low: null, high: null };
  const isTime = (side: Expr): boolean =>
    side.node === "column" && scope.column(side.table, side.name)?.sql === scope.time;
  if (expr === null) return none;
  if (expr.node === "between" && !expr.negated && isTime(expr.arg)) {
    return { low: constantTicks(expr.low, scope), high: constantTicks(expr.high, scope) };
  }
  if (expr.node !== "binary") return none;
  if (expr.op === "and") return narrow(timeBounds(expr.left, scope), timeBounds(expr.right, scope));
  if (mirrored[expr.op] === undefined) return none;
  const [op, side] = isTime(expr.left)
    ? [expr.op, expr.right]
    : isTime(expr.right)
    ? [mirrored[expr.op]!, expr.left]
    : ["", null];
  const ticks = side === null ? null : constantTicks(side, scope);
  if (ticks === null) return none;
  const low = op === ">" ? ticks + 1n : op === ">=" || op === "=" ? ticks : null;
  return { low, high: op === "<" ? ticks - 1n : op === "<=" || op === "=" ? ticks : null };
}

function narrow(left: Bounds, right: Bounds): Bounds {
  const pick = (a: bigint | null, b: bigint | null, least: boolean): bigint | null =>
    a === null ? b : b === null ? a : (a < b) === least ? a : b;
  return { low: pick(left.low, right.low, false), high: pick(left.high, right.high, true) };
}

/** More windows than this are refused. */
const greatestCount = 10_000_000n;

/** Fills the windows of a grouped query. */
export function planFill(parts: Parts, window: WindowPlan, rows: Scope): Plan {
  const { select, items, values, keys, scope } = parts, { series } = window;
  const bounds = checkedBounds(select, rows, series);
  checkItems(parts);
  const names = keys.map((_, index) => `k${index}`);
  const filled = items.map((_, index) => `${fillSql(parts, window, index, names)} AS o${index}`);
  const join = (alias: string, time: string): string =>
    `LEFT JOIN groups ${alias} ON ${sameWindow(names, alias, "f", time)}`;
  const sql =
    `WITH groups AS (${groupsSql(parts, window)}), starts AS (${
      startsSql(select.fill!.mode, series!, names, bounds)
    }), near AS (${nearSql(names)}) ` +
    `SELECT ${filled.join(", ")} FROM near f ${join("g", "gw")} ${join("a", "pw")} ${
      join("b", "nw")
    } ORDER BY ${fillOrder(parts, names)}${limitSql(select.limit, scope)}`;
  return {
    sql,
    columns: items.map(({ name }, index) => ({
      name,
      type: values[index]!.type,
      bytes: values[index]!.bytes,
      constant: false,
    })),
    precision: scope.precision,
  };
}

/** Both ends of the time must be given, and not too far from each other. */
function checkedBounds(
  select: Parts["select"],
  rows: Scope,
  series: WindowSeries | null,
): { low: bigint; high: bigint } {
  if (series === null) throw unsupported("FILL with SLIDING, or with INTERVAL of months");
  if (select.distinct || select.slimit !== null) throw unsupported("FILL with DISTINCT or SLIMIT");
  const { low, high } = timeBounds(select.where, rows);
  if (low === null || high === null || (high - low) / series.length >= greatestCount) {
    throw new ServerError(
      Code.fillRange,
      "Start(end) time of query range required or time range too large",
    );
  }
  return { low, high };
}

/** Throws for functions FILL cannot fill, and unless VALUE gives one value a filled item. */
function checkItems({ select, items }: Parts): void {
  const multiple = items.flatMap(({ expr }) => findCalls(expr)).find(({ name }) =>
    aggregateFunction(name)?.multiple === true
  );
  if (multiple !== undefined) {
    throw new ServerError(
      Code.fillFunction,
      `${multiple.name} function is not supported in fill query`,
    );
  }
  const count = items.filter(({ expr }) => hasAggregate(expr)).length;
  if (select.fill!.mode.startsWith("value") && select.fill!.values.length !== count) {
    throw new ServerError(Code.wrongValueType, "Filled values number mismatch");
  }
}

/** The windows that have rows, with their keys. */
function groupsSql(
  { values, keys, relation, where, groupBy, having }: Parts,
  window: WindowPlan,
): string {
  const conditions = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  const selected = [
    ...values.map(({ sql }, index) => `${sql} AS o${index}`),
    ...keys.map((sql, index) => `${sql} AS k${index}`),
    `${window.start} AS w`,
  ];
  return `SELECT ${selected.join(", ")} FROM ${
    relation!.from(selected.join(" ") + conditions)
  }${conditions}${groupBy}${having}`;
}

/** All windows of each partition; NULL_F and VALUE_F have them also where there are no rows at all. */
function startsSql(
  mode: string,
  series: WindowSeries,
  names: string[],
  { low, high }: { low: bigint; high: bigint },
): string {
  const [first, last] = [low, high].map((ticks) => series.startOf(`${ticks}::BIGINT`)) as [
    string,
    string,
  ];
  const partitions = names.length > 0
    ? `SELECT DISTINCT ${names.join(", ")} FROM groups`
    : mode.endsWith("_f")
    ? "SELECT 1 AS one"
    : "SELECT 1 AS one FROM groups LIMIT 1";
  return `SELECT p.*, ${series.between(first, last)} AS w FROM (${partitions}) p`;
}

function sameWindow(names: string[], left: string, right: string, time: string): string {
  return [
    ...names.map((name) => `${left}.${name} IS NOT DISTINCT FROM ${right}.${name}`),
    `${left}.w = ${right}.${time}`,
  ].join(" AND ");
}

/** Tells for each window its own (`gw`), the last (`pw`) and the next (`nw`) one that has rows. */
function nearSql(names: string[]): string {
  const over = `OVER (${
    names.length === 0 ? "" : `PARTITION BY ${names.map((name) => `s.${name}`).join(", ")} `
  }ORDER BY s.w`;
  return `SELECT s.*, g.w AS gw, max(g.w) ${over} ROWS UNBOUNDED PRECEDING) AS pw, min(g.w) ${over} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS nw ` +
    `FROM starts s LEFT JOIN groups g ON ${sameWindow(names, "g", "s", "w")}`;
}

function fillOrder(parts: Parts, names: string[]): string {
  const natural = [...names.map((name) => `f.${name}`), "f.w"];
  if (parts.order.length === 0) return natural.join(", ");
  return parts.select.orderBy.map(({ expr, descending, nulls }) => {
    const index = parts.items.findIndex(({ name }) => expr.node === "column" && name === expr.name);
    const place = expr.node === "literal" && expr.literal.kind === "integer"
      ? Number(expr.literal.value)
      : index + 1;
    const sql = place > 0
      ? String(place)
      : expr.node === "column" && expr.name === "_wstart"
      ? "f.w"
      : null;
    const key = sql === null && expr.node === "column"
      ? parts.keys.indexOf(compile(expr, parts.scope).sql)
      : -1;
    if (sql === null && key < 0) throw unsupported("this ORDER BY with FILL");
    return `${sql ?? `f.k${key}`}${descending ? " DESC" : " ASC"} NULLS ${
      (nulls ?? (descending ? "last" : "first")).toUpperCase()
    }`;
  }).join(", ");
}

/** SQL of an item in a window with rows (`g`), or between the ones before (`a`) and after (`b`). */
function fillSql(parts: Parts, window: WindowPlan, index: number, names: string[]): string {
  const { items, values, keys, select } = parts;
  const value = values[index]!, expr = items[index]!.expr;
  const key = keys.indexOf(value.sql);
  if (key >= 0) return `f.k${key}`;
  if (value.sql === window.start) return "f.w";
  const end = window.series!.endOf("f.w");
  if (value.sql === window.end) return end;
  if (!hasAggregate(expr)) {
    if (value.sql === `(${window.end} - ${window.start})`) return `(${end} - f.w)`;
    throw unsupported("this expression with FILL");
  }
  const place = items.slice(0, index).filter((item) => hasAggregate(item.expr)).length;
  return missingSql(
    select.fill!.mode,
    `o${index}`,
    value,
    select.fill!.values[place],
    names,
    parts.scope,
  );
}

/** What a window without rows gets. PREV, NEXT and VALUE also replace the NULL of a window with rows. */
function missingSql(
  mode: string,
  name: string,
  value: Typed,
  given: Expr | undefined,
  names: string[],
  scope: Scope,
): string {
  const own = `g.${name}`;
  const over = (rows: string): string =>
    `OVER (${
      names.length === 0 ? "" : `PARTITION BY ${names.map((key) => `f.${key}`).join(", ")} `
    }ORDER BY f.w ROWS BETWEEN ${rows})`;
  switch (mode) {
    case "prev":
      return `last_value(${own} IGNORE NULLS) ${over("UNBOUNDED PRECEDING AND CURRENT ROW")}`;
    case "next":
      return `first_value(${own} IGNORE NULLS) ${over("CURRENT ROW AND UNBOUNDED FOLLOWING")}`;
    case "value":
    case "value_f":
      return `coalesce(${own}, ${constantAs(compile(given!, scope), value, scope)})`;
    case "linear": {
      if (!isNumeric(value.type)) return own;
      const between = numberAs(
        `CAST(a.${name} AS DOUBLE) + (CAST(b.${name} AS DOUBLE) - CAST(a.${name} AS DOUBLE)) * ((f.w - f.pw)::DOUBLE / (f.nw - f.pw))`,
        value.type,
      );
      return `CASE WHEN f.gw IS NOT NULL THEN ${own} ELSE ${between} END`;
    }
    case "null":
    case "null_f":
      return own;
    default:
      throw unsupported(`FILL(${mode.toUpperCase()}) with a window`);
  }
}

/** Returns SQL of a constant that is cast to a type, as values of the type are held. */
export function constantAs(
  constant: Typed,
  { type, bytes }: Typed,
  context: TimeContext,
): string {
  if (isNull(constant)) return "NULL";
  if (!constant.constant) {
    throw new ServerError(Code.wrongValueType, "Fill value can only accept constant");
  }
  const cast = castTo(constant, type, context);
  if (!isText(type)) return cast.sql;
  return bytes ? asBytes(cast) : asText(cast);
}
