/**
 * Functions of numbers.
 *
 * @module
 */
import { type Call, type SqlFunction, wrongArgument } from "./function_types.ts";
import { asDouble, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isNumeric, Type } from "./types.ts";

const double = fixedType(Type.double);

function number(call: Call, index: number): Typed {
  const value = call.args[index]!;
  if (!isNumeric(value.type) && !isNull(value)) throw wrongArgument(call.name);
  return value;
}

/** A function whose result has its argument's type. */
function sameType(sql: (argument: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile(call) {
      const value = number(call, 0);
      return typed(
        isNull(value) ? "NULL::DOUBLE" : sql(value.sql),
        isNull(value) ? double : value.type,
        call.args,
      );
    },
  };
}

/** A function of one DOUBLE to a DOUBLE. */
function ofDouble(sql: (argument: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile: (call) => typed(sql(asDouble(number(call, 0))), double, call.args),
  };
}

/** Gives NaN instead of DuckDB's error outside the function's domain. */
function within(domain: (x: string) => string, sql: (x: string) => string): SqlFunction {
  return ofDouble((x) =>
    `CASE WHEN ${domain(x)} THEN ${sql(x)} WHEN ${x} IS NOT NULL THEN 'nan'::DOUBLE END`
  );
}

function logSql(x: string): string {
  return `CASE WHEN ${x} > 0 THEN ln(${x}) WHEN ${x} = 0 THEN '-inf'::DOUBLE WHEN ${x} IS NOT NULL THEN 'nan'::DOUBLE END`;
}

const log: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const x = logSql(asDouble(number(call, 0)));
    return typed(
      call.args.length === 1 ? x : `(${x}) / (${logSql(asDouble(number(call, 1)))})`,
      double,
      call.args,
    );
  },
};

const round: SqlFunction = {
  arguments: [1, 2],
  compile(call) {
    const value = number(call, 0);
    const digits = call.args.length === 1 ? "0" : `CAST(${number(call, 1).sql} AS INTEGER)`;
    return typed(
      isNull(value) ? "NULL::DOUBLE" : `round(${value.sql}, ${digits})`,
      isNull(value) ? double : value.type,
      call.args,
    );
  },
};

const pow: SqlFunction = {
  arguments: [2, 2],
  compile: (call) =>
    typed(`pow(${asDouble(number(call, 0))}, ${asDouble(number(call, 1))})`, double, call.args),
};
const mod: SqlFunction = {
  arguments: [2, 2],
  compile: (call) =>
    typed(
      `(${asDouble(number(call, 0))} % nullif(${asDouble(number(call, 1))}, 0))`,
      double,
      call.args,
    ),
};

/** The functions by name. */
export const numeric: Record<string, SqlFunction> = {
  abs: sameType((x) => `abs(${x})`),
  ceil: sameType((x) => `ceil(${x})`),
  floor: sameType((x) => `floor(${x})`),
  round,
  sqrt: within((x) => `${x} >= 0`, (x) => `sqrt(${x})`),
  pow,
  power: pow,
  mod,
  log,
  ln: log,
  exp: ofDouble((x) => `exp(${x})`),
  sin: ofDouble((x) => `sin(${x})`),
  cos: ofDouble((x) => `cos(${x})`),
  tan: ofDouble((x) => `tan(${x})`),
  asin: within((x) => `${x} BETWEEN -1 AND 1`, (x) => `asin(${x})`),
  acos: within((x) => `${x} BETWEEN -1 AND 1`, (x) => `acos(${x})`),
  atan: ofDouble((x) => `atan(${x})`),
  degrees: ofDouble((x) => `degrees(${x})`),
  radians: ofDouble((x) => `radians(${x})`),
  sign: sameType((x) => `CASE WHEN ${x} > 0 THEN 1 WHEN ${x} < 0 THEN -1 WHEN ${x} = 0 THEN 0 END`),
  pi: { arguments: [0, 0], compile: () => typed("pi()", double) },
};
