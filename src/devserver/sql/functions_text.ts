/**
 * Functions of text, and about the session.
 *
 * @module
 */
import { quoteText } from "../store.ts";
import { type Call, type SqlFunction, wrongArgument } from "./function_types.ts";
import { asBytes, asText, isNull, type Typed, typed } from "./typed.ts";
import { fixedType, isText, sizedType, type SqlType, Type } from "./types.ts";

const bigint = fixedType(Type.bigint);

function textArgument(call: Call, index: number): Typed {
  const value = call.args[index]!;
  if (!isText(value.type)) throw wrongArgument(call.name);
  return value;
}

/** A function of text to text of the same declared length. */
function sameLength(sql: (argument: string) => string): SqlFunction {
  return {
    arguments: [1, 1],
    compile: (call) =>
      typed(sql(asText(textArgument(call, 0))), textArgument(call, 0).type, call.args),
  };
}

/** The declared length of texts put together: VARCHARs carry a head of two bytes, of which one is left over. */
function joinedType(values: Typed[], separator: Typed | null): SqlType {
  const wide = values.some(({ type }) => type.code === Type.nchar);
  const unit = wide ? 4 : 1;
  const bytes = (value: Typed): number =>
    value.type.length * (wide || value.type.code === Type.nchar ? 4 : 1) + 2;
  let total = values.reduce((sum, value) => sum + bytes(value), -2);
  if (separator !== null) total += bytes(separator) * (values.length - 1);
  return sizedType(wide ? Type.nchar : Type.varchar, Math.floor(total / unit));
}

const concat: SqlFunction = {
  arguments: [2, 8],
  compile(call) {
    const values = call.args.map((_, index) => textArgument(call, index));
    return typed(`(${values.map(asText).join(" || ")})`, joinedType(values, null), call.args);
  },
};

const concatWs: SqlFunction = {
  arguments: [3, 9],
  compile(call) {
    const [separator, ...values] = call.args.map((_, index) => textArgument(call, index)) as [
      Typed,
      ...Typed[],
    ];
    return typed(
      `concat_ws(${call.args.map(asText).join(", ")})`,
      joinedType(values, separator),
      call.args,
    );
  },
};

const substr: SqlFunction = {
  arguments: [2, 3],
  compile(call) {
    const value = textArgument(call, 0);
    const places = call.args.slice(1).map(({ sql }) => `CAST(${sql} AS BIGINT)`);
    return typed(`substr(${[asText(value), ...places].join(", ")})`, value.type, call.args);
  },
};

const length: SqlFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = textArgument(call, 0);
    return typed(
      isNull(value)
        ? "NULL::BIGINT"
        : value.type.code === Type.nchar
        ? `(length(${value.sql}) * 4)`
        : `octet_length(${asBytes(value)})`,
      bigint,
      call.args,
    );
  },
};

const charLength: SqlFunction = {
  arguments: [1, 1],
  compile: (call) => typed(`length(${asText(textArgument(call, 0))})`, bigint, call.args),
};

const replace: SqlFunction = {
  arguments: [3, 3],
  compile(call) {
    const [value, from, to] = [0, 1, 2].map((index) => textArgument(call, index)) as [
      Typed,
      Typed,
      Typed,
    ];
    const type = sizedType(
      value.type.code,
      Math.max(value.type.length, value.type.length * Math.max(1, to.type.length)),
    );
    return typed(`replace(${asText(value)}, ${asText(from)}, ${asText(to)})`, type, call.args);
  },
};

/** A fact about the session, as constant text. */
function fact(text: (call: Call) => string | null): SqlFunction {
  return {
    arguments: [0, 0],
    compile(call) {
      const value = text(call);
      return {
        sql: value === null ? "NULL::VARCHAR" : quoteText(value),
        type: sizedType(Type.varchar, new TextEncoder().encode(value ?? "").length),
        bytes: false,
        constant: false,
      };
    },
  };
}

/** The functions by name. */
export const text: Record<string, SqlFunction> = {
  lower: sameLength((x) => `lower(${x})`),
  upper: sameLength((x) => `upper(${x})`),
  ltrim: sameLength((x) => `ltrim(${x})`),
  rtrim: sameLength((x) => `rtrim(${x})`),
  trim: sameLength((x) => `trim(${x})`),
  length,
  char_length: charLength,
  concat,
  concat_ws: concatWs,
  substr,
  substring: substr,
  replace,
  database: fact(({ scope }) => scope.database),
  server_version: fact(({ scope }) => scope.version),
  client_version: fact(({ scope }) => scope.version),
  current_user: fact(() => "root@127.0.0.1"),
  user: fact(() => "root@127.0.0.1"),
  timezone: fact(({ scope }) => scope.timeZone),
  server_status: { arguments: [0, 0], compile: () => typed("1::INTEGER", fixedType(Type.int)) },
};
