/**
 * TIMESTAMP ticks → cells.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { isSet } from "../internal/bytes.ts";
import { maxDateMs, ticksToDate, ticksToNanoseconds } from "../timestamp.ts";
import type { Field, InstantLike } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import { cellLabel, type CellReader, type ColumnContext, markNulls } from "./column_base.ts";

type Mode = ResolvedValueOptions["timestamp"];

/** The part of `Temporal` that is used here. */
interface TemporalGlobal {
  Temporal?: { Instant?: { fromEpochNanoseconds(nanoseconds: bigint): InstantLike } };
}

/** Chooses how one cell is read. */
export function timestampReader(
  ticks: BigInt64Array,
  field: Field,
  { precision, formats }: ColumnContext,
  mode: Mode,
): CellReader {
  switch (mode) {
    case "bigint":
      return (row) => ticks[row];
    case "string":
      return (row) => formats.formatTimestamp(ticks[row]!, precision);
    case "temporal":
      return instantReader(ticks, field, precision);
    case "date":
      return dateReader(ticks, field, precision);
    case "auto":
      return precision === "ms" ? (row) => dateOrTicks(ticks[row]!) : (row) => ticks[row];
  }
}

function dateReader(
  ticks: BigInt64Array,
  field: Field,
  precision: ColumnContext["precision"],
): CellReader {
  return (row) => {
    const date = ticksToDate(ticks[row]!, precision);
    if (date !== undefined && !Number.isNaN(date.getTime())) return date;
    const reason = date === undefined
      ? "has digits below milliseconds"
      : "is out of a Date's range";
    throw new RangeError(
      `${cellLabel(field, row)}: ${
        ticks[row]
      } ${precision} ${reason}; choose timestamp: "bigint" or "string"`,
    );
  };
}

/** Ticks that no Date can hold stay ticks, as they do in µs and ns databases. */
function dateOrTicks(ticks: bigint): Date | bigint {
  const ms = Number(ticks);
  return ms >= -maxDateMs && ms <= maxDateMs ? new Date(ms) : ticks;
}

function instantReader(
  ticks: BigInt64Array,
  field: Field,
  precision: ColumnContext["precision"],
): CellReader {
  const instants = (globalThis as TemporalGlobal).Temporal?.Instant;
  if (instants === undefined) {
    throw new InterfaceError(
      'this runtime has no Temporal: choose timestamp: "bigint" or "string"',
    );
  }
  return (row) => {
    try {
      return instants.fromEpochNanoseconds(ticksToNanoseconds(ticks[row]!, precision));
    } catch (cause) {
      const label = cellLabel(field, row);
      throw new RangeError(
        `${label}: ${ticks[row]} ${precision} is out of a Temporal.Instant's range`,
        { cause },
      );
    }
  };
}

/** Reads all cells. */
export function timestampCells(
  ticks: BigInt64Array,
  validity: Uint8Array | null,
  field: Field,
  context: ColumnContext,
  mode: Mode,
): unknown[] {
  const { precision, formats } = context;
  if (mode === "string") {
    return markNulls(formats.formatTimestamps(withoutNulls(ticks, validity), precision), validity);
  }
  const read = timestampReader(ticks, field, context, mode);
  if (precision === "ms" && (mode === "date" || mode === "auto")) {
    return dates(ticks, validity, read);
  }
  const cells = new Array<unknown>(ticks.length);
  for (let row = 0; row < cells.length; row++) cells[row] = isSet(validity, row) ? read(row) : null;
  return cells;
}

/** Reads the halves of the ticks, because a number made of a bigint costs an allocation. */
function dates(ticks: BigInt64Array, validity: Uint8Array | null, read: CellReader): unknown[] {
  const { length } = ticks;
  const halves = new Int32Array(ticks.buffer, ticks.byteOffset, 2 * length);
  const cells = new Array<unknown>(length);
  for (let row = 0; row < length; row++) {
    if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) {
      cells[row] = null;
      continue;
    }
    // Not exact beyond 2^53, which is out of range all the same.
    const ms = halves[2 * row + 1]! * 0x1_0000_0000 + (halves[2 * row]! >>> 0);
    cells[row] = ms >= -maxDateMs && ms <= maxDateMs ? new Date(ms) : read(row);
  }
  return cells;
}

/** The values of NULL rows may be anything, so they are not shown to the codec. */
function withoutNulls(ticks: BigInt64Array, validity: Uint8Array | null): BigInt64Array {
  if (validity === null) return ticks;
  const clean = ticks.slice();
  for (let row = 0; row < clean.length; row++) {
    if (!isSet(validity, row)) clean[row] = 0n;
  }
  return clean;
}
