/**
 * Times as text of a given format: `to_char` and `to_timestamp`.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import { fractionDigits, ticksPerSecond, zonedToUtcMs, zoneOffsetMs } from "./timestamp.ts";

const months =
  "january february march april may june july august september october november december".split(
    " ",
  );
const days = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

/** The parts of a format, the longer ones first; those that name something come in three spellings. */
const pattern =
  /"(?:[^"\\]|\\.)*"|\\"|(?:[AP]\.M\.|[ap]\.m\.)|(?:AM|PM|am|pm)|HH24|hh24|HH12|hh12|HH|hh|YYYY|yyyy|YYY|yyy|YY|yy|Y|y|MONTH|Month|month|MON|Mon|mon|MM|mm|MI|mi|MS|ms|DDD|ddd|DD|dd|DAY|Day|day|DY|Dy|dy|D|d|SS|ss|US|us|NS|ns|TZH|tzh/g;

/** The fields of a time. */
interface Fields {
  local: Date;
  /** Nanoseconds below the second. */
  nanoseconds: bigint;
  offsetMs: number;
}

function fieldsOf(ticks: bigint, precision: Precision, timeZone: string): Fields {
  const perSecond = ticksPerSecond(precision);
  const fraction = ((ticks % perSecond) + perSecond) % perSecond;
  const utcMs = Number((ticks - fraction) / perSecond) * 1000;
  const offsetMs = zoneOffsetMs(timeZone, utcMs);
  return {
    local: new Date(utcMs + offsetMs),
    nanoseconds: fraction * 10n ** BigInt(9 - fractionDigits(precision)),
    offsetMs,
  };
}

/** Spells a name like the part of the format that asks for it. */
function spelled(name: string, like: string): string {
  if (like === like.toUpperCase()) return name.toUpperCase();
  return like[0] === like[0]!.toUpperCase() ? name[0]!.toUpperCase() + name.slice(1) : name;
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86400000) + 1;
}

function formatPart(part: string, { local, nanoseconds, offsetMs }: Fields): string {
  const figures = (value: number | bigint, width: number): string =>
    String(value).padStart(width, "0");
  const year = local.getUTCFullYear(), hour = local.getUTCHours();
  if (part.startsWith('"')) return part.slice(1, -1).replaceAll('\\"', '"');
  if (part === '\\"') return '"';
  switch (part.toLowerCase()) {
    case "am":
    case "pm":
      return spelled(hour < 12 ? "am" : "pm", part === part.toUpperCase() ? "AM" : "am");
    case "a.m.":
    case "p.m.":
      return spelled(hour < 12 ? "a.m." : "p.m.", part === part.toUpperCase() ? "AM" : "am");
    case "yyyy":
      return figures(year, 4);
    case "yyy":
      return figures(year % 1000, 3);
    case "yy":
      return figures(year % 100, 2);
    case "y":
      return String(year % 10);
    case "month":
      return spelled(months[local.getUTCMonth()]!, part).padEnd(9);
    case "mon":
      return spelled(months[local.getUTCMonth()]!.slice(0, 3), part);
    case "mm":
      return figures(local.getUTCMonth() + 1, 2);
    case "ddd":
      return figures(dayOfYear(local), 3);
    case "dd":
      return figures(local.getUTCDate(), 2);
    case "day":
      return spelled(days[local.getUTCDay()]!, part).padEnd(9);
    case "dy":
      return spelled(days[local.getUTCDay()]!.slice(0, 3), part);
    case "d":
      return String(local.getUTCDay() + 1);
    case "hh24":
      return figures(hour, 2);
    case "hh12":
    case "hh":
      return figures(hour % 12 === 0 ? 12 : hour % 12, 2);
    case "mi":
      return figures(local.getUTCMinutes(), 2);
    case "ss":
      return figures(local.getUTCSeconds(), 2);
    case "ms":
      return figures(nanoseconds / 1000000n, 3);
    case "us":
      return figures(nanoseconds / 1000n, 6);
    case "ns":
      return figures(nanoseconds, 9);
    default:
      return `${offsetMs < 0 ? "-" : "+"}${figures(Math.floor(Math.abs(offsetMs) / 3600000), 2)}`;
  }
}

/** Returns a time as text of a format. */
export function formatTime(
  ticks: bigint,
  format: string,
  precision: Precision,
  timeZone: string,
): string {
  const fields = fieldsOf(ticks, precision, timeZone);
  return format.replace(pattern, (part) => formatPart(part, fields));
}

/** What a text of a format says. */
interface Read {
  year: number;
  month: number;
  day: number;
  hour: number;
  afternoon: boolean | null;
  twelve: boolean;
  minute: number;
  second: number;
  nanoseconds: bigint;
  zoneMs: number | null;
}

/** Greatest number of figures of each numeric part. */
const widths: Record<string, number> = {
  yyyy: 4,
  yyy: 3,
  yy: 2,
  y: 1,
  mm: 2,
  dd: 2,
  d: 1,
  hh24: 2,
  hh12: 2,
  hh: 2,
  mi: 2,
  ss: 2,
  ms: 3,
  us: 6,
  ns: 9,
};

function take(part: string, text: string, read: Read): number | null {
  const name = part.toLowerCase();
  if (/^[ap]\.?m\.?$/.test(name)) {
    const found = /^([ap])\.?m\.?/i.exec(text);
    if (found === null) return null;
    read.afternoon = found[1]!.toLowerCase() === "p";
    read.twelve = true;
    return found[0].length;
  }
  if (name === "month" || name === "mon" || name === "day" || name === "dy") {
    const list = name.startsWith("m") ? months : days;
    const index = list.findIndex((item) =>
      text.toLowerCase().startsWith(name.length === 5 || name === "day" ? item : item.slice(0, 3))
    );
    if (index < 0) return null;
    if (list === months) read.month = index + 1;
    return name.length === 5 || name === "day" ? list[index]!.length : 3;
  }
  if (name === "tzh") {
    const found = /^([+-])(\d{1,2})/.exec(text);
    if (found === null) return null;
    read.zoneMs = Number(found[2]) * 3600000 * (found[1] === "-" ? -1 : 1);
    return found[0].length;
  }
  const width = widths[name];
  const found = width === undefined ? null : new RegExp(`^\\d{1,${width}}`).exec(text);
  if (found === null) return null;
  setNumber(name, found[0], read);
  return found[0].length;
}

function setNumber(name: string, figures: string, read: Read): void {
  const value = Number(figures);
  const fraction = (digits: number): bigint =>
    BigInt(figures.padEnd(digits, "0")) * 10n ** BigInt(9 - digits);
  switch (name) {
    case "yyyy":
      read.year = value;
      break;
    case "yyy":
    case "yy":
    case "y": {
      const span = 10 ** widths[name]!;
      read.year = Math.floor(2000 / span) * span + value;
      break;
    }
    case "mm":
      read.month = value;
      break;
    case "dd":
      read.day = value;
      break;
    case "hh24":
      read.hour = value;
      break;
    case "hh12":
    case "hh":
      read.hour = value;
      read.twelve = read.twelve || name === "hh12";
      break;
    case "mi":
      read.minute = value;
      break;
    case "ss":
      read.second = value;
      break;
    case "ms":
      read.nanoseconds += fraction(3);
      break;
    case "us":
      read.nanoseconds += fraction(6);
      break;
    case "ns":
      read.nanoseconds += fraction(9);
  }
}

function readFormatted(text: string, format: string): Read | null {
  const read: Read = {
    year: 1970,
    month: 1,
    day: 1,
    hour: 0,
    afternoon: null,
    twelve: false,
    minute: 0,
    second: 0,
    nanoseconds: 0n,
    zoneMs: null,
  };
  let at = 0, from = 0;
  const skipBlank = (): void => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const literal = (piece: string): void => {
    for (const character of piece.replace(/\s/g, "")) {
      skipBlank();
      const next = text[at] ?? "";
      const separators = /[^A-Za-z0-9]/.test(character) && /[^A-Za-z0-9\s]/.test(next);
      if (next === character || separators) at++;
    }
  };
  for (const match of format.matchAll(pattern)) {
    literal(format.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[0].startsWith('"') || match[0] === '\\"') {
      literal(match[0].startsWith('"') ? match[0].slice(1, -1) : '"');
      continue;
    }
    skipBlank();
    if (at >= text.length) break;
    const length = take(match[0], text.slice(at), read);
    if (length === null) return null;
    at += length;
  }
  return read;
}

/** Reads a time from text of a format; null when the text is not of it. */
export function readTime(
  text: string,
  format: string,
  precision: Precision,
  timeZone: string,
): bigint | null {
  const read = readFormatted(text, format);
  if (read === null) return null;
  const { year, month, day, minute, second, nanoseconds, zoneMs } = read;
  let { hour } = read;
  if (read.twelve) {
    if (hour < 1 || hour > 12) return null;
    hour = hour % 12 + (read.afternoon === true ? 12 : 0);
  }
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (
    local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day || hour > 23 || minute > 59 ||
    second > 59
  ) return null;
  const utcMs = zoneMs === null
    ? zonedToUtcMs(local.getTime(), timeZone)
    : local.getTime() - zoneMs;
  return BigInt(utcMs / 1000) * ticksPerSecond(precision) +
    nanoseconds / 10n ** BigInt(9 - fractionDigits(precision));
}
