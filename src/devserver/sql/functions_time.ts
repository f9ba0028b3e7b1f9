/**
 * Functions of time.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Duration, Expr } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { type Call, type SqlFunction, wrongArgument } from "./function_types.ts";
import {
  durationTicks,
  fractionDigits,
  nowTicks,
  parseOffsetMs,
  parseTimestamp,
  ticksPerSecond,
  todayTicks,
  zoneOffsetMs,
} from "./timestamp.ts";
import { compileLiteral, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, sizedType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);
const timestamp = fixedType(Type.timestamp);

/** Returns a time argument: a timestamp, an integer of ticks, or text. */
function timeArgument(call: Call, index: number): Typed {
  const value = call.args[index]!;
  if (value.literal?.kind === "string") {
    const ticks = parseTimestamp(value.literal.value, call.scope.precision, call.scope.timeZone);
    if (ticks === null) throw wrongArgument(call.name);
    return compileLiteral({ kind: "ticks", value: ticks });
  }
  if (value.type.code !== Type.timestamp && !isInteger(value.type)) throw wrongArgument(call.name);
  return value;
}

function durationArgument(expr: Expr | undefined): Duration | null {
  return expr?.node === "literal" && expr.literal.kind === "duration" ? expr.literal.value : null;
}

/** Returns a zone's offset from UTC in ticks. Zones that change their clocks are refused: days there differ in length. */
export function fixedOffsetTicks(
  scope: { precision: Call["scope"]["precision"]; timeZone: string },
): bigint {
  const [winter, summer] = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)].map((at) =>
    zoneOffsetMs(scope.timeZone, at)
  ) as [number, number];
  if (winter !== summer) throw unsupported(`days and weeks in the zone ${scope.timeZone}`);
  return BigInt(winter) * ticksPerSecond(scope.precision) / 1000n;
}

const timetruncate: SqlFunction = {
  arguments: [2, 3],
  raw: [1],
  compile(call) {
    const time = timeArgument(call, 0);
    const unit = durationArgument(call.exprs[1]);
    const step = unit === null ? null : durationTicks(unit, call.scope.precision);
    if (step === null || step <= 0n) throw wrongArgument(call.name);
    const local =
      (unit!.unit === "d" || unit!.unit === "w") && call.args[2]?.literal?.kind !== "integer" ||
      (call.args[2]?.literal?.kind === "integer" && call.args[2].literal.value === 1n);
    const offset = local && (unit!.unit === "d" || unit!.unit === "w")
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
    const difference = `(${timeArgument(call, 0).sql} - ${timeArgument(call, 1).sql})`;
    const unit = durationArgument(call.exprs[2]);
    const step = unit === null ? 1n : durationTicks(unit, call.scope.precision);
    if (step === null || step <= 0n) throw wrongArgument(call.name);
    return typed(
      step === 1n ? difference : `CAST(trunc(${difference}::DECIMAL(38, 0) // ${step}) AS BIGINT)`,
      bigint,
      call.args.slice(0, 2),
    );
  },
};

/** SQL of the whole seconds before an instant. */
function secondsSql(time: string, perSecond: bigint): string {
  return `((${time} - ((${time} % ${perSecond}) + ${perSecond}) % ${perSecond}) // ${perSecond})`;
}

const toIso8601: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const time = timeArgument(call, 0).sql;
    const zone = call.args[1]?.literal;
    if (call.args.length === 2 && zone?.kind !== "string") throw wrongArgument(call.name);
    const offsetMs = zone?.kind === "string"
      ? parseOffsetMs(zone.value)
      : Number(fixedOffsetTicks(call.scope) * 1000n / ticksPerSecond(call.scope.precision));
    const minutes = Math.abs(offsetMs) / 60000;
    const figures = `${String(Math.floor(minutes / 60)).padStart(2, "0")}${
      String(minutes % 60).padStart(2, "0")
    }`;
    const suffix = zone?.kind === "string" ? zone.value : `${offsetMs < 0 ? "-" : "+"}${figures}`;
    const perSecond = ticksPerSecond(call.scope.precision),
      digits = fractionDigits(call.scope.precision);
    const seconds = secondsSql(time, perSecond);
    const fraction =
      `lpad(CAST(((${time} % ${perSecond}) + ${perSecond}) % ${perSecond} AS VARCHAR), ${digits}, '0')`;
    const sql = `(strftime(make_timestamp((${seconds} + ${
      offsetMs / 1000
    }) * 1000000), '%Y-%m-%dT%H:%M:%S') || '.' || ${fraction} || '${suffix}')`;
    return typed(sql, sizedType(Type.varchar, 62), [{ ...call.args[0]!, constant: false }]);
  },
};

const toUnixTimestamp: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const text = call.args[0]!.literal;
    if (text?.kind !== "string") throw unsupported("to_unixtimestamp of a column");
    const ticks = parseTimestamp(text.value, call.scope.precision, call.scope.timeZone);
    return ticks === null
      ? typed("NULL::BIGINT", bigint)
      : compileLiteral({ kind: "integer", value: ticks });
  },
};

/** A part of the date; `sql` gets a DuckDB TIMESTAMP. */
function datePart(sql: (timestamp: string) => string): SqlFunction {
  return {
    arguments: [1, 2],
    compile(call) {
      const { precision } = call.scope;
      const time = `(${timeArgument(call, 0).sql} + ${fixedOffsetTicks(call.scope)}::BIGINT)`;
      return typed(
        `CAST(${
          sql(`make_timestamp(${secondsSql(time, ticksPerSecond(precision))} * 1000000)`)
        } AS BIGINT)`,
        bigint,
        call.args.slice(0, 1),
      );
    },
  };
}

/** The week of the year in MySQL's mode 0: weeks begin on Sunday, the first one is the first with a Sunday in the year. */
const week = datePart((x) => `((dayofyear(${x}) + 6 - dayofweek(${x})) // 7)`);

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
  dayofweek: datePart((x) => `(dayofweek(${x}) + 1)`),
  weekday: datePart((x) => `((dayofweek(${x}) + 6) % 7)`),
  week: {
    arguments: [1, 2],
    compile(call) {
      if (call.args.length === 2) {
        throw new ServerError(
          Code.syntax,
          "not supported by the embedded server: week with a mode",
        );
      }
      return week.compile(call);
    },
  },
  weekofyear: datePart((x) => `weekofyear(${x})`),
};
