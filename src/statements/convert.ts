/**
 * JavaScript values → one column of a bind request.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { isInstant, Param } from "../sql/param.ts";
import type { Precision } from "../types.ts";
import { convertNumbers, exactSource, fixedSource, storeInteger } from "./convert_fixed.ts";
import { convertVariable, timestampTexts } from "./convert_variable.ts";
import type { Source } from "../codec/bind_request.ts";
import { NullMarks, placeOf, refused, type Target } from "./target.ts";

const minTicks = -(2n ** 63n);
const maxTicks = 2n ** 63n - 1n;
const precisionNumbers: Readonly<Record<Precision, number>> = { ms: 0, us: 1, ns: 2 };
const ticksPerMs: Readonly<Record<Precision, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };

/** Converts instants to ticks of one precision. Digits that the precision does not have are floored. */
export class TickConverter {
  readonly #target: Target;
  readonly #precision: Precision;
  readonly #codec: Codec;

  constructor(target: Target, precision: Precision, codec: Codec) {
    this.#target = target;
    this.#precision = precision;
    this.#codec = codec;
  }

  /** The instant in ticks; `row` is for the message of the error when there is none. */
  ticks(row: number, value: unknown): bigint {
    const ticks = this.#unchecked(row, value);
    if (ticks < minTicks || ticks > maxTicks) {
      throw refused(this.#target, row, value, "does not fit");
    }
    return ticks;
  }

  #unchecked(row: number, value: unknown): bigint {
    if (typeof value === "bigint") return value;
    if (value instanceof Date) return this.#dateTicks(row, value);
    if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
    if (typeof value === "string") return this.#parse(row, value);
    if (value instanceof Param && value.value !== null) return this.#paramTicks(row, value);
    if (isInstant(value)) return this.#convert(row, value.epochNanoseconds, "ns");
    const why = typeof value !== "number"
      ? "is not a value for"
      : Number.isInteger(value)
      ? "is no exact number of ticks (use bigint) for"
      : "is no whole number of ticks for";
    throw refused(this.#target, row, value, why);
  }

  #dateTicks(row: number, date: Date): bigint {
    const ms = date.getTime();
    if (Number.isNaN(ms)) {
      throw refused(this.#target, row, date, "is an invalid Date and not a value for");
    }
    return BigInt(ms) * ticksPerMs[this.#precision];
  }

  #paramTicks(row: number, { value, precision }: Param): bigint {
    if (precision === null || typeof value !== "bigint") return this.#unchecked(row, value);
    return this.#convert(row, value, precision);
  }

  #convert(row: number, ticks: bigint, from: Precision): bigint {
    if (from === this.#precision) return ticks;
    try {
      return this.#codec.convertTimestamp(ticks, from, this.#precision);
    } catch (cause) {
      throw this.#refusedInstant(row, cause);
    }
  }

  #parse(row: number, text: string): bigint {
    try {
      return this.#codec.parseTimestamp(text, this.#precision);
    } catch (cause) {
      throw this.#refusedInstant(row, cause);
    }
  }

  #refusedInstant(row: number, cause: unknown): InterfaceError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new InterfaceError(`${placeOf(this.#target, row)}: ${reason}`, { cause });
  }
}

/** Stores ticks at the beginning of a column that need no look at their unit; gives the row at which others come. */
function plainTicks(
  values: ArrayLike<unknown>,
  precision: Precision,
  ticks: BigInt64Array,
): number {
  const halves = new Int32Array(ticks.buffer);
  const isMs = precision === "ms";
  for (let row = 0; row < ticks.length; row++) {
    const value = values[row];
    if (typeof value === "bigint" && value >= minTicks && value <= maxTicks) ticks[row] = value;
    else {
      const number = isMs && value instanceof Date ? value.getTime() : value;
      if (!storeInteger(halves, row, number)) return row;
    }
  }
  return ticks.length;
}

/** The texts of a column in which every value is text; undefined when there are other values. */
function textsOf(values: ArrayLike<unknown>, nulls: NullMarks): string[] | undefined {
  const texts = new Array<string>(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "string") texts[row] = value;
    else if (nulls.take(row, value)) texts[row] = "";
    else return undefined;
  }
  return texts;
}

function convertTimestamps(target: Target, values: ArrayLike<unknown>, codec: Codec): Source {
  const exact = exactSource(target, values);
  if (exact !== undefined) return exact;
  const { precision } = target;
  if (precision === null) {
    throw new InterfaceError(`${target.label}: the server did not tell its precision`);
  }
  const nulls = new NullMarks(target, values.length);
  const ticks = new BigInt64Array(values.length);
  const plain = plainTicks(values, precision, ticks);
  const texts = plain === 0 ? textsOf(values, nulls) : undefined;
  if (texts !== undefined && texts.length > 0) {
    return timestampTexts(target, texts, nulls.marks, precisionNumbers[precision]);
  }
  const converter = new TickConverter(target, precision, codec);
  for (let row = plain; row < values.length; row++) {
    const value = values[row];
    if (!nulls.take(row, value)) ticks[row] = converter.ticks(row, value);
  }
  return fixedSource(DataType.TIMESTAMP, ticks, ticks.length, nulls.marks);
}

/**
 * Converts one column of values to the type that the server declares for it. Nothing is rounded but FLOAT, and digits
 * of an instant below the database's precision are floored.
 *
 * @param target The column.
 * @param values A typed array of the type, or any array of values.
 * @param codec Parses times.
 * @throws {InterfaceError} naming column and row of the first value that does not fit.
 */
export function convertColumn(target: Target, values: ArrayLike<unknown>, codec: Codec): Source {
  if (target.field.typeCode === DataType.TIMESTAMP) return convertTimestamps(target, values, codec);
  return convertNumbers(target, values) ?? convertVariable(target, values);
}
