/**
 * GREATEST and LEAST.
 *
 * @module
 */
import { numberText } from "./cast.ts";
import { type SqlFunction, wrongArgument } from "./function_types.ts";
import { asText, isNull, typed } from "./typed.ts";
import {
  fixedType,
  isDecimal,
  isNumeric,
  isText,
  physicalType,
  reservedBytes,
  sizedType,
  type SqlType,
  textType,
  Type,
} from "./types.ts";

/** Bytes of a number as text next to texts. */
const numberBytes = 25;

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

/** The type two arguments are compared in: a number next to text as text, unlike texts as VARCHAR. */
function comparedType(left: SqlType, right: SqlType): SqlType {
  if (!isText(left) && !isText(right)) return numericType(left, right);
  const code = isText(left) ? (left.code === right.code ? left.code : Type.varchar) : right.code;
  const bytes = (type: SqlType): number => isText(type) ? reservedBytes(type) : numberBytes;
  return textType(
    isText(left) && !isText(right) ? left.code : code,
    Math.max(bytes(left), bytes(right)),
  );
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
      const type = call.args.map((value) => value.type).reduce(comparedType);
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
