/**
 * Columns → texts with every digit, as the text formats of `tdwire query` write them.
 *
 * | type | text |
 * |---|---|
 * | TIMESTAMP | RFC 3339 with all digits of its precision |
 * | FLOAT, DOUBLE | few digits that read back as the same value; `NaN`, `Infinity`, `-Infinity` |
 * | VARBINARY, GEOMETRY, BLOB | hexadecimal digits |
 * | JSON | the server's text |
 * | others | all digits, `true`, `false`, or the text itself |
 *
 * @module
 */

import { type Codec, type Column, DataType, type Precision } from "../../../mod.ts";

/** How texts are made. */
export interface TextOptions {
  /** Formats instants. */
  readonly codec: Codec;
  /** IANA time zone that instants are shown in. Default: UTC. */
  readonly timeZone?: string | undefined;
  /** What becomes of VARCHAR that is not UTF-8: an error, or U+FFFD in place of each wrong byte. */
  readonly text: "strict" | "replace";
}

/** A cell as text; null for NULL. */
export type CellText = string | null;

/**
 * Makes texts of a column.
 *
 * @param column The column.
 * @param precision Precision of its timestamps.
 * @param options How texts are made.
 * @returns One text a row.
 * @throws {CodecError} for text that is not UTF-8 when `text` is `"strict"`.
 */
export function cellTexts(column: Column, precision: Precision, options: TextOptions): CellText[] {
  const { codec, timeZone, text } = options;
  const { typeCode } = column.field;
  const inZone = typeCode === DataType.TIMESTAMP && timeZone !== undefined;
  const cells = column.toArray({
    bigint: "string",
    timestamp: inZone ? "bigint" : "string",
    json: "text",
    binary: "hex",
    decimal: "string",
    text,
  });
  const format = inZone
    ? (ticks: unknown) => codec.formatTimestamp(ticks as bigint, precision, timeZone)
    : formats.get(typeCode) ?? String;
  return cells.map((cell) => cell === null ? null : format(cell));
}

const formats: ReadonlyMap<number, (cell: unknown) => string> = new Map([
  [DataType.FLOAT, (cell) => formatFloat(cell as number)],
  [DataType.DOUBLE, (cell) => formatDouble(cell as number)],
]);

/** The fewest digits, from six on, that tell a value of FLOAT, which has 32 bits, from its neighbours. */
function formatFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatDouble(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return formatDouble(rounded);
  }
  return formatDouble(Number(value.toPrecision(9)));
}

function formatDouble(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
