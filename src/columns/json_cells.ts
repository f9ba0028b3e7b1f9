/**
 * JSON texts → values.
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import type { Field } from "../types.ts";
import type { JsonValue } from "../value_modes.ts";
import { cellLabel } from "./column_base.ts";

/**
 * Makes a parser for the cells of one column. Equal texts are parsed once (JSON cells are tags: whole tables have the
 * same), and the value they share is frozen.
 */
export function jsonParser(
  field: Field,
): (text: string | Uint8Array, row: number) => JsonValue | Uint8Array {
  const parsed = new Map<string, JsonValue>();
  return (text, row) => {
    // Only `text: "bytes"` gives bytes here: the cell is no text, hence no JSON.
    if (typeof text !== "string") return text;
    let value = parsed.get(text);
    if (value === undefined) {
      value = parse(text, field, row);
      parsed.set(text, value);
    }
    return value;
  };
}

function parse(text: string, field: Field, row: number): JsonValue {
  try {
    return JSON.parse(text, (_key, value) => Object.freeze(value)) as JsonValue;
  } catch (cause) {
    throw new CodecError(`${cellLabel(field, row)}: the cell is not JSON; choose json: "text"`, {
      cause,
    });
  }
}
