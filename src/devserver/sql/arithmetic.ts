/**
 * Arithmetic on numbers and times.
 *
 * @module
 */
import type { Duration } from "./ast.ts";
import type { TimeContext } from "./compare.ts";
import { unsupported } from "./errors.ts";
import { addDuration, durationTicks, parseTimestamp } from "./timestamp.ts";
import { asDouble, compileLiteral, type Typed, typed } from "./typed.ts";
import { decimalType, fixedType, isDecimal, isInteger, type SqlType, Type } from "./types.ts";

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
    throw unsupported("months or years added to a column");
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

/** DECIMAL arithmetic keeps all digits up to 38; the scale is what gives way. */
function compileDecimal(op: ArithmeticSign, left: Typed, right: Typed): Typed {
  const [p1, s1] = decimalParts(left.type), [p2, s2] = decimalParts(right.type);
  let precision: number, scale: number;
  if (op === "*") [precision, scale] = [p1 + p2 + 1, s1 + s2];
  else if (op === "/" || op === "%") throw unsupported("division of DECIMAL");
  else {
    scale = Math.max(s1, s2);
    precision = Math.max(p1 - s1, p2 - s2) + scale + 1;
  }
  if (precision > 38) precision = 38;
  const type = decimalType(precision, scale);
  const widen = (value: Typed, digits: number): string =>
    `CAST(${value.sql} AS DECIMAL(38, ${digits}))`;
  const [leftScale, rightScale] = op === "*" ? [s1, s2] : [scale, scale];
  return typed(
    `CAST((${widen(left, leftScale)} ${op} ${
      widen(right, rightScale)
    }) AS DECIMAL(${precision}, ${scale}))`,
    type,
    [left, right],
  );
}

function decimalParts(type: SqlType): [number, number] {
  return isDecimal(type)
    ? [type.precision, type.scale]
    : [type.code === Type.bigint || type.code === Type.ubigint ? 20 : 10, 0];
}
