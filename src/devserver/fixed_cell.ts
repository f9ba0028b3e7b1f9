/**
 * Cells of fixed width as clients send them, little endian (protocol.md §3.3).
 *
 * @module
 */
import { TypeCode } from "./blocks.ts";
import type { Cell } from "./engine.ts";

/** Reads a cell; undefined when the type has no fixed width that clients may send. */
export function readFixedCell(
  view: DataView,
  typeCode: number,
  at: number,
): Cell | undefined {
  switch (typeCode) {
    case TypeCode.Bool:
      return view.getUint8(at) !== 0;
    case TypeCode.TinyInt:
      return view.getInt8(at);
    case TypeCode.UTinyInt:
      return view.getUint8(at);
    case TypeCode.SmallInt:
      return view.getInt16(at, true);
    case TypeCode.USmallInt:
      return view.getUint16(at, true);
    case TypeCode.Int:
      return view.getInt32(at, true);
    case TypeCode.UInt:
      return view.getUint32(at, true);
    case TypeCode.Float:
      return view.getFloat32(at, true);
    case TypeCode.Double:
      return view.getFloat64(at, true);
    case TypeCode.BigInt:
    case TypeCode.Timestamp:
      return view.getBigInt64(at, true);
    case TypeCode.UBigInt:
      return view.getBigUint64(at, true);
    default:
      return undefined;
  }
}
