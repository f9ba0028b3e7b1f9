/**
 * Arithmetic of DECIMAL: exact, with the precision and scale the server gives its results.
 *
 * @module
 */
import { callSql, type Script, script } from "./script.ts";
import { type Typed, typed } from "./typed.ts";
import { decimalType, isDecimal, type SqlType, Type } from "./types.ts";

const greatestPrecision = 38, leastScale = 6;

function scaled(text: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(scale, "0").slice(0, scale));
  return text.startsWith("-") ? -value : value;
}

function unscaled(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

/** Divides, rounding half away from zero; nothing can be divided by 0. */
const quotient = script(
  "decimal_divide",
  ["VARCHAR", "VARCHAR", "BIGINT"],
  "VARCHAR",
  (left, right, places) => {
    const scale = Number(places), digits = greatestPrecision;
    const dividend = scaled(left, digits) * 10n ** BigInt(scale), divisor = scaled(right, digits);
    if (divisor === 0n) return null;
    const [n, d] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
    const rounded = (2n * n + d) / (2n * d);
    return unscaled((dividend < 0n) === (divisor < 0n) ? rounded : -rounded, scale);
  },
);

/** The rest of a division, with the sign of what is divided. */
const remainder = script(
  "decimal_modulo",
  ["VARCHAR", "VARCHAR", "BIGINT"],
  "VARCHAR",
  (left, right, places) => {
    const scale = Number(places);
    const divisor = scaled(right, scale);
    return divisor === 0n ? null : unscaled(scaled(left, scale) % divisor, scale);
  },
);

/** Returns the DECIMAL of a precision and scale; where it is too wide, the scale gives way down to 6. */
function limited(precision: number, scale: number): SqlType {
  if (precision <= greatestPrecision) return decimalType(precision, scale);
  const kept = Math.max(scale - (precision - greatestPrecision), Math.min(scale, leastScale));
  return decimalType(greatestPrecision, kept);
}

function partsOf(type: SqlType): [precision: number, scale: number] {
  if (isDecimal(type)) return [type.precision, type.scale];
  return [type.code === Type.bigint || type.code === Type.ubigint ? 20 : 10, 0];
}

/** Returns the type of a result. */
function resultType(op: string, left: SqlType, right: SqlType): SqlType {
  const [p1, s1] = partsOf(left), [p2, s2] = partsOf(right);
  switch (op) {
    case "*":
      return limited(p1 + p2 + 1, s1 + s2);
    case "/": {
      const scale = Math.max(leastScale, s1 + p2 + 1);
      return limited(p1 - s1 + s2 + scale, scale);
    }
    case "%": {
      const scale = Math.max(s1, s2);
      return limited(Math.min(p1 - s1, p2 - s2) + scale, scale);
    }
    default: {
      const scale = Math.max(s1, s2);
      return limited(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
  }
}

const textOf = (value: Typed): string => `CAST(${value.sql} AS VARCHAR)`;

/** Compiles `+`, `-`, `*`, `/` or `%` of a DECIMAL and another one or an integer. */
export function compileDecimal(op: string, left: Typed, right: Typed): Typed {
  const type = resultType(op, left.type, right.type);
  const target = `DECIMAL(${type.precision}, ${type.scale})`;
  if (op === "/" || op === "%") {
    const sql = callSql(
      op === "/" ? quotient : remainder,
      textOf(left),
      textOf(right),
      String(type.scale),
    );
    return typed(`CAST(${sql} AS ${target})`, type, [left, right]);
  }
  const [, s1] = partsOf(left.type), [, s2] = partsOf(right.type);
  const common = Math.max(s1, s2);
  const widen = (value: Typed, scale: number): string =>
    `CAST(${value.sql} AS DECIMAL(38, ${op === "*" ? scale : common}))`;
  return typed(`CAST((${widen(left, s1)} ${op} ${widen(right, s2)}) AS ${target})`, type, [
    left,
    right,
  ]);
}

/** Compiles the average of a DECIMAL column: its sum, divided by the count. */
export function averageSql(value: Typed): Typed {
  const { scale } = value.type;
  const type = resultType("/", decimalType(greatestPrecision, scale), {
    code: Type.bigint,
    length: 8,
    precision: 0,
    scale: 0,
  });
  const sql = callSql(
    quotient,
    `CAST(CAST(sum(${value.sql}) AS DECIMAL(38, ${scale})) AS VARCHAR)`,
    `CAST(count(${value.sql}) AS VARCHAR)`,
    String(type.scale),
  );
  return typed(`CAST(${sql} AS DECIMAL(${type.precision}, ${type.scale}))`, type);
}

/** What DuckDB calls for it. */
export const decimalScripts: readonly Script[] = [quotient, remainder];
