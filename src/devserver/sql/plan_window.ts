/**
 * Plans the windows rows are grouped into.
 *
 * @module
 */
import type { Select, WindowClause } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { fixedOffsetTicks } from "./functions_time.ts";
import { asBool, compile } from "./plan_expression.ts";
import { type PlanContext, relationScope } from "./plan_from.ts";
import { type Relation, wrapRelation } from "./relation.ts";
import { durationTicks, fractionDigits } from "./timestamp.ts";

/** Windows: the relation to read, what to group by, and where windows begin and end. */
export interface WindowPlan {
  relation: Relation;
  conditions: string[];
  /** SQL that tells the windows apart. */
  keys: string[];
  start: string;
  end: string;
  /** Length of windows of fixed length, and the place of one of their starts; else null. */
  fixed: { step: bigint; length: bigint; origin: bigint } | null;
}

/** Plans the windows of a query; `conditions` are those of WHERE, `partition` the SQL of the partition's keys. */
export function planWindow(select: Select, window: WindowClause, relation: Relation, conditions: string[], partition: string[], context: PlanContext): WindowPlan {
  const { time } = relation;
  if (time === null) throw unsupported("windows over rows without a timestamp");
  if (window.kind === "interval") {
    return "ny".includes(window.interval.unit) ? planMonths(window, relation, conditions, time) : planInterval(window, relation, conditions, time);
  }
  if (select.fill !== null) throw unsupported("FILL with this window");
  const over = `OVER (${partition.length === 0 ? "" : `PARTITION BY ${partition.join(", ")} `}ORDER BY ${time}`;
  return planRuns(window, relation, conditions, over, time, context);
}

function planInterval(window: WindowClause & { kind: "interval" }, relation: Relation, conditions: string[], time: string): WindowPlan {
  const { precision } = relation;
  const length = durationTicks(window.interval, precision), offset = window.offset === null ? 0n : durationTicks(window.offset, precision);
  const step = window.sliding === null ? length : durationTicks(window.sliding, precision);
  if (length === null || offset === null || step === null || length <= 0n || step <= 0n || step > length) throw unsupported("this interval");
  const local = "dw".includes(window.interval.unit) ? fixedOffsetTicks({ precision, timeZone: relationZone(relation) }) : 0n;
  const week = window.interval.unit === "w" ? 4n * 86400n * 10n ** BigInt(fractionDigits(precision)) : 0n;
  const origin = offset - local + week;
  const latest = `(${time} - ((${time} - ${origin}) % ${step} + ${step}) % ${step})`;
  if (step === length) return { relation, conditions, keys: [latest], start: latest, end: `(${latest} + ${length})`, fixed: { step, length, origin } };
  const copies = (length + step - 1n) / step;
  const start = `(${latest} - slide.i * ${step})`;
  const from = (used: string): string => `${relation.from(used)}, range(0, ${copies}) slide(i)`;
  return { relation: { ...relation, from }, conditions: [...conditions, `${start} + ${length} > ${time}`], keys: [start], start, end: `(${start} + ${length})`, fixed: { step, length, origin } };
}

const zones = new WeakMap<Relation, string>();

/** Tells in which zone the days of a relation's windows begin. */
export function setRelationZone(relation: Relation, timeZone: string): void {
  zones.set(relation, timeZone);
}

function relationZone(relation: Relation): string {
  return zones.get(relation) ?? "UTC";
}

/** Windows of months or years, by the calendar of UTC. */
function planMonths(window: WindowClause & { kind: "interval" }, relation: Relation, conditions: string[], time: string): WindowPlan {
  if (window.sliding !== null || window.offset !== null || relationZone(relation) !== "UTC") throw unsupported("months with SLIDING, an offset or a zone");
  const months = window.interval.amount * (window.interval.unit === "y" ? 12 : 1);
  const perMicro = 10n ** BigInt(Math.abs(fractionDigits(relation.precision) - 6));
  const [toMicros, fromMicros] = relation.precision === "ms" ? [`* ${perMicro}`, `// ${perMicro}`] : [`// ${perMicro}`, `* ${perMicro}`];
  const date = `make_timestamp(${time} ${toMicros})`;
  const month = `((year(${date}) * 12 + month(${date}) - 1) // ${months} * ${months})`;
  const at = (index: string): string => `(epoch_us(make_date(${index} // 12, ${index} % 12 + 1, 1)) ${fromMicros})`;
  return { relation, conditions, keys: [month], start: at(month), end: at(`(${month} + ${months})`), fixed: null };
}

/** Windows that are runs of consecutive rows: every row gets the number of its run first. */
function planRuns(window: Exclude<WindowClause, { kind: "interval" }>, relation: Relation, conditions: string[], over: string, time: string, context: PlanContext): WindowPlan {
  const scope = relationScope(relation, context);
  const alias = context.alias();
  const plan = (extras: Record<string, string>, more: string[] = []): { inner: Relation; conditions: string[] } => {
    return { inner: wrapRelation(relation, conditions, extras, alias), conditions: more };
  };
  let step: { inner: Relation; conditions: string[] };
  if (window.kind === "session") {
    const gap = durationTicks(window.gap, relation.precision);
    if (gap === null) throw unsupported("this session gap");
    step = plan({ wb: `CASE WHEN ${time} - lag(${time}) ${over}) <= ${gap} THEN 0 ELSE 1 END`, wg: "0" });
  } else if (window.kind === "state") {
    const state = compile(window.expr, scope).sql;
    step = plan({ wb: `CASE WHEN ${state} IS NOT DISTINCT FROM lag(${state}) ${over}) AND lag(${time}) ${over}) IS NOT NULL THEN 0 ELSE 1 END`, ws: state });
  } else if (window.kind === "count") {
    if (window.sliding !== window.size) throw unsupported("COUNT_WINDOW with SLIDING");
    step = plan({ wr: `(row_number() ${over}) - 1) // ${window.size}` });
  } else {
    const [start, end] = [window.start, window.end].map((expr) => asBool(compile(expr, scope))) as [string, string];
    step = plan({ wi: start, we: end, wr: `coalesce(sum(CASE WHEN ${end} THEN 1 ELSE 0 END) ${over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)` });
  }
  return finishRuns(window, step.inner, alias, over, context, relation);
}

/** Numbers the runs and drops rows that are in none. */
function finishRuns(window: Exclude<WindowClause, { kind: "interval" }>, inner: Relation, alias: string, over: string, context: PlanContext, outer: Relation): WindowPlan {
  const time = inner.time!;
  const bounds = { start: "", end: "", fixed: null };
  const moved = over.replaceAll(outer.time!, time);
  const partition = translate(moved, outer, inner);
  if (window.kind === "count") {
    return { ...bounds, relation: inner, conditions: [], keys: [`${alias}.wr`], start: `min(${time})`, end: `max(${time})` };
  }
  const second = context.alias();
  if (window.kind === "event") {
    const span = partition.replace("OVER (", "OVER (").replace(/ ?ORDER BY .*$/, "");
    const group = span === "OVER (" ? `OVER (PARTITION BY ${alias}.wr)` : `${span}, ${alias}.wr)`;
    const wrapped = wrapRelation(inner, [], {
      wr: `${alias}.wr`, wf: `min(CASE WHEN ${alias}.wi THEN ${time} END) ${group}`, wc: `bool_or(coalesce(${alias}.we, false)) ${group}`,
    }, second);
    return { ...bounds, relation: wrapped, conditions: [`${second}.wc`, `${wrapped.time!} >= ${second}.wf`], keys: [`${second}.wr`], start: `min(${wrapped.time!})`, end: `max(${wrapped.time!})` };
  }
  const conditions = window.kind === "state" ? [`${alias}.ws IS NOT NULL`] : [];
  const wrapped = wrapRelation(inner, conditions, { wr: `sum(${alias}.wb) ${partition})`, ws: window.kind === "state" ? `${alias}.ws` : "0" }, second);
  return { ...bounds, relation: wrapped, conditions: [], keys: [`${second}.wr`], start: `min(${wrapped.time!})`, end: `max(${wrapped.time!})` };
}

/** Rewrites SQL over a relation to the relation that wraps it. */
export function translate(sql: string, from: Relation, to: Relation): string {
  let result = sql;
  from.columns.forEach((column, index) => {
    result = result.replaceAll(column.value.sql, to.columns[index]!.value.sql);
  });
  if (from.tableName !== null && to.tableName !== null) result = result.replaceAll(from.tableName, to.tableName);
  return result;
}
