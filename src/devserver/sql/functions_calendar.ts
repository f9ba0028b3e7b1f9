/**
 * Functions of a time's place in the calendar.
 *
 * @module
 */
import { type Call, constantArgument, type SqlFunction, wrongValue } from "./function_types.ts";
import { localSql, secondsSql, timeArgument } from "./functions_time.ts";
import { callSql, type Script, script } from "./script.ts";
import { ticksPerSecond } from "./timestamp.ts";
import { typed } from "./typed.ts";
import { fixedType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);

/** Returns SQL of a DuckDB TIMESTAMP with what the clocks of the zone show, in whole seconds. */
function clockSql(call: Call): string {
  const time = localSql(timeArgument(call).sql, call.scope);
  return `make_timestamp(${secondsSql(time, ticksPerSecond(call.scope.precision))} * 1000000)`;
}

/** A part of the date; `sql` gets a DuckDB TIMESTAMP. */
function datePart(sql: (clock: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile: (call) => typed(`CAST(${sql(clockSql(call))} AS BIGINT)`, bigint, call.args),
  };
}

const msPerDay = 86400000;

/**
 * The week of the year, by the modes MySQL and TDengine share: weeks begin on Monday in odd modes, else on Sunday; days before
 * the first week are of week 0 or (bit 2) of the last week of the year before; the first week has four days of the year, or
 * begins in it.
 */
function weekOfYear(epochDay: number, mode: number): number {
  const mondayFirst = (mode & 1) !== 0;
  let wholeRange = (mode & 2) !== 0;
  const beginsInYear = ((mode & 4) !== 0) === mondayFirst;
  const firstDay = (year: number): number => Date.UTC(year, 0, 1) / msPerDay;
  let year = new Date(epochDay * msPerDay).getUTCFullYear(), first = firstDay(year);
  const weekday = (day: number): number => (((day + (mondayFirst ? 3 : 4)) % 7) + 7) % 7;
  const startsLate = (day: number): boolean => beginsInYear ? day !== 0 : day >= 4;
  if (epochDay - first < 7 - weekday(first) && startsLate(weekday(first))) {
    if (!wholeRange) return 0;
    wholeRange = true;
    first = firstDay(--year);
  }
  const before = weekday(first);
  const days = epochDay - (startsLate(before) ? first + 7 - before : first - before);
  if (wholeRange && days >= 52 * 7 && !startsLate(weekday(firstDay(year + 1)))) return 1;
  return Math.floor(days / 7) + 1;
}

const weekOf = script(
  "week",
  ["BIGINT", "BIGINT"],
  "BIGINT",
  (seconds, mode) => BigInt(weekOfYear(Math.floor(Number(seconds) / 86400), Number(mode))),
);

/** `week(time[, mode])`. */
function week(fixedMode: bigint | null): SqlFunction {
  return {
    arguments: [1, fixedMode === null ? 2 : 1],
    compile(call) {
      const mode = fixedMode ?? constantArgument(call, 1, "integer")?.value ?? 0n;
      if (mode < 0n || mode > 7n) throw wrongValue(call.name);
      const time = localSql(timeArgument(call).sql, call.scope);
      const seconds = secondsSql(time, ticksPerSecond(call.scope.precision));
      return typed(callSql(weekOf, seconds, String(mode)), bigint, call.args);
    },
  };
}

/** The functions by name. */
export const calendar: Record<string, SqlFunction> = {
  dayofweek: datePart((x) => `(dayofweek(${x}) + 1)`),
  weekday: datePart((x) => `((dayofweek(${x}) + 6) % 7)`),
  week: week(null),
  weekofyear: week(3n),
};

/** What DuckDB calls for them. */
export const calendarScripts: readonly Script[] = [weekOf];
