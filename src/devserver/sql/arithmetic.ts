/**
 * Arithmetic on numbers and times.
 *
 * @module
 */
import type { Duration } from "./ast.ts";
import type { TimeContext } from "./compare.ts";
import { compileDecimal } from "./decimal.ts";
import { invalidOperation, unsupported } from "./errors.ts";
import { monthsLaterSql } from "./functions_time.ts";
import { addDuration, durationTicks, parseTimestamp } from "./timestamp.ts";
import { asDouble, compileLiteral, isNull, type Typed, typed } from "./typed.ts";
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

/** Tells whether the value can be added to a time. */
function hasWholeTicks({ type }: Typed): boolean {
  return isInteger(type) || type.code === Type.bool;
}

/** The signs of arithmetic. */
export type ArithmeticSign = "+" | "-" | "*" | "/" | "%";

/** Compiles arithmetic: on DECIMAL exact, on times with integers in ticks, else in DOUBLE; what is divided by 0 is NULL. */
export function compileArithmetic(op: ArithmeticSign, left: Typed, right: Typed): Typed {
  const sides = [left, right];
  const times = sides.filter(({ type }) => type.code === Type.timestamp).length;
  const others = sides.filter(({ type }) => type.code !== Type.timestamp);
  if (
    times === 2 || sides.some(({ type }) => type.code === Type.varbinary) ||
    (times === 1 && others.some((value) => !isNull(value) && !hasWholeTicks(value)))
  ) throw invalidOperation("Invalid operation");
  if (times === 1 && others.some(hasWholeTicks)) {
    if (op !== "+" && op !== "-") throw unsupported("this arithmetic on times");
    const [leftSql, rightSql] = sides.map(({ sql, type }) =>
      type.code === Type.bool ? `CAST(${sql} AS BIGINT)` : sql
    );
    return typed(`(${leftSql} ${op} ${rightSql})`, fixedType(Type.timestamp), sides);
  }
  const decimals = sides.filter(({ type }) => isDecimal(type)).length;
  if (decimals > 0 && sides.every(({ type }) => isDecimal(type) || isInteger(type))) {
    return compileDecimal(op, left, right);
  }
  const leftSql = asDouble(left),
    rightSql = op === "/" || op === "%" ? `nullif(${asDouble(right)}, 0)` : asDouble(right);
  return typed(`(${leftSql} ${op} ${rightSql})`, fixedType(Type.double), [left, right]);
}
