/**
 * Arrow tables → columns for `insert`.
 *
 * @module
 */
import type { RecordBatch, Table, Vector } from "apache-arrow";
import { InterfaceError } from "../errors.ts";
import type { Columns, ColumnValues } from "../statements/bound_tables.ts";
import type { Precision } from "../types.ts";
import { chunkValues } from "./arrow_values.ts";

/** How Arrow becomes columns. */
export interface FromArrowOptions {
  /**
   * Precision of the database that the columns go to. Timestamps then become its ticks in one `BigInt64Array`, which is
   * fast; digits that it does not have are floored. Default: each timestamp says its unit itself, which fits any database.
   */
  precision?: Precision;
}

type TypedArrayConstructor = new (length: number) => Int8Array;

/** Chunks one behind the other: a typed array where all are of one class, else an array. */
function joinChunks(chunks: readonly ColumnValues[]): ColumnValues {
  if (chunks.length === 1) return chunks[0]!;
  const Values = chunks[0]?.constructor;
  const isTyped = ArrayBuffer.isView(chunks[0]) &&
    chunks.every((chunk) => chunk.constructor === Values);
  if (!isTyped) return chunks.flatMap((chunk) => Array.from(chunk as ArrayLike<unknown>));
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const joined = new (Values as unknown as TypedArrayConstructor)(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk as Int8Array, at);
    at += chunk.length;
  }
  return joined;
}

/**
 * Makes columns for `insert` and `bind` out of an Arrow table. Numbers without nulls stay typed arrays, those of a single
 * chunk without a copy; null is NULL. Dictionaries are read through. Decimals become text with all their digits,
 * timestamps and dates say their unit; a timestamp without a zone is taken as UTC.
 *
 * @param table The table, or one record batch.
 * @param options The precision of the database, for speed.
 * @returns One array a column, by name.
 * @throws {InterfaceError} Naming the column: when it is nested, or a time of day, a duration or an interval, which
 * TDengine has no types for; when a timestamp does not fit; when two columns have one name.
 *
 * @example
 * ```ts
 * import { fromArrow } from "@tdwire/client/arrow";
 * import { tableFromArrays } from "apache-arrow";
 * import { deepEqual } from "node:assert/strict";
 *
 * const table = tableFromArrays({ voltage: Int32Array.of(219, 220) });
 * deepEqual(fromArrow(table), { voltage: Int32Array.of(219, 220) });
 * ```
 */
export function fromArrow(table: Table | RecordBatch, options: FromArrowOptions = {}): Columns {
  const { precision } = options;
  if (precision !== undefined && !["ms", "us", "ns"].includes(precision)) {
    throw new InterfaceError(
      `precision must be "ms", "us" or "ns", not ${JSON.stringify(precision)}`,
    );
  }
  const columns = new Map<string, ColumnValues>();
  table.schema.fields.forEach(({ name }, i) => {
    if (columns.has(name)) {
      throw new InterfaceError(`the Arrow table has two columns ${JSON.stringify(name)}`);
    }
    const { data } = table.getChildAt(i) as Vector;
    const chunks: ColumnValues[] = [];
    let firstRow = 0;
    for (const chunk of data) {
      chunks.push(chunkValues(chunk, { name, firstRow, precision }));
      firstRow += chunk.length;
    }
    columns.set(name, joinChunks(chunks));
  });
  return Object.fromEntries(columns);
}
