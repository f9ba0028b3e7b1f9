/**
 * Checks of texts and bytes that the codec makes when it encodes a request, for those who bind long before that.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { textsOf } from "./join_sources.ts";
import { type Source, SourceForm } from "../codec/bind_request.ts";
import { placeOf, type Target } from "./target.ts";

const precisions = ["ms", "us", "ns"] as const;
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const bytesPerUnit = 3;

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Rows that may be too long: UTF-16 units are a bound of what is counted, which is characters or bytes. */
function rowsToCount({ typeCode, form, lengths, data, maxLength }: Source): number[] {
  let [units, longest] = [0, 0];
  for (let row = 0; row < lengths!.length; row++) {
    const length = lengths![row]!;
    units += length;
    if (length > longest) longest = length;
  }
  const isExact = form === SourceForm.BYTES || units === data.byteLength ||
    typeCode === DataType.NCHAR;
  const limit = isExact ? maxLength : maxLength / bytesPerUnit;
  const rows: number[] = [];
  if (longest > limit) {
    lengths!.forEach((length, row) => {
      if (length > limit) rows.push(row);
    });
  }
  return rows;
}

function requireLengths(target: Target, source: Source): void {
  const rows = rowsToCount(source);
  if (rows.length === 0) return;
  const { typeCode, form, lengths, maxLength } = source;
  const isNchar = typeCode === DataType.NCHAR;
  const texts = form === SourceForm.TEXT ? textsOf(source) : undefined;
  for (const row of rows) {
    const text = texts?.[row] ?? "";
    const length = texts === undefined
      ? lengths![row]!
      : isNchar
      ? codePoints(text)
      : new TextEncoder().encode(text).byteLength;
    if (length <= maxLength) continue;
    const unit = isNchar ? "characters" : "bytes";
    throw new InterfaceError(
      `${
        placeOf(target, row)
      }: ${length} ${unit} are more than ${target.field.type}(${maxLength}) takes`,
    );
  }
}

function requireTimes(target: Target, source: Source, codec: Codec): void {
  const precision = precisions[source.precision]!;
  textsOf(source).forEach((text, row) => {
    if (source.nulls?.[row]) return;
    try {
      codec.parseTimestamp(text, precision);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InterfaceError(`${placeOf(target, row)}: ${reason}`, {
        cause,
      });
    }
  });
}

/**
 * Refuses what the codec would refuse: values that are too long, and texts that are no time.
 *
 * @param target The column.
 * @param source Its values.
 * @throws {InterfaceError} naming column and row.
 */
export function requireFitting(target: Target, source: Source, codec: Codec): void {
  const { typeCode, form, maxLength, lengths } = source;
  if (typeCode === DataType.TIMESTAMP && form === SourceForm.TEXT) {
    requireTimes(target, source, codec);
  } else if (maxLength > 0 && lengths !== null) requireLengths(target, source);
}
