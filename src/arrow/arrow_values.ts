/**
 * One chunk of an Arrow column → values that `insert` takes.
 *
 * @module
 */
import {
  type Data,
  type Date_ as ArrowDate,
  DateUnit,
  type Decimal,
  type Float,
  Precision as FloatPrecision,
  type Timestamp,
  TimeUnit,
  Type,
  Vector,
} from "apache-arrow";
import { InterfaceError } from "../errors.ts";
import { param } from "../sql/param.ts";
import type { ColumnValues } from "../statements/bound_tables.ts";
import type { Precision } from "../types.ts";

/** Where a chunk belongs. */
export interface ChunkPlace {
  /** Name of the column. */
  readonly name: string;
  /** Number of its first row in the column. */
  readonly firstRow: number;
  /** Precision of the ticks that timestamps become; undefined for timestamps that say their unit. */
  readonly precision: Precision | undefined;
}

const nsPerTick: Readonly<Record<Precision, bigint>> = { ms: 1_000_000n, us: 1_000n, ns: 1n };
const nsPerUnit: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1_000_000_000n,
  [TimeUnit.MILLISECOND]: 1_000_000n,
  [TimeUnit.MICROSECOND]: 1_000n,
  [TimeUnit.NANOSECOND]: 1n,
};
/** The coarsest precision that holds a unit without loss. */
const precisionOf: Readonly<Record<TimeUnit, Precision>> = {
  [TimeUnit.SECOND]: "ms",
  [TimeUnit.MILLISECOND]: "ms",
  [TimeUnit.MICROSECOND]: "us",
  [TimeUnit.NANOSECOND]: "ns",
};
const nsPerDay = 86_400_000_000_000n;

/** Cells by row; null where there is none. */
function cells(data: Data, read: (row: number) => unknown): unknown[] {
  const hasNulls = data.nullCount > 0;
  return Array.from(
    { length: data.length },
    (_, row) => hasNulls && !data.getValid(row) ? null : read(row),
  );
}

/** The typed array itself where every row has a value. */
function numbers(data: Data): ColumnValues {
  const values = data.values.subarray(0, data.length) as Int32Array;
  return data.nullCount === 0 ? values : cells(data, (row) => values[row]);
}

function floats(data: Data<Float>): ColumnValues {
  if (data.type.precision !== FloatPrecision.HALF) return numbers(data);
  const vector = new Vector([data]);
  return cells(data, (row) => vector.get(row));
}

/** Decimals as text: the words of each are an integer, little endian, times 10^−scale. */
function decimals(data: Data<Decimal>): unknown[] {
  const { scale, bitWidth } = data.type;
  const words = data.values;
  const perValue = bitWidth / 32;
  return cells(data, (row) => {
    let unsigned = 0n;
    for (let i = perValue - 1; i >= 0; i--) {
      unsigned = (unsigned << 32n) | BigInt(words[row * perValue + i]!);
    }
    return decimalText(BigInt.asIntN(bitWidth, unsigned), scale);
  });
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

/** Instants, counted in units of so many nanoseconds since the Unix epoch. */
function instants(
  data: Data,
  nsPerValue: bigint,
  ownPrecision: Precision,
  place: ChunkPlace,
): ColumnValues {
  const values = data.values as ArrayLike<number | bigint>;
  const { precision: wanted, firstRow, name } = place;
  const precision = wanted ?? ownPrecision;
  if (wanted !== undefined && nsPerValue === nsPerTick[precision]) {
    return numbers(data);
  }
  const ticksAt = (row: number): bigint => {
    const ticks = floorDivide(BigInt(values[row]!) * nsPerValue, nsPerTick[precision]);
    if (BigInt.asIntN(64, ticks) === ticks) return ticks;
    throw new InterfaceError(
      `column ${JSON.stringify(name)}, row ${firstRow + row}: the time does not fit TIMESTAMP`,
    );
  };
  if (wanted === undefined) return cells(data, (row) => param.timestamp(ticksAt(row), precision));
  if (data.nullCount > 0) return cells(data, ticksAt);
  return BigInt64Array.from({ length: data.length }, (_, row) => ticksAt(row));
}

function dates(data: Data<ArrowDate>, place: ChunkPlace): ColumnValues {
  const nsPerValue = data.type.unit === DateUnit.DAY ? nsPerDay : nsPerTick.ms;
  return instants(data, nsPerValue, "ms", place);
}

function timestamps(data: Data<Timestamp>, place: ChunkPlace): ColumnValues {
  const { unit } = data.type;
  return instants(data, nsPerUnit[unit], precisionOf[unit], place);
}

/** Values by their index; each entry of the dictionary is read once. */
function dictionary(data: Data, place: ChunkPlace): unknown[] {
  const entries = (data.dictionary as Vector).data
    .flatMap((chunk) => Array.from(chunkValues(chunk, place) as ArrayLike<unknown>));
  return cells(data, (row) => entries[Number(data.values[row])]);
}

/**
 * Reads a chunk.
 *
 * @param data The chunk.
 * @param place Where it belongs.
 * @returns A typed array for numbers without nulls, else an array with null for null.
 * @throws {InterfaceError} Naming the column when there is no TDengine type for it.
 */
export function chunkValues(data: Data, place: ChunkPlace): ColumnValues {
  switch (data.type.typeId as Type) {
    case Type.Null:
      return new Array(data.length).fill(null);
    case Type.Int:
      return numbers(data);
    case Type.Float:
      return floats(data as Data<Float>);
    case Type.Decimal:
      return decimals(data as Data<Decimal>);
    case Type.Date:
      return dates(data as Data<ArrowDate>, place);
    case Type.Timestamp:
      return timestamps(data as Data<Timestamp>, place);
    case Type.Dictionary:
      return dictionary(data, place);
    case Type.Bool:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary: {
      const vector = new Vector([data]);
      return cells(data, (row) => vector.get(row));
    }
    default:
      throw new InterfaceError(
        `column ${JSON.stringify(place.name)} is ${data.type}, for which TDengine has no type`,
      );
  }
}
