/**
 * TDengine's data types: wire code ↔ name ↔ width (protocol.md §3.3).
 *
 * @module
 */

/** Names of TDengine's data types, by wire code. */
export const dataTypeNames = [
  "NULL",
  "BOOL",
  "TINYINT",
  "SMALLINT",
  "INT",
  "BIGINT",
  "FLOAT",
  "DOUBLE",
  "VARCHAR",
  "TIMESTAMP",
  "NCHAR",
  "TINYINT UNSIGNED",
  "SMALLINT UNSIGNED",
  "INT UNSIGNED",
  "BIGINT UNSIGNED",
  "JSON",
  "VARBINARY",
  "DECIMAL",
  "BLOB",
  "MEDIUMBLOB",
  "GEOMETRY",
  "DECIMAL64",
] as const;

/** The name of a TDengine data type, such as `"BIGINT UNSIGNED"`. */
export type DataTypeName = (typeof dataTypeNames)[number];

/** Wire codes of the data types (protocol.md §3.3). */
export const DataType = {
  NULL: 0,
  BOOL: 1,
  TINYINT: 2,
  SMALLINT: 3,
  INT: 4,
  BIGINT: 5,
  FLOAT: 6,
  DOUBLE: 7,
  VARCHAR: 8,
  TIMESTAMP: 9,
  NCHAR: 10,
  UTINYINT: 11,
  USMALLINT: 12,
  UINT: 13,
  UBIGINT: 14,
  JSON: 15,
  VARBINARY: 16,
  DECIMAL: 17,
  BLOB: 18,
  MEDIUMBLOB: 19,
  GEOMETRY: 20,
  DECIMAL64: 21,
} as const;

/** Bytes a value takes, by wire code; 0 for NULL and for types of variable length. */
export const dataTypeWidths: readonly number[] = [
  0,
  1,
  1,
  2,
  4,
  8,
  4,
  8,
  0,
  8,
  0,
  1,
  2,
  4,
  8,
  0,
  0,
  16,
  0,
  0,
  0,
  8,
];
