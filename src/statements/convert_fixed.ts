/**
 * JavaScript values → columns of fixed width. A loop per type, whose usual case is a check and a store.
 *
 * @module
 */
import { DataType } from "../data_type.ts";
import { Param } from "../sql/param.ts";
import { type Source, SourceForm } from "../codec/bind_request.ts";
import { NullMarks, refused, type Target } from "./target.ts";

type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;
type BigArray = BigInt64Array | BigUint64Array;
type ArrayConstructor<A> = new (length: number) => A;

interface IntegerType {
  readonly array: ArrayConstructor<NumberArray>;
  readonly min: number;
  readonly max: number;
}

interface BigIntegerType {
  readonly array: ArrayConstructor<BigArray>;
  readonly min: bigint;
  readonly max: bigint;
}

const integerTypes: Readonly<Record<number, IntegerType>> = {
  [DataType.TINYINT]: { array: Int8Array, min: -128, max: 127 },
  [DataType.SMALLINT]: { array: Int16Array, min: -32_768, max: 32_767 },
  [DataType.INT]: { array: Int32Array, min: -2_147_483_648, max: 2_147_483_647 },
  [DataType.UTINYINT]: { array: Uint8Array, min: 0, max: 255 },
  [DataType.USMALLINT]: { array: Uint16Array, min: 0, max: 65_535 },
  [DataType.UINT]: { array: Uint32Array, min: 0, max: 4_294_967_295 },
};

const bigIntegerTypes: Readonly<Record<number, BigIntegerType>> = {
  [DataType.BIGINT]: { array: BigInt64Array, min: -(2n ** 63n), max: 2n ** 63n - 1n },
  [DataType.UBIGINT]: { array: BigUint64Array, min: 0n, max: 2n ** 64n - 1n },
};

const floatTypes: Readonly<Record<number, ArrayConstructor<NumberArray>>> = {
  [DataType.FLOAT]: Float32Array,
  [DataType.DOUBLE]: Float64Array,
};

/** Types whose values may be handed over as the typed array of the type, unchecked because nothing can be wrong. */
const exactArrays: Readonly<Record<number, ArrayConstructor<ArrayBufferView>>> = {
  [DataType.TINYINT]: Int8Array,
  [DataType.SMALLINT]: Int16Array,
  [DataType.INT]: Int32Array,
  [DataType.UTINYINT]: Uint8Array,
  [DataType.USMALLINT]: Uint16Array,
  [DataType.UINT]: Uint32Array,
  [DataType.FLOAT]: Float32Array,
  [DataType.DOUBLE]: Float64Array,
  [DataType.BIGINT]: BigInt64Array,
  [DataType.UBIGINT]: BigUint64Array,
  [DataType.TIMESTAMP]: BigInt64Array,
};

/** A source of fixed values. */
export function fixedSource(
  typeCode: number,
  values: ArrayBufferView,
  rows: number,
  nulls: Uint8Array | null,
): Source {
  const { buffer, byteOffset, byteLength } = values;
  const data = new Uint8Array(buffer, byteOffset, byteLength);
  return {
    typeCode,
    form: SourceForm.FIXED,
    rows,
    precision: 0,
    maxLength: 0,
    nulls,
    lengths: null,
    data,
  };
}

/** The source of a typed array that fits as it is. */
export function exactSource({ field, isSentNow }: Target, values: unknown): Source | undefined {
  const Exact = exactArrays[field.typeCode];
  if (Exact === undefined || !(values instanceof Exact)) return undefined;
  const exact = values as Uint8Array;
  return fixedSource(field.typeCode, isSentNow ? exact : exact.slice(), exact.length, null);
}

/** An integer out of what is not a plain number: a bigint, or digits. */
function integerOf(target: Target, row: number, value: unknown): bigint {
  const plain = value instanceof Param ? value.value : value;
  if (typeof plain === "bigint") return plain;
  if (typeof plain === "number" && Number.isInteger(plain)) return BigInt(plain);
  if (typeof plain === "string" && /^[+-]?\d{1,20}$/.test(plain)) return BigInt(plain);
  throw refused(
    target,
    row,
    value,
    typeof plain === "number" ? "is no integer, and does not fit" : "is not a value for",
  );
}

/** Stores the plain values at the beginning of a column; gives the row at which something else comes. */
type PlainPrefix = (values: ArrayLike<unknown>, out: NumberArray) => number;

/** In loops of their own, because the engine makes the best of a loop that meets one kind of array. */
const plainPrefixes: Readonly<Record<number, PlainPrefix>> = {
  [DataType.FLOAT]: (values, out) => {
    for (let row = 0; row < out.length; row++) {
      const value = values[row];
      if (typeof value !== "number") return row;
      out[row] = value;
      // The difference is 0 for finite numbers only; a finite number must not become infinite.
      if (out[row]! - out[row]! !== 0 && value - value === 0) return row;
    }
    return out.length;
  },
  [DataType.DOUBLE]: (values, out) => {
    for (let row = 0; row < out.length; row++) {
      const value = values[row];
      if (typeof value !== "number") return row;
      out[row] = value;
    }
    return out.length;
  },
  [DataType.BOOL]: (values, out) => {
    for (let row = 0; row < out.length; row++) {
      const value = values[row];
      if (value === true) out[row] = 1;
      else if (value !== false) return row;
    }
    return out.length;
  },
  [DataType.INT]: (values, out) => {
    for (let row = 0; row < out.length; row++) {
      const value = values[row];
      if (typeof value !== "number" || (value | 0) !== value) return row;
      out[row] = value;
    }
    return out.length;
  },
};

function convertIntegers(target: Target, type: IntegerType, values: ArrayLike<unknown>): Source {
  const rows = values.length;
  const nulls = new NullMarks(target, rows);
  const { array: Values, min, max } = type;
  const out = new Values(rows);
  for (let row = plainPrefixes[target.field.typeCode]?.(values, out) ?? 0; row < rows; row++) {
    const value = values[row];
    if (typeof value === "number" && value >= min && value <= max && (value | 0) === value) {
      out[row] = value;
    } else if (!nulls.take(row, value)) {
      const integer = integerOf(target, row, value);
      if (integer < min || integer > max) throw refused(target, row, value, "does not fit");
      out[row] = Number(integer);
    }
  }
  return fixedSource(target.field.typeCode, out, rows, nulls.marks);
}

/**
 * Stores a number as a 64-bit integer, in two halves because making a bigint takes long. Typed arrays are little endian
 * on every machine that runs this.
 *
 * @returns False, and nothing is stored, when the value is no number or not exact.
 */
export function storeInteger(halves: Int32Array, row: number, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
  halves[2 * row] = value;
  halves[2 * row + 1] = Math.floor(value / 2 ** 32);
  return true;
}

function convertBigIntegers(
  target: Target,
  type: BigIntegerType,
  values: ArrayLike<unknown>,
): Source {
  const rows = values.length;
  const nulls = new NullMarks(target, rows);
  const { array: Values, min, max } = type;
  const out = new Values(rows);
  const halves = new Int32Array(out.buffer);
  const least = Number(min);
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    if (typeof value === "number" && value >= least && storeInteger(halves, row, value)) continue;
    if (nulls.take(row, value)) continue;
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw refused(target, row, value, "is not exact as a number (use bigint) for");
    }
    const integer = typeof value === "bigint" ? value : integerOf(target, row, value);
    if (integer < min || integer > max) throw refused(target, row, value, "does not fit");
    out[row] = integer;
  }
  return fixedSource(target.field.typeCode, out, rows, nulls.marks);
}

function floatOf(target: Target, row: number, value: unknown): number {
  const plain = value instanceof Param ? value.value : value;
  if (typeof plain === "number") return plain;
  const isDigits = typeof plain === "string" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain);
  if (!isDigits && typeof plain !== "bigint") {
    throw refused(target, row, value, "is not a value for");
  }
  const isFloat = target.field.typeCode === DataType.FLOAT;
  const number = isFloat ? Math.fround(Number(plain)) : Number(plain);
  if (!Number.isFinite(number)) throw refused(target, row, value, "does not fit");
  if (typeof plain === "bigint" && BigInt(number) !== plain) {
    throw refused(target, row, value, "is not exact as");
  }
  return number;
}

function convertFloats(
  target: Target,
  Values: ArrayConstructor<NumberArray>,
  values: ArrayLike<unknown>,
): Source {
  const rows = values.length;
  const nulls = new NullMarks(target, rows);
  const out = new Values(rows);
  for (let row = plainPrefixes[target.field.typeCode]!(values, out); row < rows; row++) {
    const value = values[row];
    if (nulls.take(row, value)) continue;
    const number = typeof value === "number" ? value : floatOf(target, row, value);
    out[row] = number;
    // A finite value must not become infinite; NaN and the infinities themselves are values of these types.
    if (!Number.isFinite(out[row]) && Number.isFinite(number)) {
      throw refused(target, row, value, "does not fit");
    }
  }
  return fixedSource(target.field.typeCode, out, rows, nulls.marks);
}

function convertBooleans(target: Target, values: ArrayLike<unknown>): Source {
  const rows = values.length;
  const nulls = new NullMarks(target, rows);
  const out = new Uint8Array(rows);
  for (let row = plainPrefixes[DataType.BOOL]!(values, out); row < rows; row++) {
    const value = values[row];
    if (nulls.take(row, value)) continue;
    const plain = value instanceof Param ? value.value : value;
    if (plain === true || plain === 1 || plain === 1n) out[row] = 1;
    else if (plain !== false && plain !== 0 && plain !== 0n) {
      throw refused(target, row, value, "is not a value for");
    }
  }
  return fixedSource(DataType.BOOL, out, rows, nulls.marks);
}

/** Converts values for a number or BOOL column; undefined for other types. */
export function convertNumbers(target: Target, values: ArrayLike<unknown>): Source | undefined {
  const { typeCode } = target.field;
  const exact = exactSource(target, values);
  if (exact !== undefined) return exact;
  if (typeCode === DataType.BOOL) return convertBooleans(target, values);
  const integers = integerTypes[typeCode];
  if (integers !== undefined) return convertIntegers(target, integers, values);
  const bigIntegers = bigIntegerTypes[typeCode];
  if (bigIntegers !== undefined) return convertBigIntegers(target, bigIntegers, values);
  const Floats = floatTypes[typeCode];
  return Floats === undefined ? undefined : convertFloats(target, Floats, values);
}
