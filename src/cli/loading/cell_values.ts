/**
 * Texts of cells → values for `insert()`, as the type of the column asks for.
 *
 * What `insert()` takes as text itself, and refuses better, stays text: DECIMAL, JSON, texts, long integers, and times
 * with a zone.
 *
 * @module
 */

import { type Codec, DataType, type Field, InterfaceError, type Precision } from "../../../mod.ts";
import { tooManyDigits } from "./whole_ticks.ts";

/** Makes a value of a text. */
export type CellConverter = (text: string) => unknown;

/** What times need to be understood. */
export interface TimeContext {
  readonly codec: Codec;
  /** Precision of the database. */
  readonly precision: Precision;
  /** IANA time zone of times that tell none. */
  readonly timeZone: string | undefined;
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["t", true],
  ["1", true],
  ["false", false],
  ["f", false],
  ["0", false],
]);
const floatWords: ReadonlyMap<string, number> = new Map([
  ["nan", NaN],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
]);
const integer = /^[+-]?\d{1,15}$/;
const longInteger = /^[+-]?\d+$/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const hexDigits = /^(?:\\x|0x)?((?:[0-9a-f]{2})*)$/i;
const secondFraction = /:\d\d[.,](\d+)/;
const fractionDigits: Readonly<Record<Precision, number>> = { ms: 3, us: 6, ns: 9 };
const day = /^\d{4,}-\d\d-\d\d$/;
const zoneless = /^\d{4,}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?$/i;

/** The converter for a column. */
export function converterOf(field: Field, times: TimeContext): CellConverter {
  switch (field.typeCode) {
    case DataType.BOOL:
      return (text) => truths.get(text.toLowerCase()) ?? text;
    case DataType.TINYINT:
    case DataType.SMALLINT:
    case DataType.INT:
    case DataType.UTINYINT:
    case DataType.USMALLINT:
    case DataType.UINT:
    case DataType.BIGINT:
    case DataType.UBIGINT:
      return (text) => integer.test(text) ? Number(text) : text;
    case DataType.FLOAT:
    case DataType.DOUBLE:
      return (text) =>
        number.test(text) ? finite(text) : floatWords.get(text.toLowerCase()) ?? text;
    case DataType.VARBINARY:
    case DataType.GEOMETRY:
    case DataType.BLOB:
    case DataType.MEDIUMBLOB:
      return readHex;
    case DataType.TIMESTAMP:
      return (text) => readTime(text, times);
    default:
      return (text) => text;
  }
}

/** A text that is too large for a number stays text, for `insert()` to refuse. */
function finite(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function readHex(text: string): Uint8Array {
  const digits = hexDigits.exec(text)?.[1];
  if (digits === undefined) {
    throw new InterfaceError("binary values are pairs of hexadecimal digits");
  }
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** Ticks, a time with its zone, or the time of day in the zone that was chosen; a day alone is its midnight. */
function readTime(written: string, { codec, precision, timeZone }: TimeContext): bigint | string {
  const text = day.test(written) ? `${written}T00:00:00` : written;
  if (longInteger.test(text)) return BigInt(text);
  if (/[1-9]/.test(secondFraction.exec(text)?.[1]?.slice(fractionDigits[precision]) ?? "")) {
    throw tooManyDigits(precision);
  }
  if (!zoneless.test(text)) return text;
  if (timeZone === undefined) {
    throw new InterfaceError(
      "the time tells no zone: --time-zone says which one is meant, such as UTC or Europe/Berlin",
    );
  }
  const wall = codec.parseTimestamp(`${text}Z`, precision);
  const offset = (ticks: bigint) => {
    const shown = codec.formatTimestamp(ticks, precision, timeZone);
    return codec.parseTimestamp(shown.replace(/(Z|[+-]\d\d:\d\d)$/, "Z"), precision) - ticks;
  };
  // The zone's offset at that time of day in UTC, then the one at the instant which follows from it.
  return wall - offset(wall - offset(wall));
}
