/**
 * BIGINT and BIGINT UNSIGNED → cells.
 *
 * @module
 */
import type { Field } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import { cellLabel, type CellReader, markNulls } from "./column_base.ts";

type Mode = ResolvedValueOptions["bigint"];
type WideValues = BigInt64Array | BigUint64Array;

/** The value as a number, if a number can hold it exactly. */
function exactNumber(value: bigint, field: Field, row: number): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) || BigInt(number) === value) return number;
  throw new RangeError(
    `${
      cellLabel(field, row)
    }: ${value} is not exact as a number; choose bigint: "bigint" or "string"`,
  );
}

/** Chooses how one cell is read. */
export function integerReader(values: WideValues, field: Field, mode: Mode): CellReader {
  switch (mode) {
    case "bigint":
      return (row) => values[row];
    case "string":
      return (row) => String(values[row]);
    case "number":
      return (row) => exactNumber(values[row]!, field, row);
  }
}

/** Reads all cells. */
export function integerCells(
  values: WideValues,
  validity: Uint8Array | null,
  field: Field,
  mode: Mode,
): unknown[] {
  if (mode === "number") return numbers(values, validity, field);
  const cells = new Array<unknown>(values.length);
  for (let row = 0; row < values.length; row++) cells[row] = values[row];
  if (mode === "string") {
    for (let row = 0; row < cells.length; row++) cells[row] = String(cells[row]);
  }
  return markNulls(cells, validity);
}

/** Reads the halves of the values, because a number made of a bigint costs an allocation. */
function numbers(values: WideValues, validity: Uint8Array | null, field: Field): unknown[] {
  const { length } = values;
  const signed = values instanceof BigInt64Array;
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * length);
  const cells = new Array<unknown>(length);
  for (let row = 0; row < length; row++) {
    if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) {
      cells[row] = null;
      continue;
    }
    const high = halves[2 * row + 1]!;
    const number = (signed ? high : high >>> 0) * 0x1_0000_0000 + (halves[2 * row]! >>> 0);
    cells[row] = Number.isSafeInteger(number) ? number : exactNumber(values[row]!, field, row);
  }
  return cells;
}
