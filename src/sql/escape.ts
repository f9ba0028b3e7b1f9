/**
 * The one place where values become SQL literals: for statements that the server does not prepare.
 *
 * TDengine reads a backslash in a string as an escape, so both it and the quote are escaped. Everything else stands as
 * it is; NUL cannot stand in a statement. A literal never touches what stands before or behind it: a minus would make a
 * comment of `-3`, a quote would go on into the next string, a letter would become part of a number.
 *
 * The literal of bytes is `'\x…'`, which the server reads as bytes where it expects VARBINARY, and as that very text where
 * it expects VARCHAR; so bytes that are said to be text are written as text. GEOMETRY has no literal but WKT.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import type { DataTypeName } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { encodeHex } from "../internal/bytes.ts";
import { isWellFormed } from "../internal/text.ts";
import { isDecimalText, isInstant, Param, type SqlValue } from "./param.ts";

/** What writes a timestamp as RFC 3339. */
type TimestampFormat = Pick<Codec, "formatTimestamp">;

function quoteText(text: string, position: number): string {
  if (text.includes("\0")) {
    throw new InterfaceError(`parameter ${position + 1}: NUL cannot stand in SQL`);
  }
  // UTF-8 has no half of a surrogate pair: it would arrive as another character.
  if (!isWellFormed(text)) {
    throw new InterfaceError(
      `parameter ${position + 1}: half a surrogate pair cannot stand in SQL`,
    );
  }
  return `'${text.replace(/['\\]/g, (mark) => mark === "'" ? "\\'" : "\\\\")}'`;
}

function quoteBytes(bytes: Uint8Array): string {
  return bytes.length === 0 ? "''" : `'\\x${encodeHex(bytes)}'`;
}

function quoteUtf8(bytes: Uint8Array, position: number): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InterfaceError(
      `parameter ${position + 1}: bytes that are not UTF-8 cannot stand in SQL as text`,
    );
  }
  return quoteText(text, position);
}

function numberText(value: number, position: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  throw new InterfaceError(`parameter ${position + 1}: SQL has no literal for ${value}`);
}

/** The server would take more digits for a DOUBLE. */
function integerText(value: bigint, position: number): string {
  if (value >= -(2n ** 63n) && value < 2n ** 64n) return value.toString();
  throw new InterfaceError(
    `parameter ${position + 1}: the bigint fits neither BIGINT nor BIGINT UNSIGNED`,
    { hint: "param.decimal() takes any number of digits, for DECIMAL." },
  );
}

function dateText(date: Date, position: number): string {
  if (Number.isNaN(date.getTime())) {
    throw new InterfaceError(`parameter ${position + 1}: invalid Date`);
  }
  return `'${date.toISOString()}'`;
}

const textTypes: ReadonlySet<DataTypeName> = new Set(["VARCHAR", "NCHAR", "JSON"]);

/** The one text that stands without quotes, so it is checked here again. */
function decimalText(value: Param["value"], position: number): string {
  if (typeof value === "string" && isDecimalText(value)) return value;
  throw new InterfaceError(`parameter ${position + 1}: not the text of a decimal`);
}

function paramText(param: Param, position: number, codec: TimestampFormat): string {
  const { value, precision, type } = param;
  if (value === null) return "NULL";
  if (precision !== null) return `'${codec.formatTimestamp(value as bigint, precision)}'`;
  if (type === "DECIMAL") return decimalText(value, position);
  if (value instanceof Uint8Array && textTypes.has(type)) return quoteUtf8(value, position);
  return formatLiteral(value, position, codec);
}

/**
 * A value as an SQL literal.
 *
 * @param value The value.
 * @param position Its place among the parameters, from 0, for messages.
 * @param codec Formats timestamps.
 * @throws {InterfaceError} when the value has no literal; the message names the parameter.
 */
export function formatLiteral(value: SqlValue, position: number, codec: TimestampFormat): string {
  switch (typeof value) {
    case "string":
      return quoteText(value, position);
    case "number":
      return numberText(value, position);
    case "bigint":
      return integerText(value, position);
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

/** Characters that a literal may touch, in front and behind. */
const opens = /[\s(,]/;
const closes = /[\s),;]/;

/** The statement with literals in the places of its placeholders. */
export function insertLiterals(
  sql: string,
  placeholders: readonly number[],
  params: readonly SqlValue[],
  codec: TimestampFormat,
): string {
  let text = "";
  let from = 0;
  placeholders.forEach((at, i) => {
    const before = at === 0 || opens.test(sql[at - 1]!) ? "" : " ";
    const behind = at + 1 === sql.length || closes.test(sql[at + 1]!) ? "" : " ";
    text += sql.slice(from, at) + before + formatLiteral(params[i]!, i, codec) + behind;
    from = at + 1;
  });
  return text + sql.slice(from);
}
