/**
 * Timestamps as the REST interface prints them: RFC 3339 with a fixed number of fraction digits, in a zone.
 *
 * @module
 */

import type { Precision } from "./engine.ts";

const DIGITS: Record<Precision, number> = { ms: 3, us: 6, ns: 9 };
const QUARTER_HOUR_S = 900n;
/** Seconds beyond which `Date` cannot go. */
const DATE_LIMIT_S = 8_640_000_000_000n;

/** Prints ticks since the epoch in one zone. */
export class TimeFormatter {
  private readonly digits: number;
  private readonly perSecond: bigint;
  private readonly zone: Intl.DateTimeFormat | null;
  /** Offsets in seconds by quarter of an hour: zones change theirs at no other times. */
  private readonly offsets = new Map<bigint, number>();

  /** @throws {RangeError} when the zone is unknown. */
  constructor(precision: Precision, timeZone: string) {
    this.digits = DIGITS[precision];
    this.perSecond = 10n ** BigInt(this.digits);
    this.zone = timeZone === "UTC"
      ? null
      : new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  }

  /** Prints one timestamp. */
  format(ticks: bigint): string {
    const seconds = floorDivide(ticks, this.perSecond);
    const fraction = String(ticks - seconds * this.perSecond).padStart(this.digits, "0");
    const offset = this.zone === null ? 0 : this.offsetAt(seconds);
    const local = formatCivil(seconds + BigInt(offset));
    return `${local}.${fraction}${formatOffset(offset)}`;
  }

  private offsetAt(seconds: bigint): number {
    const key = floorDivide(seconds, QUARTER_HOUR_S);
    const known = this.offsets.get(key);
    if (known !== undefined) return known;
    const isInRange = seconds > -DATE_LIMIT_S && seconds < DATE_LIMIT_S;
    const instant = isInRange
      ? Number(seconds) * 1000
      : Math.sign(Number(seconds)) * Number(DATE_LIMIT_S) * 999;
    const part =
      this.zone!.formatToParts(instant).find((item) => item.type === "timeZoneName")?.value ??
        "GMT";
    const match = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(part);
    const size = match
      ? Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)
      : 0;
    const offset = match?.[1] === "-" ? -size : size;
    this.offsets.set(key, offset);
    return offset;
  }
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

function formatOffset(seconds: number): string {
  if (seconds === 0) return "Z";
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  return `${seconds < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function formatCivil(seconds: bigint): string {
  const days = Number(floorDivide(seconds, 86_400n));
  const rest = Number(seconds - BigInt(days) * 86_400n);
  const { year, month, day } = civilOf(days);
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${
    two(rest % 60)
  }`;
  return `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(4, "0")}-${two(month)}-${
    two(day)
  }T${time}`;
}

/** The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar. */
function civilOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
