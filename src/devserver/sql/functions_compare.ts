/**
 * GREATEST and LEAST.
 *
 * @module
 */
import { numberText } from "./cast.ts";
import { type SqlFunction, wrongArgument } from "./function_types.ts";
import { asText, isNull, type Typed, typed } from "./typed.ts";
import {
  fixedType,
  isDecimal,
  isNumeric,
  isText,
  physicalType,
  sizedType,
  type SqlType,
  Type,
} from "./types.ts";

/** Length of a number as text next to texts. */
const numberLength = 23;

/** For each numeric type (the lesser code first) the one it is compared with another in; the rest need none. */
const order = [
  Type.bool,
  Type.tinyint,
  Type.smallint,
  Type.int,
  Type.bigint,
  Type.float,
  Type.double,
  Type.timestamp,
  Type.utinyint,
  Type.usmallint,
  Type.uint,
  Type.ubigint,
];
const common: number[][] = [
  [1, 2, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14],
  [0, 2, 3, 4, 5, 6, 7, 9, 3, 4, 5, 7],
  [0, 0, 3, 4, 5, 6, 7, 9, 3, 4, 5, 7],
  [0, 0, 0, 4, 5, 6, 7, 9, 4, 4, 5, 7],
  [0, 0, 0, 0, 5, 6, 7, 9, 5, 5, 5, 7],
  [0, 0, 0, 0, 0, 6, 7, 6, 6, 6, 6, 6],
  [0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7],
  [0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 7],
  [0, 0, 0, 0, 0, 0, 0, 0, 11, 12, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14],
];

function numericType(left: SqlType, right: SqlType): SqlType {
  const [a, b] = [left, right].map(({ code }) => order.indexOf(code as typeof order[number])).sort((
    x,
    y,
  ) => x - y) as [number, number];
  return fixedType(common[a]![b]!);
}

function textType(values: Typed[]): SqlType {
  const lengths = values.map(({ type }) => isText(type) ? type.length : numberLength);
  const code = values.some(({ type }) => type.code === Type.nchar) ? Type.nchar : Type.varchar;
  return sizedType(code, Math.max(...lengths));
}

/** The greatest or least argument; NULL when one of them is. Numbers next to texts are compared as texts. */
function among(name: "greatest" | "least"): SqlFunction {
  return {
    arguments: [2, 1000],
    compile(call) {
      for (const value of call.args) {
        const comparable = isText(value.type) || isNumeric(value.type) ||
          value.type.code === Type.bool || value.type.code === Type.timestamp;
        if (!comparable || isDecimal(value.type)) throw wrongArgument(call.name);
      }
      if (call.args.some(isNull)) {
        return typed("NULL::VARCHAR", sizedType(Type.varchar, 0), call.args);
      }
      const texts = call.args.some(({ type }) => isText(type));
      const type = texts
        ? textType(call.args)
        : call.args.map((value) => value.type).reduce(numericType);
      const values = call.args.map((value) =>
        texts
          ? isText(value.type) ? asText(value) : numberText(value)
          : `CAST(${value.sql} AS ${physicalType(type)})`
      );
      const nulls = values.map((sql) => `${sql} IS NULL`).join(" OR ");
      return typed(
        `CASE WHEN NOT (${nulls}) THEN ${name}(${values.join(", ")}) END`,
        type,
        call.args,
      );
    },
  };
}

/** The functions by name. */
export const comparisons: Record<string, SqlFunction> = {
  greatest: among("greatest"),
  least: among("least"),
};
