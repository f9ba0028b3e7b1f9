/**
 * TDengine's data types: codes, sizes, names, and how each is held in DuckDB.
 *
 * @module
 */

/** Type codes (protocol.md §3.3). */
export const Type = {
  null: 0,
  bool: 1,
  tinyint: 2,
  smallint: 3,
  int: 4,
  bigint: 5,
  float: 6,
  double: 7,
  varchar: 8,
  timestamp: 9,
  nchar: 10,
  utinyint: 11,
  usmallint: 12,
  uint: 13,
  ubigint: 14,
  json: 15,
  varbinary: 16,
  decimal: 17,
  blob: 18,
  geometry: 20,
  decimal64: 21,
} as const;

/** A type with its parameters. `length` is the user-level length: bytes, or characters of NCHAR. */
export interface SqlType {
  code: number;
  length: number;
  precision: number;
  scale: number;
}

const names: Record<number, string> = {
  0: "NULL",
  1: "BOOL",
  2: "TINYINT",
  3: "SMALLINT",
  4: "INT",
  5: "BIGINT",
  6: "FLOAT",
  7: "DOUBLE",
  8: "VARCHAR",
  9: "TIMESTAMP",
  10: "NCHAR",
  11: "TINYINT UNSIGNED",
  12: "SMALLINT UNSIGNED",
  13: "INT UNSIGNED",
  14: "BIGINT UNSIGNED",
  15: "JSON",
  16: "VARBINARY",
  17: "DECIMAL",
  18: "BLOB",
  20: "GEOMETRY",
  21: "DECIMAL",
};

const sizes: Record<number, number> = {
  0: 0,
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 4,
  7: 8,
  9: 8,
  11: 1,
  12: 2,
  13: 4,
  14: 8,
  15: 4095,
  17: 16,
  18: 4194304,
  21: 8,
};

const physical: Record<number, string> = {
  0: "INTEGER",
  1: "BOOLEAN",
  2: "TINYINT",
  3: "SMALLINT",
  4: "INTEGER",
  5: "BIGINT",
  6: "FLOAT",
  7: "DOUBLE",
  8: "BLOB",
  9: "BIGINT",
  10: "VARCHAR",
  11: "UTINYINT",
  12: "USMALLINT",
  13: "UINTEGER",
  14: "UBIGINT",
  15: "VARCHAR",
  16: "BLOB",
  18: "BLOB",
  20: "BLOB",
};

/** Returns a type of fixed size by its code. */
export function fixedType(code: number): SqlType {
  return { code, length: sizes[code] ?? 0, precision: 0, scale: 0 };
}

/** Returns a type with a declared length. */
export function sizedType(code: number, length: number): SqlType {
  return { code, length, precision: 0, scale: 0 };
}

/** Returns a DECIMAL; up to 18 digits it takes 8 bytes, else 16. */
export function decimalType(precision: number, scale: number): SqlType {
  return precision <= 18
    ? { code: Type.decimal64, length: 8, precision, scale }
    : { code: Type.decimal, length: 16, precision, scale };
}

/** Tells whether values of the type are text: VARCHAR or NCHAR. */
export function isText(type: SqlType): boolean {
  return type.code === Type.varchar || type.code === Type.nchar;
}

/** Tells whether the type is an integer, signed or not. */
export function isInteger(type: SqlType): boolean {
  return (type.code >= Type.tinyint && type.code <= Type.bigint) ||
    (type.code >= Type.utinyint && type.code <= Type.ubigint);
}

/** Tells whether the type is an unsigned integer. */
export function isUnsigned(type: SqlType): boolean {
  return type.code >= Type.utinyint && type.code <= Type.ubigint;
}

/** Tells whether the type is a DECIMAL of either width. */
export function isDecimal(type: SqlType): boolean {
  return type.code === Type.decimal || type.code === Type.decimal64;
}

/** Tells whether there is a DECIMAL of so many digits. */
export function isDecimalInRange({ precision, scale }: SqlType): boolean {
  return precision >= 1 && precision <= 38 && scale <= precision;
}

/** Tells whether the type is a number. */
export function isNumeric(type: SqlType): boolean {
  return isInteger(type) || type.code === Type.float || type.code === Type.double ||
    isDecimal(type);
}

/** Tells whether a declared length belongs to the type. */
export function isSized(type: SqlType): boolean {
  return isText(type) || type.code === Type.varbinary || type.code === Type.geometry;
}

/** Returns the name without parameters, as `describe` shows it; DECIMAL comes with its parameters. */
export function typeName(type: SqlType): string {
  return isDecimal(type) ? `DECIMAL(${type.precision}, ${type.scale})` : names[type.code] ?? "";
}

/** Returns the name with parameters, as in a CREATE statement. */
export function typeText(type: SqlType): string {
  return isSized(type) ? `${typeName(type)}(${type.length})` : typeName(type);
}

/** Returns the DuckDB type that holds the values. */
export function physicalType(type: SqlType): string {
  return isDecimal(type)
    ? `DECIMAL(${type.precision}, ${type.scale})`
    : physical[type.code] ?? "BLOB";
}

/** Returns the bytes the server reserves for values of a text type: two for the length, four for each NCHAR character. */
export function reservedBytes({ code, length }: SqlType): number {
  return length * (code === Type.nchar ? 4 : 1) + 2;
}

/** Returns the text type of a code for which so many bytes are reserved. */
export function textType(code: number, reserved: number): SqlType {
  return sizedType(code, Math.floor((reserved - 2) / (code === Type.nchar ? 4 : 1)));
}
