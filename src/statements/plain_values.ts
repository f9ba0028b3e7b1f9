/**
 * Values that fit their placeholder beyond doubt, told at a glance. All others are left to the conversion, which knows
 * the rest of what a type takes, and why it refuses a value.
 *
 * @module
 */
import { DataType } from "../data_type.ts";
import { isWellFormed } from "../internal/text.ts";
import type { Placeholder } from "../transports/transport.ts";

/** Tells whether a value fits beyond doubt. */
export type PlainCheck = (value: unknown) => boolean;

const never: PlainCheck = () => false;
const isNumber: PlainCheck = (value) => typeof value === "number";

function isIntegerIn(min: number, max: number): PlainCheck {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** Text of so many characters. UTF-16 units are a bound of what is counted. */
function isText(characters: number): PlainCheck {
  return (value) => typeof value === "string" && value.length <= characters && isWellFormed(value);
}

/** Text of so many ASCII characters, each a byte. */
function isAscii(characters: number): PlainCheck {
  return (value) => {
    if (typeof value !== "string" || value.length > characters) return false;
    for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 127) return false;
    return true;
  };
}

/** The instants among them may be no time at all. */
const isTime: PlainCheck = (value) =>
  value instanceof Date ? !Number.isNaN(value.getTime()) : Number.isSafeInteger(value);

/** The check for a placeholder's type. */
export function plainCheck({ field: { typeCode, length } }: Placeholder): PlainCheck {
  switch (typeCode) {
    case DataType.BOOL:
      return (value) => typeof value === "boolean";
    case DataType.TINYINT:
      return isIntegerIn(-128, 127);
    case DataType.SMALLINT:
      return isIntegerIn(-32_768, 32_767);
    case DataType.INT:
      return isIntegerIn(-2_147_483_648, 2_147_483_647);
    case DataType.UTINYINT:
      return isIntegerIn(0, 255);
    case DataType.USMALLINT:
      return isIntegerIn(0, 65_535);
    case DataType.UINT:
      return isIntegerIn(0, 4_294_967_295);
    case DataType.BIGINT:
      return Number.isSafeInteger;
    case DataType.UBIGINT:
      return isIntegerIn(0, Number.MAX_SAFE_INTEGER);
    case DataType.DOUBLE:
      return isNumber;
    case DataType.FLOAT:
      return (value) => typeof value === "number" && Number.isFinite(Math.fround(value));
    case DataType.TIMESTAMP:
      return isTime;
    case DataType.NCHAR:
      return isText(length);
    case DataType.VARCHAR:
      return isAscii(length);
    default:
      return never;
  }
}
