/**
 * The type of a CASE: one that shows the values of all its results.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { Code, unsupported } from "./errors.ts";
import {
  fixedType,
  isDecimal,
  isText,
  reservedBytes,
  sizedType,
  type SqlType,
  textType,
  Type,
} from "./types.ts";

/** Bytes for a number among texts. */
const numberBytes = 65;

const codes = [
  Type.bool,
  Type.tinyint,
  Type.smallint,
  Type.int,
  Type.bigint,
  Type.float,
  Type.double,
  Type.varchar,
  Type.timestamp,
  Type.nchar,
  Type.utinyint,
  Type.usmallint,
  Type.uint,
  Type.ubigint,
];

/** For each type (the lesser code first) the one it is shown in next to another. */
const shown: number[][] = [
  [1, 2, 3, 4, 5, 6, 7, 8, 5, 10, 11, 12, 13, 14],
  [0, 2, 3, 4, 5, 8, 8, 8, 5, 10, 3, 4, 5, 8],
  [0, 0, 3, 4, 5, 8, 8, 8, 5, 10, 3, 4, 5, 8],
  [0, 0, 0, 4, 5, 8, 8, 8, 5, 10, 4, 4, 5, 8],
  [0, 0, 0, 0, 5, 8, 8, 8, 5, 10, 5, 5, 5, 8],
  [0, 0, 0, 0, 0, 6, 7, 8, 8, 10, 8, 8, 8, 8],
  [0, 0, 0, 0, 0, 0, 7, 8, 8, 10, 8, 8, 8, 8],
  [0, 0, 0, 0, 0, 0, 0, 8, 8, 10, 8, 8, 8, 8],
  [0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 5, 5, 5, 8],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 10, 10, 10, 10],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 12, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 14],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14],
];

/** Returns the type that shows the values of both types; throws where there is none. */
function shownType(left: SqlType, right: SqlType): SqlType {
  if (left.code === right.code) return right.length > left.length ? right : left;
  if (isDecimal(left) || isDecimal(right)) throw unsupported("a CASE of DECIMAL and another type");
  const [lesser, greater] = [left, right].map(({ code }) => code).toSorted((x, y) => x - y);
  if (lesser === Type.varchar && greater === Type.varbinary) {
    return sizedType(Type.varbinary, Math.max(left.length, right.length));
  }
  const [a, b] = [left, right].map(({ code }) => codes.indexOf(code as typeof codes[number]))
    .toSorted((x, y) => x - y) as [number, number];
  if (a < 0) throw new ServerError(Code.scalarConvert, "Cannot convert to specific type");
  const type = fixedType(shown[a]![b]!);
  if (!isText(type)) return type;
  const texts = [left, right].filter(isText).map(reservedBytes);
  const number = texts.length < 2 ? numberBytes * (type.code === Type.nchar ? 4 : 1) : 0;
  return textType(type.code, Math.max(...texts, number));
}

/** Returns the type of a CASE whose results, NULL apart, have these types. */
export function caseType(types: SqlType[]): SqlType {
  return types.length === 0 ? sizedType(Type.varchar, 0) : types.reduce(shownType);
}
