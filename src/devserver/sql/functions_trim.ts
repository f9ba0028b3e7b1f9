/**
 * Functions that take characters off the ends of text.
 *
 * @module
 */
import { type Call, type SqlFunction, textArgument } from "./function_types.ts";
import { type Script, script } from "./script.ts";
import { asText, typed } from "./typed.ts";
import { reservedBytes, sizedType, textType, Type } from "./types.ts";

const encoder = new TextEncoder();

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
export const trims: Record<string, SqlFunction> = {
  trim,
  ltrim: trimmed("ltrim"),
  rtrim: trimmed("rtrim"),
};

/** What DuckDB calls for them. */
export const trimScripts: readonly Script[] = [removeText];
