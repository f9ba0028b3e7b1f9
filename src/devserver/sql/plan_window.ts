/**
 * Plans the windows rows are grouped into.
 *
 * @module
 */
import type { FillClause, WindowClause } from "./ast.ts";
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
  /** Distance of the starts, length, and the place of one start, of windows of fixed length; else null. */
  fixed: { step: bigint; length: bigint; origin: bigint } | null;
}

/** What windows are made from. */
export interface WindowSource {
  relation: Relation;
  /** The conditions of WHERE. */
  conditions: string[];
  /** Returns the SQL of the partition's keys over a relation that has the same columns. */
  keysOf(relation: Relation): string[];
  context: PlanContext;
}

type Interval = WindowClause & { kind: "interval" };
type Runs = Exclude<WindowClause, { kind: "interval" }>;

/** Plans the windows of a query. */
export function planWindow(
  window: WindowClause,
  fill: FillClause | null,
  source: WindowSource,
): WindowPlan {
  if (source.relation.time === null) throw unsupported("windows over rows without a timestamp");
  if (window.kind !== "interval") {
    if (fill !== null) throw unsupported("FILL with this window");
    return planRuns(window, source);
  }
  return "ny".includes(window.interval.unit)
    ? planMonths(window, source)
    : planInterval(window, source);
}

/** SQL of `x` rounded down to a place `origin + n·step`. */
export function floorSql(x: string, step: bigint, origin: bigint): string {
  return `(${x} - ((${x} - (${origin})) % ${step} + ${step}) % ${step})`;
}

/** Returns the length, the distance of the starts, and a place where a window starts. */
function fixedWindows(
  window: Interval,
  { precision }: Relation,
  timeZone: string,
): NonNullable<WindowPlan["fixed"]> {
  const length = durationTicks(window.interval, precision);
  const offset = window.offset === null ? 0n : durationTicks(window.offset, precision);
  const step = window.sliding === null ? length : durationTicks(window.sliding, precision);
  if (
    length === null || offset === null || step === null || length <= 0n || step <= 0n ||
    step > length
  ) throw unsupported("this interval");
  const local = "dw".includes(window.interval.unit)
    ? fixedOffsetTicks({ precision, timeZone })
    : 0n;
  return { step, length, origin: offset - local };
}

function planInterval(window: Interval, source: WindowSource): WindowPlan {
  const { relation, conditions, context } = source;
  const fixed = fixedWindows(window, relation, context.timeZone);
  const { step, length, origin } = fixed;
  const latest = floorSql(relation.time!, step, origin);
  if (step === length) {
    return {
      relation,
      conditions,
      keys: [latest],
      start: latest,
      end: `(${latest} + ${length})`,
      fixed,
    };
  }
  const slide = context.alias();
  const start = `(${latest} - ${slide}.i * ${step})`;
  const from = (used: string): string =>
    `${relation.from(used)}, range(0, ${(length + step - 1n) / step}) ${slide}(i)`;
  const holds = `${start} + ${length} > ${relation.time}`;
  return {
    relation: { ...relation, from },
    conditions: [...conditions, holds],
    keys: [start],
    start,
    end: `(${start} + ${length})`,
    fixed,
  };
}

/** Windows of months or years, by the calendar of UTC. */
function planMonths(window: Interval, source: WindowSource): WindowPlan {
  const { relation, conditions, context } = source;
  if (window.sliding !== null || window.offset !== null || context.timeZone !== "UTC") {
    throw unsupported("months with SLIDING, an offset or a zone");
  }
  const months = window.interval.amount * (window.interval.unit === "y" ? 12 : 1);
  const scale = 10n ** BigInt(Math.abs(fractionDigits(relation.precision) - 6));
  const coarse = relation.precision === "ms";
  const date = `make_timestamp(${relation.time} ${coarse ? "*" : "//"} ${scale})`;
  const month = `((year(${date}) * 12 + month(${date}) - 1) // ${months} * ${months})`;
  const at = (index: string): string =>
    `(epoch_us(make_date(${index} // 12, ${index} % 12 + 1, 1)) ${coarse ? "//" : "*"} ${scale})`;
  return {
    relation,
    conditions,
    keys: [month],
    start: at(month),
    end: at(`(${month} + ${months})`),
    fixed: null,
  };
}

/** The head of a window function over the rows of a partition in the order of time; the caller closes it. */
function overSql(
  relation: Relation,
  source: WindowSource,
  extra: string[] = [],
  ordered = true,
): string {
  const keys = [...source.keysOf(relation), ...extra];
  return `OVER (${keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `}${
    ordered ? `ORDER BY ${relation.time}` : ""
  }`;
}

/** Windows that are runs of consecutive rows: each row is marked first, then the runs are numbered. */
function planRuns(window: Runs, source: WindowSource): WindowPlan {
  const { relation, conditions, context } = source;
  const mark = context.alias();
  const inner = wrapRelation(relation, conditions, marks(window, source), mark);
  if (window.kind === "count") return runs(inner, [], `${mark}.wr`);
  const number = context.alias();
  if (window.kind === "event") {
    const whole = overSql(inner, source, [`${mark}.wr`], false);
    const spans = {
      wr: `${mark}.wr`,
      wf: `min(CASE WHEN ${mark}.wi THEN ${inner.time} END) ${whole})`,
      wc: `bool_or(coalesce(${mark}.we, false)) ${whole})`,
    };
    const wrapped = wrapRelation(inner, [], spans, number);
    return runs(wrapped, [`${number}.wc`, `${wrapped.time} >= ${number}.wf`], `${number}.wr`);
  }
  return runs(
    wrapRelation(inner, [], { wr: `sum(${mark}.wb) ${overSql(inner, source)})` }, number),
    [],
    `${number}.wr`,
  );
}

function runs(relation: Relation, conditions: string[], key: string): WindowPlan {
  return {
    relation,
    conditions,
    keys: [key],
    start: `min(${relation.time})`,
    end: `max(${relation.time})`,
    fixed: null,
  };
}

/** The marks of each kind of window: `wb` begins a run, `wr` is its number, `wi` and `we` start and end an event. */
function marks(window: Runs, source: WindowSource): Record<string, string> {
  const { relation, context } = source;
  const scope = relationScope(relation, context),
    over = overSql(relation, source),
    { time } = relation;
  switch (window.kind) {
    case "session": {
      const gap = durationTicks(window.gap, relation.precision);
      if (gap === null) throw unsupported("this session gap");
      return { wb: `CASE WHEN ${time} - lag(${time}) ${over}) <= ${gap} THEN 0 ELSE 1 END` };
    }
    case "state": {
      const state = compile(window.expr, scope).sql;
      source.conditions.push(`${state} IS NOT NULL`);
      return { wb: `CASE WHEN ${state} = lag(${state}) ${over}) THEN 0 ELSE 1 END` };
    }
    case "count":
      if (window.sliding !== window.size) throw unsupported("COUNT_WINDOW with SLIDING");
      return { wr: `(row_number() ${over}) - 1) // ${window.size}` };
    case "event": {
      const [start, end] = [window.start, window.end].map((expr) =>
        asBool(compile(expr, scope))
      ) as [string, string];
      return {
        wi: start,
        we: end,
        wr:
          `coalesce(sum(CASE WHEN ${end} THEN 1 ELSE 0 END) ${over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`,
      };
    }
  }
}
