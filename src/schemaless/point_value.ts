/**
 * Values of points: their types, their ranges, and the text the codec gets of them.
 *
 * @module
 */
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { encodeHex } from "../internal/bytes.ts";

/** Types a field can be given; without one a number is `f64` (DOUBLE) and a bigint `i64` (BIGINT). */
export type FieldType =
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f32"
  | "f64"
  | "varchar"
  | "nchar"
  | "varbinary"
  | "geometry";

/** A field's value; null and undefined leave the field out, which is NULL. */
export type FieldValue = number | bigint | boolean | string | Uint8Array | null | undefined;

/** A tag's value. */
export type TagValue = string | number | bigint | boolean;

/** A checked value: its type code, and its text without quotes, escapes or suffix. */
export interface PointValue {
  /** Code of its type. */
  readonly typeCode: number;
  /** Its text. */
  readonly text: string;
}

const integers: Readonly<
  Record<string, readonly [typeCode: number, bits: number, signed: boolean]>
> = {
  i8: [DataType.TINYINT, 8, true],
  i16: [DataType.SMALLINT, 16, true],
  i32: [DataType.INT, 32, true],
  i64: [DataType.BIGINT, 64, true],
  u8: [DataType.UTINYINT, 8, false],
  u16: [DataType.USMALLINT, 16, false],
  u32: [DataType.UINT, 32, false],
  u64: [DataType.UBIGINT, 64, false],
};
const floats: Readonly<Record<string, number>> = { f32: DataType.FLOAT, f64: DataType.DOUBLE };
const texts: Readonly<Record<string, number>> = {
  varchar: DataType.VARCHAR,
  nchar: DataType.NCHAR,
  geometry: DataType.GEOMETRY,
};
const maxFloat32 = 3.4028234663852886e38;
const typeNames = [
  ...Object.keys(integers),
  ...Object.keys(floats),
  ...Object.keys(texts),
  "varbinary",
];

function refused(name: string, reason: string): InterfaceError {
  return new InterfaceError(
    `${name === "" ? "the point's value" : `field ${JSON.stringify(name)}`} ${reason}`,
  );
}

/** Shortest text that reads back as the same number. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * Checks a field's value.
 *
 * @param name Name of the field, for messages; `""` is a point's only value.
 * @param value The value.
 * @param type Its type, when it is given.
 * @throws {InterfaceError} Naming the field, when the value is not of its type or out of range.
 */
export function fieldValue(
  name: string,
  value: NonNullable<FieldValue>,
  type: FieldType | undefined,
): PointValue {
  if (type !== undefined && !typeNames.includes(type)) {
    throw refused(name, `has an unknown type; there are ${typeNames.join(", ")}`);
  }
  switch (typeof value) {
    case "boolean":
      if (type !== undefined) throw refused(name, "is a boolean and takes no type");
      return { typeCode: DataType.BOOL, text: String(value) };
    case "bigint":
      return Object.hasOwn(floats, type ?? "i64")
        ? floatValue(name, Number(value), type!)
        : integerValue(name, value, type ?? "i64");
    case "number":
      return Object.hasOwn(floats, type ?? "f64")
        ? floatValue(name, value, type ?? "f64")
        : integerValue(name, value, type!);
    case "string":
      return textValue(name, value, type ?? "varchar");
    default:
      return bytesValue(name, value, type);
  }
}

function integerValue(name: string, value: number | bigint, type: FieldType): PointValue {
  const known = Object.hasOwn(integers, type) ? integers[type] : undefined;
  if (known === undefined) throw refused(name, `is a number, which is not ${type}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw refused(name, "must be a whole number (bigint above 2^53)");
  }
  const [typeCode, bits, signed] = known;
  const whole = BigInt(value);
  if ((signed ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole)) !== whole) {
    const hint = type === "i64" && whole > 0n ? '; say "u64" for an unsigned one' : "";
    throw refused(name, `does not fit ${type}${hint}`);
  }
  return { typeCode, text: whole.toString() };
}

function floatValue(name: string, value: number, type: FieldType): PointValue {
  if (!Number.isFinite(value)) {
    throw refused(name, "is NaN or infinite, which the server does not store");
  }
  if (type === "f32" && Math.abs(value) > maxFloat32) throw refused(name, "does not fit f32");
  return { typeCode: floats[type]!, text: numberText(value) };
}

function textValue(name: string, value: string, type: FieldType): PointValue {
  const typeCode = Object.hasOwn(texts, type) ? texts[type] : undefined;
  if (typeCode === undefined) throw refused(name, `is a string, which is not ${type}`);
  return { typeCode, text: value };
}

function bytesValue(name: string, value: Uint8Array, type: FieldType | undefined): PointValue {
  if (!(value instanceof Uint8Array)) throw refused(name, "is no value that a field can have");
  if (type !== undefined && type !== "varbinary") {
    throw refused(name, `is a Uint8Array, which is not ${type}`);
  }
  return { typeCode: DataType.VARBINARY, text: encodeHex(value) };
}

/**
 * Checks a tag's value. The line protocol and telnet take its text; JSON keeps numbers and booleans as they are.
 *
 * @param name Name of the tag, for messages.
 * @param value The value.
 * @throws {InterfaceError} Naming the tag.
 */
export function tagValue(name: string, value: TagValue): PointValue {
  const refuse = (reason: string) => new InterfaceError(`tag ${JSON.stringify(name)} ${reason}`);
  switch (typeof value) {
    case "string":
      return { typeCode: DataType.VARCHAR, text: value };
    case "boolean":
      return { typeCode: DataType.BOOL, text: String(value) };
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw refuse("does not fit 64 bits");
      return { typeCode: DataType.BIGINT, text: value.toString() };
    case "number":
      if (!Number.isFinite(value)) {
        throw refuse("is NaN or infinite, which the server does not store");
      }
      return { typeCode: DataType.DOUBLE, text: numberText(value) };
    default:
      throw refuse("is no value that a tag can have");
  }
}
