/**
 * How the rows of an insert are cut into requests.
 *
 * @module
 */
import { Param } from "../sql/param.ts";
import type { ColumnValues } from "./bound_tables.ts";

/** Most rows that one table may have in a bind (protocol.md §4.1). */
export const maxRowsPerTable = 32_767;

/** Rows `from` … `to`, the last one not included. */
export type RowRange = readonly [from: number, to: number];

/** A request is kept near this size: large enough to be fast, small enough for both sides' memory. */
export const maxPartBytes: number = 16 * 1024 * 1024;
const fixedBytes = 8;

/** Approximate bytes of the values of variable length in a column. */
function variableBytes(values: ColumnValues): number {
  if (ArrayBuffer.isView(values)) return 0;
  let bytes = 0;
  for (let row = 0; row < values.length; row++) bytes += lengthOf(values[row]);
  return bytes;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  if (value instanceof Param) return lengthOf(value.value);
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : 0;
}

/**
 * Cuts rows so that no table has too many in a request, and no request is too large.
 *
 * @param rows Number of rows.
 * @param columns Their columns.
 * @param names Table of each row; undefined when all are of one table.
 */
export function rowRanges(
  rows: number,
  columns: readonly ColumnValues[],
  names: ArrayLike<unknown> | undefined,
): RowRange[] {
  const rowBytes = fixedBytes * columns.length;
  const sizes = columns.map(variableBytes);
  const total = rows * rowBytes + sizes.reduce((sum, bytes) => sum + bytes, 0);
  // The usual insert, which need not be looked at row by row.
  if (rows <= maxRowsPerTable && total <= maxPartBytes) return rows === 0 ? [] : [[0, rows]];
  const variable = columns.filter((_, i) => sizes[i]! > 0);
  const counts = new Map<unknown, number>();
  const ranges: RowRange[] = [];
  let [from, bytes] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const name = names?.[row];
    const count = (counts.get(name) ?? 0) + 1;
    const size = variable.reduce((sum, values) => sum + lengthOf(values[row]), rowBytes);
    if (row > from && (count > maxRowsPerTable || bytes + size > maxPartBytes)) {
      ranges.push([from, row]);
      [from, bytes] = [row, 0];
      counts.clear();
      counts.set(name, 1);
    } else counts.set(name, count);
    bytes += size;
  }
  if (rows > from) ranges.push([from, rows]);
  return ranges;
}
