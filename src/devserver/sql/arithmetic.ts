/**
 * Arithmetic on numbers and times.
 *
 * @module
 */
import type { Duration } from "./ast.ts";
import type { TimeContext } from "./compare.ts";
import { compileDecimal } from "./decimal.ts";
import { unsupported } from "./errors.ts";
import { monthsLaterSql } from "./functions_time.ts";
import { addDuration, durationTicks, parseTimestamp } from "./timestamp.ts";
import { asDouble, compileLiteral, type Typed, typed } from "./typed.ts";
import { fixedType, isDecimal, isInteger, Type } from "./types.ts";

/** Compiles a time plus or minus a duration. */
export function compileShift(
  time: Typed,
  value: Duration,
  op: "+" | "-",
  scope: TimeContext,
): Typed {
  if (time.literal?.kind === "string") {
    const read = parseTimestamp(time.literal.value, scope.precision, scope.timeZone);
    if (read === null) throw unsupported("a length of time added to text");
    return compileShift(compileLiteral({ kind: "ticks", value: read }), value, op, scope);
  }
  if (time.type.code !== Type.timestamp && !isInteger(time.type)) {
    throw unsupported("a length of time added to this type");
  }
  const ticks = durationTicks(value, scope.precision);
  if (ticks !== null && time.literal?.kind === "ticks") {
    return compileLiteral({
      kind: "ticks",
      value: time.literal.value + (op === "+" ? ticks : -ticks),
    });
  }
  if (ticks !== null) {
    return typed(`(${time.sql} ${op} ${ticks}::BIGINT)`, fixedType(Type.timestamp), [time]);
  }
  if (time.literal?.kind !== "ticks" && time.literal?.kind !== "integer") {
    const months = value.amount * (value.unit === "y" ? 12 : 1) * (op === "+" ? 1 : -1);
    return typed(monthsLaterSql(time.sql, months, scope), fixedType(Type.timestamp), [time]);
  }
  return compileLiteral({
    kind: "ticks",
    value: addDuration(
      time.literal.value,
      value,
      op === "+" ? 1 : -1,
      scope.precision,
      scope.timeZone,
    ),
  });
}

/** The signs of arithmetic. */
export type ArithmeticSign = "+" | "-" | "*" | "/" | "%";

/** Compiles arithmetic: on DECIMAL exact, on times with integers in ticks, else in DOUBLE; what is divided by 0 is NULL. */
export function compileArithmetic(op: ArithmeticSign, left: Typed, right: Typed): Typed {
  const time = [left, right].filter(({ type }) => type.code === Type.timestamp);
  if (
    time.length === 1 && (op === "+" || op === "-") &&
    [left, right].every(({ type }) => type.code === Type.timestamp || isInteger(type))
  ) {
    return typed(`(${left.sql} ${op} ${right.sql})`, fixedType(Type.timestamp), [left, right]);
  }
  const decimals = [left, right].filter(({ type }) => isDecimal(type)).length;
  if (decimals > 0 && [left, right].every(({ type }) => isDecimal(type) || isInteger(type))) {
    return compileDecimal(op, left, right);
  }
  const leftSql = asDouble(left),
    rightSql = op === "/" || op === "%" ? `nullif(${asDouble(right)}, 0)` : asDouble(right);
  return typed(`(${leftSql} ${op} ${rightSql})`, fixedType(Type.double), [left, right]);
}
