/**
 * Plans INTERVAL: windows of a fixed length, or of months by the calendar.
 *
 * @module
 */
import { type Precision, ServerError } from "../engine.ts";
import { quoteText } from "../store.ts";
import type { Duration, WindowClause } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { fixedOffsetTicks, monthsLaterSql } from "./functions_time.ts";
import type { WindowPlan, WindowSource } from "./plan_window.ts";
import type { Relation } from "./relation.ts";
import { callSql, type Script, script } from "./script.ts";
import { durationTicks, ticksPerSecond, zonedToUtcMs, zoneOffsetMs } from "./timestamp.ts";

type Interval = WindowClause & { kind: "interval" };

/** Sliding windows are no more than this many for one time. */
const greatestOverlap = 100n;
const yearOfFirstMonth = 1900;
const greatestDays = 365_000n;

/** Returns the start of the months a time is in; months are counted from 1900, by the calendar of the zone. */
function monthStart(
  ticks: bigint,
  months: number,
  offset: bigint,
  precision: Precision,
  timeZone: string,
): bigint {
  const perMs = ticksPerSecond(precision) / 1000n;
  const shifted = ticks - offset;
  const utcMs = Number((shifted - ((shifted % perMs) + perMs) % perMs) / perMs);
  const local = new Date(utcMs + zoneOffsetMs(timeZone, utcMs));
  const month = (local.getUTCFullYear() - yearOfFirstMonth) * 12 + local.getUTCMonth();
  const first = Math.floor(month / months) * months;
  const start = zonedToUtcMs(Date.UTC(yearOfFirstMonth, first, 1), timeZone);
  return BigInt(start) * perMs + offset;
}

const startOfMonths = script(
  "month_start",
  ["BIGINT", "BIGINT", "BIGINT", "VARCHAR", "VARCHAR"],
  "BIGINT",
  (ticks, months, offset, precision, zone) =>
    monthStart(ticks, Number(months), offset, precision as Precision, zone),
);

/** What DuckDB calls for it. */
export const intervalScripts: readonly Script[] = [startOfMonths];

/** Plans the windows of INTERVAL. */
export function planInterval(window: Interval, source: WindowSource): WindowPlan {
  return "ny".includes(window.interval.unit) && window.interval.unit !== ""
    ? planMonths(window, source)
    : planFixed(window, source);
}

/** SQL of `x` rounded down to a place `origin + n·step`. */
function floorSql(x: string, step: bigint, origin: bigint): string {
  return `(${x} - ((${x} - (${origin})) % ${step} + ${step}) % ${step})`;
}

function offsetTicks(window: Interval, { precision }: Relation, low: bigint | null): bigint {
  if (window.offset === null) return 0n;
  if (window.offset === "auto") return low ?? 0n;
  if (window.interval.unit === "n" && window.offset.unit === "y") {
    throw new ServerError(
      Code.intervalOffsetUnit,
      "Cannot use 'year' as offset when interval is 'month'",
    );
  }
  const interval = durationTicks(window.interval, precision);
  const offset = durationTicks(window.offset, precision);
  const isTooBig = interval === null || offset === null
    ? roughMonths(window.offset, precision) > roughMonths(window.interval, precision)
    : offset >= interval;
  if (isTooBig) {
    throw new ServerError(Code.intervalOffset, "Interval offset should be shorter than interval");
  }
  return offset ?? calendarDays(window.offset) * ticksPerSecond(precision) * 86400n;
}

/** Returns a duration in months; of other lengths whole months of 28 days count. */
function roughMonths(duration: Duration, precision: Precision): number {
  const ticks = durationTicks(duration, precision);
  return ticks === null
    ? duration.amount * (duration.unit === "y" ? 12 : 1)
    : Number(ticks / (ticksPerSecond(precision) * 86400n)) / 28;
}

/** Returns the days an offset in months or years stands for. */
function calendarDays({ amount, unit }: Duration): bigint {
  return BigInt(amount * (unit === "y" ? 365 : 31));
}

/** Returns the length, the distance of the starts, and a place where a window starts. */
function fixedWindows(
  window: Interval,
  { relation, context, low }: WindowSource,
): { step: bigint; length: bigint; origin: bigint } {
  const { precision } = relation;
  const length = durationTicks(window.interval, precision);
  const step = window.sliding === null ? length : durationTicks(window.sliding, precision);
  if (length === null || step === null) throw calendarSliding();
  if (length <= 0n || step <= 0n) {
    throw new ServerError(Code.intervalTooSmall, `Interval cannot be less than 1 ${precision}`);
  }
  if (length / (ticksPerSecond(precision) * 86400n) > greatestDays) {
    throw new ServerError(Code.intervalTooBig, "Interval cannot be more than 1000 years");
  }
  const offset = offsetTicks(window, relation, low);
  if (step > length) {
    throw new ServerError(Code.slidingTooBig, "sliding value no larger than the interval value");
  }
  if (step * greatestOverlap < length) {
    throw new ServerError(
      Code.slidingTooSmall,
      "sliding value can not less than 1% of interval value",
    );
  }
  const local = isDays(window.interval) && window.offset !== "auto"
    ? fixedOffsetTicks({ precision, timeZone: context.timeZone })
    : 0n;
  return { step, length, origin: offset - local };
}

function calendarSliding(): ServerError {
  return new ServerError(
    Code.slidingUnit,
    "Does not support sliding when interval is natural month/year",
  );
}

function isDays({ unit }: Duration): boolean {
  return unit === "d" || unit === "w";
}

function planFixed(window: Interval, source: WindowSource): WindowPlan {
  const { relation, conditions, context } = source;
  const { step, length, origin } = fixedWindows(window, source);
  const latest = floorSql(relation.time!, step, origin);
  if (step === length) {
    return {
      relation,
      conditions,
      keys: [latest],
      start: latest,
      end: `(${latest} + ${length})`,
      having: [],
      series: {
        startOf: (time) => floorSql(time, step, origin),
        between: (low, high) => `unnest(range(${low}, ${high} + 1, ${step}))`,
        endOf: (start) => `(${start} + ${length})`,
        length,
      },
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
    having: [],
    series: null,
  };
}

function planMonths(window: Interval, source: WindowSource): WindowPlan {
  const { relation, conditions, context, low } = source;
  if (window.sliding !== null) {
    throw durationTicks(window.sliding, relation.precision) === null
      ? calendarSliding()
      : unsupported("SLIDING with INTERVAL of months");
  }
  if (window.offset === "auto") throw unsupported("INTERVAL of months with AUTO");
  const { precision } = relation, { timeZone } = context;
  const months = window.interval.amount * (window.interval.unit === "y" ? 12 : 1);
  const offset = String(offsetTicks(window, relation, low));
  const startOf = (time: string): string =>
    callSql(startOfMonths, time, String(months), offset, quoteText(precision), quoteText(timeZone));
  const start = startOf(relation.time!);
  return {
    relation,
    conditions,
    keys: [start],
    start,
    end: monthsLaterSql(start, months, { precision, timeZone }),
    having: [],
    series: null,
  };
}
