/**
 * Declared lengths of types.
 *
 * @module
 */
import { DataType } from "../data_type.ts";

const maxBlobBytes = 4 * 1024 * 1024;

/** Declared length of a type from the bytes that a value of it takes in storage (protocol.md §3.2). */
export function declaredLength(typeCode: number, bytes: number): number {
  switch (typeCode) {
    case DataType.VARCHAR:
    case DataType.VARBINARY:
    case DataType.GEOMETRY:
      return bytes - 2;
    case DataType.NCHAR:
      return (bytes - 2) / 4;
    case DataType.BLOB:
      // The server's storage size of a BLOB says nothing: it is 5.
      return maxBlobBytes;
    default:
      return bytes;
  }
}
