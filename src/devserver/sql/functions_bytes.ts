/**
 * Functions of the bytes of text: characters by number, checksums and encodings.
 *
 * @module
 */
import { type SqlFunction, textArgument, wrongArgument } from "./function_types.ts";
import { callSql, type Script, script } from "./script.ts";
import { asBytes, asText, isNull, typed } from "./typed.ts";
import {
  fixedType,
  isInteger,
  isNumeric,
  isText,
  reservedBytes,
  sizedType,
  textType,
  Type,
} from "./types.ts";

/** The bytes of a number, the greatest first. */
const bytesOf = script("char", ["BIGINT"], "BLOB", (value) => {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(32, value); rest > 0n || bytes.length === 0; rest >>= 8n) {
    bytes.unshift(Number(rest & 0xffn));
  }
  return new Uint8Array(bytes);
});

const char: SqlFunction = {
  arguments: [1, 1000],
  compile(call) {
    const parts = call.args.map((value) => {
      if (!isText(value.type) && !isNumeric(value.type)) throw wrongArgument(call.name);
      const number = isNull(value)
        ? "NULL"
        : isText(value.type)
        ? `coalesce(TRY_CAST(trunc(TRY_CAST(${asText(value)} AS DOUBLE)) AS BIGINT), 0)`
        : `CAST(trunc(${value.sql}) AS BIGINT)`;
      return `coalesce(${callSql(bytesOf, number)}, ''::BLOB)`;
    });
    return typed(
      `(${parts.join(" || ")})`,
      textType(Type.varchar, 4 * call.args.length + 2),
      [],
      true,
    );
  },
};

/** The first byte of the text, 0 for an empty one. */
const ascii: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const text = asText(textArgument(call));
    return typed(
      `CASE WHEN ${text} = '' THEN 0 ELSE CAST('0x' || left(hex(encode(${text})), 2) AS UTINYINT) END`,
      fixedType(Type.utinyint),
      call.args,
    );
  },
};

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const crcOf = script("crc32", ["BLOB"], "UINTEGER", (bytes) => {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = crcTable[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
});

/** The checksum of text, of bytes, or of the digits of a number. */
const crc32: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = call.args[0]!;
    const digits = value.literal?.kind === "float" ? `'${value.literal.text}'` : null;
    if (
      digits === null && !isNull(value) && !isText(value.type) && !isInteger(value.type) &&
      value.type.code !== Type.varbinary
    ) throw wrongArgument(call.name);
    const sql = digits !== null || isInteger(value.type)
      ? `encode(${digits ?? `CAST(${value.sql} AS VARCHAR)`})`
      : asBytes(value);
    return typed(callSql(crcOf, sql), fixedType(Type.uint), call.args);
  },
};

const toBase64: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = textArgument(call);
    const reserved = Math.floor((reservedBytes(value.type) * 4) / 3) + 2;
    return typed(
      `to_base64(encode(${asText(value)}))`,
      textType(Type.varchar, reserved),
      call.args,
    );
  },
};

/** The functions by name. */
export const bytes: Record<string, SqlFunction> = {
  char,
  ascii,
  to_base64: toBase64,
  md5: {
    arguments: [1, 1],
    compile(call) {
      const value = textArgument(call);
      return typed(`md5(${asBytes(value)})`, sizedType(Type.varchar, 32), call.args);
    },
  },
  crc32,
};

/** What DuckDB calls for them. */
export const byteScripts: readonly Script[] = [bytesOf, crcOf];
