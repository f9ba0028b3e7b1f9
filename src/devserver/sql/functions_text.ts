/**
 * Functions of text.
 *
 * @module
 */
import {
  type Call,
  functionError,
  numberArgument,
  type SqlFunction,
  textArgument,
  wrongArgument,
} from "./function_types.ts";
import { callSql, type Script, script } from "./script.ts";
import { asBytes, asText, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, isNumeric, isText, sizedType, type SqlType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);
const encoder = new TextEncoder();

/** Returns the bytes the server reserves for values of a text type: two for the length, four for each NCHAR character. */
function reservedBytes({ code, length }: SqlType): number {
  return length * (code === Type.nchar ? 4 : 1) + 2;
}

/** Returns the text type of a code for which so many bytes are reserved. */
function textType(code: number, reserved: number): SqlType {
  return sizedType(code, Math.floor((reserved - 2) / (code === Type.nchar ? 4 : 1)));
}

/** A function of text to text of the same type. */
function sameType(sql: (argument: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile: (call) =>
      typed(sql(asText(textArgument(call))), textArgument(call).type, call.args),
  };
}

/** Puts texts together; a separator is counted as often as it is put between two. */
function joined(separated: boolean): SqlFunction {
  return {
    arguments: separated ? [3, 9] : [2, 8],
    compile(call) {
      const values = call.args.map((_, index) => textArgument(call, index));
      if (values.some(isNull)) return typed("NULL::VARCHAR", sizedType(Type.varchar, 0), values);
      const code = values.some(({ type }) => type.code === Type.nchar) ? Type.nchar : Type.varchar;
      const reserved = values.map(({ type }) =>
        reservedBytes(type) * (code === Type.nchar && type.code === Type.varchar ? 4 : 1)
      );
      const total = reserved.reduce((sum, bytes) => sum + bytes, 0) +
        (separated ? reserved[0]! * (values.length - 3) : 0);
      const [first, ...rest] = values.map(asText);
      const sql = separated
        ? `(${rest.join(` || ${first} || `)})`
        : `(${[first, ...rest].join(" || ")})`;
      return typed(sql, textType(code, total), call.args);
    },
  };
}

/** `substr(text, place[, length])`: places from 1, or from the end when negative; none at 0. */
const substr: SqlFunction = {
  arguments: [2, 3],
  compile(call) {
    const value = textArgument(call), text = asText(value);
    const [place, length] = [1, 2].map((index) => {
      if (index >= call.args.length) return null;
      const { type, sql } = numberArgument(call, index);
      if (!isInteger(type)) throw wrongArgument(call.name);
      return `CAST(${sql} AS BIGINT)`;
    }) as [string, string | null];
    const part = length === null
      ? `substr(${text}, ${place})`
      : `CASE WHEN ${length} < 1 THEN '' WHEN ${length} IS NOT NULL THEN substr(${text}, ${place}, ${length}) END`;
    return typed(
      `CASE WHEN ${place} = 0 OR -${place} > length(${text}) THEN '' ELSE ${part} END`,
      value.type,
      call.args,
    );
  },
};

/** Cuts text where a delimiter stands for the n-th time, from the end when n is negative. */
const substringIndex: SqlFunction = {
  arguments: [3, 3],
  compile(call) {
    const [value, delimiter] = [textArgument(call), asText(textArgument(call, 1))];
    const count = numberArgument(call, 2);
    if (!isInteger(count.type)) throw wrongArgument(call.name);
    const parts = `string_split(${asText(value)}, ${delimiter})`, n = `CAST(${count.sql} AS BIGINT)`;
    return typed(
      `CASE WHEN ${delimiter} = '' OR ${n} = 0 THEN '' WHEN ${n} > 0 THEN array_to_string(${parts}[1:${n}], ${delimiter}) WHEN ${n} < 0 THEN array_to_string(${parts}[-least(-${n}, len(${parts})):], ${delimiter}) END`,
      value.type,
      call.args,
    );
  },
};

/** Bytes: NCHAR counts four a character. */
const length: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = call.args[0]!;
    if (!isText(value.type) && value.type.code !== Type.varbinary) throw wrongArgument(call.name);
    const sql = isNull(value)
      ? "NULL::BIGINT"
      : value.type.code === Type.nchar
      ? `(length(${value.sql}) * 4)`
      : `octet_length(${asBytes(value)})`;
    return typed(sql, bigint, call.args);
  },
};

const replace: SqlFunction = {
  arguments: [3, 3],
  compile(call) {
    const [value, from, to] = [0, 1, 2].map((index) => textArgument(call, index)) as [
      Typed,
      Typed,
      Typed,
    ];
    const whole = reservedBytes(value.type), removed = reservedBytes(from.type);
    const put = reservedBytes(to.type) *
      (value.type.code === Type.nchar && to.type.code !== Type.nchar ? 4 : 1);
    const reserved = Math.max(whole, whole + Math.floor(whole / removed) * (put - removed));
    return typed(
      `CASE WHEN ${asText(from)} = '' THEN ${asText(value)} ELSE replace(${asText(value)}, ${
        asText(from)
      }, ${asText(to)}) END`,
      textType(value.type.code, reserved),
      call.args,
    );
  },
};

const longestText = 65517;

const repeat: SqlFunction = {
  arguments: [2, 2],
  compile(call) {
    const value = textArgument(call), count = numberArgument(call, 1);
    if (!isInteger(count.type)) throw wrongArgument(call.name);
    const times = count.literal?.kind === "integer" ? Math.max(Number(count.literal.value), 1) : null;
    const reserved = times === null ? longestText + 2 : reservedBytes(value.type) * times;
    if (reserved > longestText * 64) throw functionError("Function repeat result is too long");
    return typed(
      `repeat(${asText(value)}, greatest(CAST(${count.sql} AS BIGINT), 0))`,
      textType(value.type.code, reserved),
      call.args,
    );
  },
};

const removeText = script(
  "trim",
  ["VARCHAR", "VARCHAR", "VARCHAR"],
  "VARCHAR",
  (sides, removed, value) => {
    if (removed === "") return value;
    let from = 0, to = value.length;
    while (sides !== "trailing" && value.startsWith(removed, from) && from + removed.length <= to) {
      from += removed.length;
    }
    while (sides !== "leading" && to - removed.length >= from && value.endsWith(removed, to)) {
      to -= removed.length;
    }
    return value.slice(from, to);
  },
);

/** The parser gives the side as the first argument: `trim(leading 'x' from text)`. */
const trim: SqlFunction = {
  arguments: [1, 3],
  compile(call) {
    const last = call.args.length - 1, value = textArgument(call, last);
    const side = call.args.length > 1 && call.args[0]!.literal?.kind === "string"
      ? call.args[0]!.literal.value
      : "both";
    const removed = call.args.length > 2 ? asText(textArgument(call, 1)) : "' '";
    const reserved = reservedBytes(value.type) * (value.type.code === Type.nchar ? 4 : 1);
    return typed(
      `${removeText.name}('${side}', ${removed}, ${asText(value)})`,
      textType(value.type.code, reserved),
      call.args,
    );
  },
};

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
    if (digits === null && !isNull(value) && !isText(value.type) && !isInteger(value.type) &&
      value.type.code !== Type.varbinary) throw wrongArgument(call.name);
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

/** `position(part in text)`: from 1, 0 when it is not there. */
const position: SqlFunction = {
  arguments: [2, 2],
  compile: (call) =>
    typed(
      `strpos(${asText(textArgument(call, 1))}, ${asText(textArgument(call))})`,
      bigint,
      call.args,
    ),
};

/** `ltrim` and `rtrim`: of a constant, the spaces are not reserved either. */
function trimmed(name: "ltrim" | "rtrim"): SqlFunction {
  return {
    arguments: [1, 1],
    compile(call: Call) {
      const value = textArgument(call);
      const { literal } = value;
      const type = literal?.kind === "string"
        ? sizedType(
          Type.varchar,
          encoder.encode(name === "ltrim" ? literal.value.trimStart() : literal.value.trimEnd())
            .length,
        )
        : value.type;
      return typed(`${name}(${asText(value)})`, type, call.args);
    },
  };
}

/** The functions by name. */
export const text: Record<string, SqlFunction> = {
  lower: sameType((x) => `lower(${x})`),
  upper: sameType((x) => `upper(${x})`),
  ltrim: trimmed("ltrim"),
  rtrim: trimmed("rtrim"),
  trim,
  length,
  char_length: {
    arguments: [1, 1],
    compile: (call) => typed(`length(${asText(textArgument(call))})`, bigint, call.args),
  },
  concat: joined(false),
  concat_ws: joined(true),
  substr,
  substring: substr,
  substring_index: substringIndex,
  replace,
  repeat,
  position,
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
export const textScripts: readonly Script[] = [removeText, bytesOf, crcOf];
