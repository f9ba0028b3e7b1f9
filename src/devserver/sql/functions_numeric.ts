/**
 * Functions of numbers.
 *
 * @module
 */
import { unsupported } from "./errors.ts";
import { type Call, numberArgument, type SqlFunction } from "./function_types.ts";
import { asDouble, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, isUnsigned, Type } from "./types.ts";
import { integerRange } from "./values.ts";

const double = fixedType(Type.double);

/** The least number of a type has no positive counterpart in it and stays as it is. */
const abs: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = numberArgument(call), { sql, type } = value;
    if (isUnsigned(type)) return typed(sql, type, call.args);
    const least = isInteger(type) ? integerRange(type.code)[0] : null;
    return typed(
      least === null
        ? `abs(${sql})`
        : `CASE WHEN ${sql} >= 0 OR ${sql} = ${least} THEN ${sql} ELSE -${sql} END`,
      type,
      call.args,
    );
  },
};

/** `ceil` and `floor`: an integer stays as it is. */
function whole(name: "ceil" | "floor"): SqlFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = numberArgument(call);
      const sql = isInteger(value.type) ? value.sql : `${name}(${value.sql})`;
      return typed(sql, value.type, call.args);
    },
  };
}

/**
 * Gives NULL for what is no number: outside the function's domain, and where the result is too large. The values are handed over in
 * a list, as DuckDB has no aggregate functions inside TRY.
 */
function finite(values: string[], sql: (...arguments_: string[]) => string): string {
  const fields = values.map((value, index) => `v${index}: ${value}`).join(", ");
  const body = sql(...values.map((_, index) => `e['v${index}']`));
  return `list_filter(list_transform([{${fields}}], lambda e: TRY(${body})), lambda r: isfinite(r))[1]`;
}

/** A function of DOUBLEs to a DOUBLE. */
function ofDouble(count: number, sql: (...arguments_: string[]) => string): SqlFunction {
  return {
    arguments: [count, count],
    compile: (call) =>
      typed(
        finite(call.args.map((_, index) => asDouble(numberArgument(call, index))), sql),
        double,
        call.args,
      ),
  };
}

const log: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const values = call.args.map((_, index) => asDouble(numberArgument(call, index)));
    return typed(
      finite(values, (x, base) => base === undefined ? `ln(${x})` : `ln(${x}) / ln(${base})`),
      double,
      call.args,
    );
  },
};

/** A DOUBLE has no digit so far from its point. */
const mostDigits = 400;

/** Returns the SQL of a number of digits, 0 without one. */
function digitsSql(call: Call): string {
  if (call.args.length === 1) return "0";
  const digits = asDouble(numberArgument(call, 1));
  return `CAST(trunc(CASE WHEN ${digits} IS NOT NULL THEN least(greatest(${digits}, -${mostDigits}), ${mostDigits}) END) AS INTEGER)`;
}

const round: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const value = numberArgument(call);
    return typed(
      `CAST(round(${value.sql}, ${digitsSql(call)}) AS ${castName(value)})`,
      value.type,
      call.args,
    );
  },
};

/** `trunc` and `truncate`: digits are cut off, also in front of the decimal point. */
function truncate(least: number): SqlFunction {
  return {
    arguments: [least, 2],
    compile(call) {
      const value = numberArgument(call), digits = digitsSql(call), scale = `pow(10, ${digits})`;
      const cut = finite([asDouble(value), scale], (x, unit) => `trunc(${x} * ${unit}) / ${unit}`);
      const sql = isInteger(value.type)
        ? `CAST(CASE WHEN ${digits} >= 0 THEN ${value.sql} ELSE ${cut} END AS ${castName(value)})`
        : `CAST(${cut} AS ${castName(value)})`;
      return typed(sql, value.type, call.args);
    },
  };
}

/** Name of the DuckDB type that holds the values of a numeric type. */
function castName({ type }: Typed): string {
  const names: Record<number, string> = {
    [Type.tinyint]: "TINYINT",
    [Type.smallint]: "SMALLINT",
    [Type.int]: "INTEGER",
    [Type.bigint]: "BIGINT",
    [Type.utinyint]: "UTINYINT",
    [Type.usmallint]: "USMALLINT",
    [Type.uint]: "UINTEGER",
    [Type.ubigint]: "UBIGINT",
    [Type.float]: "FLOAT",
  };
  return names[type.code] ?? "DOUBLE";
}

const pow = ofDouble(2, (x, y) => `pow(${x}, ${y})`);

/** The functions by name. */
export const numeric: Record<string, SqlFunction> = {
  abs,
  ceil: whole("ceil"),
  floor: whole("floor"),
  sign: {
    arguments: [1, 1],
    compile(call) {
      const value = numberArgument(call), { sql } = value;
      const signs =
        `CASE WHEN ${sql} > 0 THEN 1 WHEN ${sql} < 0 THEN -1 WHEN ${sql} = 0 THEN 0 END`;
      return typed(`CAST(${signs} AS ${castName(value)})`, value.type, call.args);
    },
  },
  round,
  trunc: truncate(1),
  truncate: truncate(2),
  log,
  ln: ofDouble(1, (x) => `ln(${x})`),
  sqrt: ofDouble(1, (x) => `sqrt(${x})`),
  pow,
  exp: ofDouble(1, (x) => `exp(${x})`),
  mod: ofDouble(2, (x, y) => `${x} % nullif(${y}, 0)`),
  sin: ofDouble(1, (x) => `sin(${x})`),
  cos: ofDouble(1, (x) => `cos(${x})`),
  tan: ofDouble(1, (x) => `tan(${x})`),
  asin: ofDouble(1, (x) => `asin(${x})`),
  acos: ofDouble(1, (x) => `acos(${x})`),
  atan: ofDouble(1, (x) => `atan(${x})`),
  degrees: ofDouble(1, (x) => `degrees(${x})`),
  radians: ofDouble(1, (x) => `radians(${x})`),
  pi: { arguments: [0, 0], compile: () => typed("pi()", double) },
  rand: {
    arguments: [0, 1],
    compile(call) {
      if (call.args.length > 0 && !isNull(call.args[0]!)) throw unsupported("RAND with a seed");
      return typed("random()", double);
    },
  },
};
