/**
 * Functions of text.
 *
 * @module
 */
import {
  functionError,
  numberArgument,
  type SqlFunction,
  textArgument,
  wrongArgument,
} from "./function_types.ts";
import { bytes } from "./functions_bytes.ts";
import { trims } from "./functions_trim.ts";
import { asBytes, asText, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isInteger, isText, reservedBytes, sizedType, textType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);

/** A function of text to text of the same type. */
function sameType(sql: (argument: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile: (call) => typed(sql(asText(textArgument(call))), textArgument(call).type, call.args),
  };
}

/** Puts texts together; a separator is counted as often as it is put between two. */
function joined(separated: boolean): SqlFunction {
  return {
    arguments: separated ? [3, 9] : [2, 8],
    compile(call) {
      const values = call.args.map((_, index) => textArgument(call, index));
      if (separated && values[0]!.literal === undefined) throw wrongArgument(call.name);
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
    const parts = `string_split(${asText(value)}, ${delimiter})`,
      n = `CAST(${count.sql} AS BIGINT)`;
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
    const times = count.literal?.kind === "integer"
      ? Math.max(Number(count.literal.value), 1)
      : null;
    const reserved = times === null ? longestText + 2 : reservedBytes(value.type) * times;
    if (reserved > longestText * 64) throw functionError("Function repeat result is too long");
    return typed(
      `repeat(${asText(value)}, greatest(CAST(${count.sql} AS BIGINT), 0))`,
      textType(value.type.code, reserved),
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

/** The functions by name. */
export const text: Record<string, SqlFunction> = {
  ...bytes,
  ...trims,
  lower: sameType((x) => `lower(${x})`),
  upper: sameType((x) => `upper(${x})`),
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
};

/** What DuckDB calls for them. */
