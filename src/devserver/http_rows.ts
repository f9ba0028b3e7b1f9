/**
 * Rows as the REST interface prints them (protocol.md §1.5). Text is made one character a byte: VARCHAR values are
 * copied as they are, also where they are not UTF-8, so the body is bytes, not characters.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { TypeCode } from "./blocks.ts";
import type { Cell, EngineField, RowSet } from "./engine.ts";
import { TimeFormatter } from "./http_time.ts";

const TYPE_NAMES: Record<number, string> = {
  [TypeCode.Null]: "NULL",
  [TypeCode.Bool]: "BOOL",
  [TypeCode.TinyInt]: "TINYINT",
  [TypeCode.SmallInt]: "SMALLINT",
  [TypeCode.Int]: "INT",
  [TypeCode.BigInt]: "BIGINT",
  [TypeCode.Float]: "FLOAT",
  [TypeCode.Double]: "DOUBLE",
  [TypeCode.Varchar]: "VARCHAR",
  [TypeCode.Timestamp]: "TIMESTAMP",
  [TypeCode.Nchar]: "NCHAR",
  [TypeCode.UTinyInt]: "TINYINT UNSIGNED",
  [TypeCode.USmallInt]: "SMALLINT UNSIGNED",
  [TypeCode.UInt]: "INT UNSIGNED",
  [TypeCode.UBigInt]: "BIGINT UNSIGNED",
  [TypeCode.Json]: "JSON",
  [TypeCode.Varbinary]: "VARBINARY",
  [TypeCode.Blob]: "BLOB",
  [TypeCode.Geometry]: "GEOMETRY",
};

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Text as the bytes of its UTF-8, one character each. */
export function toByteText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Prints a JSON string of byte text. */
export function quote(byteText: string): string {
  const escape = (char: string) =>
    ESCAPES[char] ?? `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  // deno-lint-ignore no-control-regex
  return `"${byteText.replace(/["\\\u0000-\u001f]/g, escape)}"`;
}

/** Prints `column_meta`. */
export function formatColumnMeta(fields: readonly EngineField[]): string {
  const items = fields.map((field) =>
    `[${quote(toByteText(field.name))},"${typeName(field)}",${field.length}]`
  );
  return `[${items.join(",")}]`;
}

function typeName(field: EngineField): string {
  const isDecimal = field.typeCode === TypeCode.Decimal || field.typeCode === TypeCode.Decimal64;
  return isDecimal
    ? `DECIMAL(${field.precision},${field.scale})`
    : TYPE_NAMES[field.typeCode] ?? "";
}

/** Prints one row of a block. */
export type RowFormatter = (block: readonly Cell[][], row: number) => string;

/**
 * Makes the formatter of a result's rows.
 *
 * @param rows The result.
 * @param timeZone Zone of timestamps.
 * @param isObject True for objects keyed by column name, false for arrays.
 */
export function makeRowFormatter(rows: RowSet, timeZone: string, isObject: boolean): RowFormatter {
  const times = new TimeFormatter(rows.precision, timeZone);
  const printers = rows.fields.map((field) => makePrinter(field, times));
  const keys = rows.fields.map((field) => (isObject ? `${quote(toByteText(field.name))}:` : ""));
  const [open, close] = isObject ? "{}" : "[]";
  return (block, row) => {
    let text = open!;
    for (let i = 0; i < printers.length; i++) {
      const cell = block[i]![row]!;
      text += `${i === 0 ? "" : ","}${keys[i]}${cell === null ? "null" : printers[i]!(cell)}`;
    }
    return text + close;
  };
}

type Printer = (cell: Exclude<Cell, null>) => string;

function makePrinter(field: EngineField, times: TimeFormatter): Printer {
  switch (field.typeCode) {
    case TypeCode.Float:
      return (cell) => formatFloat(Math.fround(cell as number), shortestSingle);
    case TypeCode.Double:
      return (cell) => formatFloat(cell as number, (value) => value.toExponential());
    case TypeCode.Timestamp:
      return (cell) => `"${times.format(BigInt(cell as bigint))}"`;
    case TypeCode.Varchar:
      return (cell) => quote(bytesOf(cell).toString("latin1"));
    case TypeCode.Nchar:
      return (cell) => quote(toByteText(String(cell)));
    case TypeCode.Json:
      return (cell) => toByteText(String(cell));
    case TypeCode.Varbinary:
    case TypeCode.Geometry:
    case TypeCode.Blob:
    case TypeCode.MediumBlob:
      return (cell) => `"${bytesOf(cell).toString("hex")}"`;
    case TypeCode.Decimal:
    case TypeCode.Decimal64:
      return (cell) => `"${formatDecimal(BigInt(cell as bigint), field.scale)}"`;
    default:
      return String;
  }
}

function bytesOf(cell: Exclude<Cell, null>): Buffer {
  if (!(cell instanceof Uint8Array)) return Buffer.from(String(cell), "utf8");
  return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength);
}

/** Prints a number as Go does: exponent form below 1e-6 and from 1e21 on; not finite is null. */
function formatFloat(value: number, toExponential: (value: number) => string): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const text = toExponential(value);
  const size = Math.abs(value);
  if (size >= 1e-6 && size < 1e21) return plainOf(text);
  const [mantissa, exponent] = text.split("e") as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** Exponent form with the fewest digits that read back as the same 32-bit number. */
function shortestSingle(value: number): string {
  for (let digits = 0; digits < 8; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(8);
}

/** Exponent form without its exponent. */
function plainOf(text: string): string {
  const [, sign, digits, exponent] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(text)!;
  const all = digits!.replace(".", "");
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  if (point >= all.length) return sign + all.padEnd(point, "0");
  return `${sign}${all.slice(0, point)}.${all.slice(point)}`;
}

function formatDecimal(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
