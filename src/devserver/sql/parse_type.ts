/**
 * Parses data types and column definitions.
 *
 * @module
 */
import type { ColumnDefinition } from "./ast.ts";
import type { TokenStream } from "./token_stream.ts";
import { decimalType, fixedType, isSized, sizedType, type SqlType, Type } from "./types.ts";

const fixed: Record<string, number> = {
  timestamp: Type.timestamp,
  bool: Type.bool,
  tinyint: Type.tinyint,
  smallint: Type.smallint,
  int: Type.int,
  integer: Type.int,
  bigint: Type.bigint,
  float: Type.float,
  double: Type.double,
  json: Type.json,
  blob: Type.blob,
};

const unsigned: Record<number, number> = {
  [Type.tinyint]: Type.utinyint,
  [Type.smallint]: Type.usmallint,
  [Type.int]: Type.uint,
  [Type.bigint]: Type.ubigint,
};

const sized: Record<string, number> = {
  varchar: Type.varchar,
  binary: Type.varchar,
  nchar: Type.nchar,
  varbinary: Type.varbinary,
  geometry: Type.geometry,
};

/** Parses a data type; the length is 0 where none is given, and -1 where 0 is. The digits of a DECIMAL are not checked. */
export function parseType(stream: TokenStream): SqlType {
  const token = stream.token;
  if (token.kind !== "name") stream.fail();
  const code = fixed[token.text];
  if (code !== undefined) {
    stream.next();
    return fixedType(stream.acceptWord("unsigned") ? unsigned[code] ?? stream.fail(token) : code);
  }
  const variable = sized[token.text];
  if (variable !== undefined) {
    stream.next();
    return sizedType(
      variable,
      stream.isOperator("(") ? stream.parenthesised(() => stream.integer())[0]! || -1 : 0,
    );
  }
  if (token.text !== "decimal") stream.fail();
  stream.next();
  stream.expectOperator("(");
  const precision = stream.integer();
  const scale = stream.acceptOperator(",") ? stream.integer() : 0;
  stream.expectOperator(")");
  return decimalType(precision, scale);
}

/** Parses `name type`, with the options a column may carry. */
export function parseColumnDefinition(stream: TokenStream): ColumnDefinition {
  const name = stream.name(), type = parseType(stream);
  if (isSized(type) && type.length === 0) stream.fail();
  const storage: NonNullable<ColumnDefinition["storage"]> = {};
  let isPrimaryKey = false;
  for (;;) {
    const option = (["encode", "compress", "level"] as const).find((word) =>
      stream.acceptWord(word)
    );
    if (option !== undefined) storage[option] = stream.next().text;
    else if (stream.acceptWord("comment")) stream.next();
    else if (stream.acceptWords("primary", "key") || stream.acceptWords("composite", "key")) {
      isPrimaryKey = true;
    } else {
      return {
        name,
        type,
        ...(Object.keys(storage).length === 0 ? {} : { storage }),
        ...(isPrimaryKey ? { isPrimaryKey } : {}),
      };
    }
  }
}
