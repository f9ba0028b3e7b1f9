/**
 * Time text, time zones and lengths of time, in ticks of a precision.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import type { Duration } from "./ast.ts";

const digits: Record<Precision, number> = { ms: 3, us: 6, ns: 9 };
const pattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9})\d*)?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns the ticks of a second. */
export function ticksPerSecond(precision: Precision): bigint {
  return 10n ** BigInt(digits[precision]);
}

/** Returns the number of digits below a second. */
export function fractionDigits(precision: Precision): number {
  return digits[precision];
}

/** Returns the current instant. */
export function nowTicks(precision: Precision): bigint {
  return BigInt(Date.now()) * 10n ** BigInt(digits[precision] - 3);
}

/** Returns a zone's offset from UTC in milliseconds at an instant. */
export function zoneOffsetMs(timeZone: string, utcMs: number): number {
  if (timeZone === "UTC") return 0;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      era: "short",
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(utcMs)) part[type] = value;
  const year = part["era"] === "BC" ? 1 - Number(part["year"]) : Number(part["year"]);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(part["month"]) - 1, Number(part["day"]));
  date.setUTCHours(Number(part["hour"]), Number(part["minute"]), Number(part["second"]));
  return date.getTime() - Math.floor(utcMs / 1000) * 1000;
}

/** Returns the instant at which clocks of the zone show `localMs` (milliseconds as if UTC). */
export function zonedToUtcMs(localMs: number, timeZone: string): number {
  const guess = localMs - zoneOffsetMs(timeZone, localMs);
  return localMs - zoneOffsetMs(timeZone, guess);
}

/** Returns the start of the day, in the zone, that holds now. */
export function todayTicks(precision: Precision, timeZone: string): bigint {
  const now = Date.now();
  const local = now + zoneOffsetMs(timeZone, now);
  return BigInt(zonedToUtcMs(local - (local % 86400000), timeZone)) *
    10n ** BigInt(digits[precision] - 3);
}

/** Parses time text; without a zone it is read in `timeZone`. Returns null when it is not a time. */
export function parseTimestamp(
  text: string,
  precision: Precision,
  timeZone: string,
): bigint | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((group) =>
    Number(match[group] ?? 0)
  ) as [number, number, number, number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (
    date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 ||
    second > 59
  ) return null;
  date.setUTCHours(hour, minute, second);
  const zone = match[8];
  const utcMs = zone === undefined
    ? zonedToUtcMs(date.getTime(), timeZone)
    : date.getTime() - parseOffsetMs(zone);
  const fraction = BigInt((match[7] ?? "").padEnd(9, "0").slice(0, digits[precision]));
  return BigInt(utcMs / 1000) * ticksPerSecond(precision) + fraction;
}

/** Reads `Z` or `±hh[[:]mm]`. */
export function parseOffsetMs(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const figures = zone.slice(1).replace(":", "").padEnd(4, "0");
  const minutes = Number(figures.slice(0, 2)) * 60 + Number(figures.slice(2));
  return (zone.startsWith("-") ? -minutes : minutes) * 60000;
}

const unitNanoseconds: Record<string, bigint> = {
  b: 1n,
  u: 1000n,
  a: 1000000n,
  s: 1000000000n,
  m: 60000000000n,
  h: 3600000000000n,
  d: 86400000000000n,
  w: 604800000000000n,
};

/** Returns a duration in ticks; null for the calendar units `n` (month) and `y` (year). */
export function durationTicks(duration: Duration, precision: Precision): bigint | null {
  if (duration.unit === "") return BigInt(duration.amount);
  const nanoseconds = unitNanoseconds[duration.unit];
  return nanoseconds === undefined
    ? null
    : BigInt(duration.amount) * nanoseconds / 10n ** BigInt(9 - digits[precision]);
}

/** Adds a duration to an instant; months and years by the calendar of the zone, ending on the month's last day at most. */
export function addDuration(
  ticks: bigint,
  duration: Duration,
  sign: 1 | -1,
  precision: Precision,
  timeZone: string,
): bigint {
  const fixed = durationTicks(duration, precision);
  if (fixed !== null) return ticks + BigInt(sign) * fixed;
  const perMs = ticksPerSecond(precision) / 1000n;
  const utcMs = Number(ticks / perMs);
  const local = new Date(utcMs + zoneOffsetMs(timeZone, utcMs));
  const day = local.getUTCDate();
  const months = sign * duration.amount * (duration.unit === "y" ? 12 : 1);
  local.setUTCDate(1);
  local.setUTCMonth(local.getUTCMonth() + months);
  local.setUTCDate(
    Math.min(
      day,
      new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate(),
    ),
  );
  return BigInt(zonedToUtcMs(local.getTime(), timeZone)) * perMs + (ticks % perMs);
}
