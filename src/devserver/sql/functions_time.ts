/**
 * Functions of time.
 *
 * @module
 */
import { type Precision, ServerError } from "../engine.ts";
import { quoteText } from "../store.ts";
import { Code, unsupported } from "./errors.ts";
import {
  type Call,
  constantArgument,
  durationArgument,
  functionError,
  type SqlFunction,
  textArgument,
  unitArgument,
  wrongArgument,
  wrongValue,
} from "./function_types.ts";
import { callSql, type Script, script } from "./script.ts";
import { formatTime, readTime } from "./time_format.ts";
import {
  addDuration,
  fractionDigits,
  nowTicks,
  parseOffsetMs,
  parseTimestamp,
  ticksPerSecond,
  todayTicks,
  zoneOffsetMs,
} from "./timestamp.ts";
import { asText, compileLiteral, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, isText, sizedType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);
const timestamp = fixedType(Type.timestamp);

/** What the meaning of time text depends on. */
interface TimeScope {
  precision: Precision;
  timeZone: string;
}

const parseText = script(
  "parse_time",
  ["VARCHAR", "VARCHAR", "VARCHAR"],
  "BIGINT",
  (text, precision, zone) => parseTimestamp(text, precision as Precision, zone),
);
const formatted = script(
  "to_char",
  ["BIGINT", "VARCHAR", "VARCHAR", "VARCHAR"],
  "VARCHAR",
  (ticks, format, precision, zone) => formatTime(ticks, format, precision as Precision, zone),
);
const readFormatted = script(
  "to_timestamp",
  ["VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"],
  "BIGINT",
  (text, format, precision, zone) => readTime(text, format, precision as Precision, zone),
);
const monthsLater = script(
  "add_months",
  ["BIGINT", "BIGINT", "VARCHAR", "VARCHAR"],
  "BIGINT",
  (ticks, months, precision, zone) =>
    addDuration(ticks, { amount: Number(months), unit: "n" }, 1, precision as Precision, zone),
);
const zoneOffset = script(
  "zone_offset",
  ["BIGINT", "VARCHAR", "VARCHAR"],
  "BIGINT",
  (ticks, precision, zone) => {
    const perSecond = ticksPerSecond(precision as Precision);
    const offset = zoneOffsetMs(zone, Number(ticks / (perSecond / 1000n)));
    return BigInt(offset) * perSecond / 1000n;
  },
);

function contextSql({ precision, timeZone }: TimeScope): [string, string] {
  return [quoteText(precision), quoteText(timeZone)];
}

/** Returns SQL of the ticks text stands for, NULL when it is no time. */
export function textTimeSql(text: string, scope: TimeScope): string {
  return callSql(parseText, text, ...contextSql(scope));
}

/** Returns SQL of a time some months later, by the calendar of the zone. */
export function monthsLaterSql(time: string, months: number, scope: TimeScope): string {
  return callSql(monthsLater, time, String(months), ...contextSql(scope));
}

/** Returns a time argument: a timestamp, an integer of ticks, or text, which is NULL when it is no time. */
export function timeArgument(call: Call, index = 0): Typed {
  const value = call.args[index]!;
  if (isNull(value)) return typed("NULL::BIGINT", timestamp, [value]);
  if (value.literal?.kind === "string") {
    const ticks = parseTimestamp(value.literal.value, call.scope.precision, call.scope.timeZone);
    return ticks === null
      ? typed("NULL::BIGINT", timestamp, [value])
      : compileLiteral({ kind: "ticks", value: ticks });
  }
  if (isText(value.type)) return typed(textTimeSql(asText(value), call.scope), timestamp, [value]);
  if (value.type.code !== Type.timestamp && !isInteger(value.type)) throw wrongArgument(call.name);
  return typed(`CAST(${value.sql} AS BIGINT)`, timestamp, [value]);
}

function isFixed(timeZone: string): boolean {
  return zoneOffsetMs(timeZone, Date.UTC(2024, 0, 1)) ===
    zoneOffsetMs(timeZone, Date.UTC(2024, 6, 1));
}

function offsetTicks({ precision, timeZone }: TimeScope, at: number): bigint {
  return BigInt(zoneOffsetMs(timeZone, at)) * ticksPerSecond(precision) / 1000n;
}

/** Returns a zone's offset from UTC in ticks. Zones that change their clocks are refused: days there differ in length. */
export function fixedOffsetTicks(scope: TimeScope): bigint {
  if (!isFixed(scope.timeZone)) throw unsupported(`days and weeks in the zone ${scope.timeZone}`);
  return offsetTicks(scope, 0);
}

/** Returns SQL of what the clocks of the zone show, in ticks as if UTC. */
export function localSql(time: string, scope: TimeScope): string {
  return isFixed(scope.timeZone)
    ? `(${time} + ${offsetTicks(scope, 0)}::BIGINT)`
    : `(${time} + ${callSql(zoneOffset, time, ...contextSql(scope))})`;
}

const timetruncate: SqlFunction = {
  arguments: [2, 3],
  raw: [1],
  compile(call) {
    const time = timeArgument(call);
    if (isNull(call.args[0]!)) throw wrongArgument(call.name);
    const unit = durationArgument(call.exprs[1]);
    if (
      unit === null && call.exprs[1]!.node === "literal" && call.exprs[1]!.literal.kind === "null"
    ) {
      throw wrongArgument(call.name);
    }
    const step = unitArgument(call, 1);
    const option = constantArgument(call, 2, "integer")?.value ?? 1n;
    if (option !== 0n && option !== 1n) throw wrongValue(call.name);
    const offset = option === 1n && (unit!.unit === "d" || unit!.unit === "w")
      ? fixedOffsetTicks(call.scope)
      : 0n;
    const sql = `(${time.sql} + ${offset}::BIGINT)`;
    return typed(
      `(${sql} - ((${sql} % ${step}) + ${step}) % ${step} - ${offset}::BIGINT)`,
      timestamp,
      call.args.slice(0, 1),
    );
  },
};

const timediff: SqlFunction = {
  arguments: [2, 3],
  raw: [2],
  compile(call) {
    const difference = `(${timeArgument(call).sql} - ${timeArgument(call, 1).sql})`;
    const step = unitArgument(call, 2);
    return typed(
      step === 1n ? difference : `CAST(trunc(${difference}::DECIMAL(38, 0) / ${step}) AS BIGINT)`,
      bigint,
      call.args.slice(0, 2),
    );
  },
};

/** SQL of the whole seconds before an instant. */
export function secondsSql(time: string, perSecond: bigint): string {
  return `((${time} - ((${time} % ${perSecond}) + ${perSecond}) % ${perSecond}) // ${perSecond})`;
}

/** Zones of `to_iso8601`: `z`, or hours up to 12, with minutes only as +03:30 and +05:30. */
const isoZone = /^(?:z|([+-])(0\d|1[0-2])(?::?(00|30))?)$/i;

function checkZone(zone: string): void {
  const match = isoZone.exec(zone);
  const half = match?.[3] === "30";
  if (match === null || (half && !(match[1] === "+" && /^0[35]$/.test(match[2]!)))) {
    throw functionError("Invalid timzone format");
  }
}

const toIso8601: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const value = call.args[0]!;
    if (isText(value.type)) throw wrongArgument(call.name);
    const time = timeArgument(call).sql;
    const zone = constantArgument(call, 1, "string")?.value;
    if (zone !== undefined) checkZone(zone);
    const { precision } = call.scope, perSecond = ticksPerSecond(precision);
    const offsetMs = zone === undefined
      ? zoneOffsetMs(call.scope.timeZone, Date.now())
      : parseOffsetMs(zone);
    const minutes = Math.abs(offsetMs) / 60000;
    const figures = `${String(Math.floor(minutes / 60)).padStart(2, "0")}${
      String(minutes % 60).padStart(2, "0")
    }`;
    const suffix = zone ?? `${offsetMs < 0 ? "-" : "+"}${figures}`;
    const seconds = secondsSql(time, perSecond);
    const fraction =
      `lpad(CAST(((${time} % ${perSecond}) + ${perSecond}) % ${perSecond} AS VARCHAR), ${
        fractionDigits(precision)
      }, '0')`;
    const sql = `(strftime(make_timestamp((${seconds} + ${
      offsetMs / 1000
    }) * 1000000), '%Y-%m-%dT%H:%M:%S') || '.' || ${fraction} || '${suffix}')`;
    return typed(sql, sizedType(Type.varchar, 62), [{ ...value, constant: false }]);
  },
};

const toUnixTimestamp: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const value = textArgument(call);
    if (isNull(value)) throw wrongArgument(call.name);
    const option = constantArgument(call, 1, "integer")?.value ?? 0n;
    if (option !== 0n && option !== 1n) throw wrongValue(call.name);
    return typed(timeArgument(call).sql, option === 1n ? timestamp : bigint, [value]);
  },
};

const longestTimeText = 4094;

const toChar: SqlFunction = {
  arguments: [2, 2],
  compile(call) {
    if (call.args[0]!.type.code !== Type.timestamp) throw wrongArgument(call.name);
    const format = asText(textArgument(call, 1));
    return typed(
      callSql(formatted, call.args[0]!.sql, format, ...contextSql(call.scope)),
      sizedType(Type.varchar, longestTimeText),
      call.args,
    );
  },
};

const toTimestamp: SqlFunction = {
  arguments: [2, 2],
  compile(call) {
    const [text, format] = [textArgument(call), textArgument(call, 1)];
    if (text.literal?.kind === "string" && format.literal?.kind === "string") {
      const { precision, timeZone } = call.scope;
      const ticks = readTime(text.literal.value, format.literal.value, precision, timeZone);
      if (ticks === null) {
        throw new ServerError(Code.timestampFormat, "Func to_timestamp failed for format mismatch");
      }
      return { ...compileLiteral({ kind: "ticks", value: ticks }), constant: false };
    }
    return typed(
      callSql(readFormatted, asText(text), asText(format), ...contextSql(call.scope)),
      timestamp,
      call.args,
    );
  },
};

/** The functions by name. */
export const time: Record<string, SqlFunction> = {
  now: {
    arguments: [0, 0],
    compile: ({ scope }) => compileLiteral({ kind: "ticks", value: nowTicks(scope.precision) }),
  },
  today: {
    arguments: [0, 0],
    compile: ({ scope }) =>
      compileLiteral({ kind: "ticks", value: todayTicks(scope.precision, scope.timeZone) }),
  },
  timetruncate,
  timediff,
  to_iso8601: toIso8601,
  to_unixtimestamp: toUnixTimestamp,
  to_char: toChar,
  to_timestamp: toTimestamp,
};

/** What DuckDB calls for them. */
export const timeScripts: readonly Script[] = [
  parseText,
  formatted,
  readFormatted,
  monthsLater,
  zoneOffset,
];
