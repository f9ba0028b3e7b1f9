/**
 * The one place where values become SQL literals: for statements that the server does not prepare.
 *
 * TDengine reads a backslash in a string as an escape, so both it and the quote are escaped. Everything else stands as
 * it is; NUL cannot stand in a statement.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { InterfaceError } from "../errors.ts";
import { isInstant, Param, type SqlValue } from "./param.ts";

function quoteText(text: string, position: number): string {
  if (text.includes("\0")) throw new InterfaceError(`parameter ${position + 1}: NUL cannot stand in SQL`);
  return `'${text.replace(/['\\]/g, (mark) => mark === "'" ? "\\'" : "\\\\")}'`;
}

function quoteBytes(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return `'\\x${hex}'`;
}

function numberText(value: number, position: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  throw new InterfaceError(`parameter ${position + 1}: SQL has no literal for ${value}`);
}

function dateText(date: Date, position: number): string {
  if (Number.isNaN(date.getTime())) throw new InterfaceError(`parameter ${position + 1}: invalid Date`);
  return `'${date.toISOString()}'`;
}

function paramText(param: Param, position: number, codec: Codec): string {
  const { value, precision, type } = param;
  if (value === null) return "NULL";
  if (precision !== null) return `'${codec.formatTimestamp(value as bigint, precision)}'`;
  return type === "DECIMAL" ? String(value) : formatLiteral(value, position, codec);
}

/**
 * A value as an SQL literal.
 *
 * @param value The value.
 * @param position Its place among the parameters, from 0, for messages.
 * @param codec Formats timestamps.
 * @throws {InterfaceError} when the value has no literal; the message names the parameter.
 */
export function formatLiteral(value: SqlValue, position: number, codec: Codec): string {
  switch (typeof value) {
    case "string":
      return quoteText(value, position);
    case "number":
      return numberText(value, position);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
  }
  if (value === null) return "NULL";
  if (value instanceof Date) return dateText(value, position);
  if (value instanceof Uint8Array) return quoteBytes(value);
  if (value instanceof Param) return paramText(value, position, codec);
  if (isInstant(value)) return `'${codec.formatTimestamp(value.epochNanoseconds, "ns")}'`;
  throw new InterfaceError(`parameter ${position + 1}: a value of this kind cannot stand in SQL`);
}

/** The statement with literals in the places of its placeholders. */
export function insertLiterals(
  sql: string,
  placeholders: readonly number[],
  params: readonly SqlValue[],
  codec: Codec,
): string {
  let text = "";
  let from = 0;
  placeholders.forEach((at, i) => {
    text += sql.slice(from, at);
    // Behind a minus the sign of a negative number would begin a comment, behind a word a number would go on with it.
    if (/[-\w]$/.test(text)) text += " ";
    text += formatLiteral(params[i]!, i, codec);
    from = at + 1;
  });
  return text + sql.slice(from);
}
