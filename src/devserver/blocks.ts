/**
 * Raw blocks (protocol.md §3), written from cells.
 *
 * `@0 i32` version 1, `@4 i32` length of the whole block with its trailing byte, `@8 i32` rows, `@12 i32` columns,
 * `@16 i32` flags `0x80000000`, `@20 u64` group, `@28` columns × (`i8` type, `i32` bytes), columns × `i32` data length,
 * then the columns: fixed types a bitmap (most significant bit first, 1 = NULL) and the values, variable types
 * rows × `i32` offset (−1 = NULL) and the items with their length in front; one byte 0 at the end. Little endian.
 *
 * @module
 */

import type { Cell, EngineField } from "./engine.ts";

/** Type codes that the encoder treats by name. */
export const TypeCode = {
  Null: 0,
  Bool: 1,
  TinyInt: 2,
  SmallInt: 3,
  Int: 4,
  BigInt: 5,
  Float: 6,
  Double: 7,
  Varchar: 8,
  Timestamp: 9,
  Nchar: 10,
  UTinyInt: 11,
  USmallInt: 12,
  UInt: 13,
  UBigInt: 14,
  Json: 15,
  Varbinary: 16,
  Decimal: 17,
  Blob: 18,
  MediumBlob: 19,
  Geometry: 20,
  Decimal64: 21,
} as const;

const HEADER_BYTES = 28;
/** The real server's schema has this odd size for a BLOB, whatever its values are. */
const BLOB_BYTES = 5;
const FIXED_SIZES: readonly number[] = [
  0,
  1,
  1,
  2,
  4,
  8,
  4,
  8,
  -1,
  8,
  -1,
  1,
  2,
  4,
  8,
  -1,
  -1,
  16,
  -1,
  -1,
  -1,
  8,
];

/** Bytes of one value of a fixed type; −1 for variable types. */
export function fixedSize(typeCode: number): number {
  return FIXED_SIZES[typeCode] ?? -1;
}

/** Storage size of a field: what statements report as `bytes`. */
export function storageBytes(field: { typeCode: number; length: number }): number {
  switch (field.typeCode) {
    case TypeCode.Varchar:
    case TypeCode.Varbinary:
    case TypeCode.Geometry:
      return field.length + 2;
    case TypeCode.Nchar:
      return field.length * 4 + 2;
    case TypeCode.Json:
      return 16384;
    case TypeCode.Blob:
    case TypeCode.MediumBlob:
      return BLOB_BYTES;
    default:
      return fixedSize(field.typeCode);
  }
}

/** Storage size as the block's schema has it: decimals carry precision and scale inside. */
function schemaBytes(field: EngineField): number {
  if (field.typeCode !== TypeCode.Decimal && field.typeCode !== TypeCode.Decimal64) {
    return storageBytes(field);
  }
  return (fixedSize(field.typeCode) << 24) | (field.precision << 8) | field.scale;
}

/** Something that writes the cells of one column. */
interface ColumnPlan {
  /** Bytes of the bitmap or the offsets. */
  indexBytes: number;
  dataBytes: number;
  write(bytes: Uint8Array, view: DataView, start: number): void;
}

/**
 * Encodes one block.
 *
 * @param fields The columns' types.
 * @param columns One array of cells a column, all of the same length.
 * @param headBytes Room to leave in front of the block, for the frame's own header.
 * @param version 1 in results; 2 in messages of topics, where a JSON item tells its length itself.
 * @returns `headBytes` zero bytes and the block.
 */
export function encodeBlock(
  fields: readonly EngineField[],
  columns: readonly Cell[][],
  headBytes = 0,
  version: 1 | 2 = 1,
): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const plans = fields.map((field, i) => planColumn(field, columns[i]!, rows, version));
  const bodyBytes = plans.reduce((sum, plan) => sum + plan.indexBytes + plan.dataBytes, 0);
  const length = HEADER_BYTES + 9 * fields.length + bodyBytes + 1;
  const bytes = new Uint8Array(headBytes + length);
  const view = new DataView(bytes.buffer);
  view.setInt32(headBytes, version, true);
  view.setInt32(headBytes + 4, length, true);
  view.setInt32(headBytes + 8, rows, true);
  view.setInt32(headBytes + 12, fields.length, true);
  view.setUint32(headBytes + 16, 0x8000_0000, true);
  let at = headBytes + HEADER_BYTES;
  for (const field of fields) {
    view.setInt8(at, field.typeCode);
    view.setInt32(at + 1, schemaBytes(field), true);
    at += 5;
  }
  for (const plan of plans) {
    view.setInt32(at, plan.dataBytes, true);
    at += 4;
  }
  for (const plan of plans) {
    plan.write(bytes, view, at);
    at += plan.indexBytes + plan.dataBytes;
  }
  return bytes;
}

function planColumn(
  field: EngineField,
  cells: Cell[],
  rows: number,
  version: 1 | 2,
): ColumnPlan {
  if (cells.length !== rows) {
    throw new RangeError(`column ${field.name} has ${cells.length} cells, not ${rows}`);
  }
  const size = fixedSize(field.typeCode);
  return size >= 0
    ? planFixed(field.typeCode, size, cells)
    : planVariable(field.typeCode, cells, version);
}

function planFixed(typeCode: number, size: number, cells: Cell[]): ColumnPlan {
  const bitmapBytes = (cells.length + 7) >> 3;
  return {
    indexBytes: bitmapBytes,
    dataBytes: cells.length * size,
    write(bytes, view, start) {
      for (let row = 0; row < cells.length; row++) {
        if (cells[row] === null) bytes[start + (row >> 3)]! |= 0x80 >> (row & 7);
      }
      writeFixed(typeCode, cells, view, start + bitmapBytes);
    },
  };
}

/** Writes the values of a fixed type; the slots of NULL rows stay 0. */
function writeFixed(typeCode: number, cells: Cell[], view: DataView, start: number): void {
  switch (typeCode) {
    case TypeCode.Null:
      return;
    case TypeCode.Bool:
      return eachValue(cells, 1, start, (at, cell) => view.setUint8(at, cell ? 1 : 0));
    case TypeCode.TinyInt:
    case TypeCode.UTinyInt:
      return eachValue(cells, 1, start, (at, cell) => view.setInt8(at, Number(cell)));
    case TypeCode.SmallInt:
    case TypeCode.USmallInt:
      return eachValue(cells, 2, start, (at, cell) => view.setInt16(at, Number(cell), true));
    case TypeCode.Int:
    case TypeCode.UInt:
      return eachValue(cells, 4, start, (at, cell) => view.setInt32(at, Number(cell), true));
    case TypeCode.Float:
      return eachValue(cells, 4, start, (at, cell) => view.setFloat32(at, cell as number, true));
    case TypeCode.Double:
      return eachValue(cells, 8, start, (at, cell) => view.setFloat64(at, cell as number, true));
    case TypeCode.Decimal:
      return eachValue(cells, 16, start, (at, cell) => writeInt128(view, at, cell as bigint));
    default:
      return eachValue(cells, 8, start, (at, cell) => view.setBigInt64(at, toBigInt(cell), true));
  }
}

function eachValue(
  cells: Cell[],
  size: number,
  start: number,
  set: (at: number, cell: Cell) => void,
): void {
  let at = start;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!;
    if (cell !== null) set(at, cell);
    at += size;
  }
}

function toBigInt(cell: Cell): bigint {
  return typeof cell === "bigint" ? cell : BigInt(cell as number);
}

function writeInt128(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, value), true);
  view.setBigInt64(at + 8, BigInt.asIntN(64, value >> 64n), true);
}

function planVariable(typeCode: number, cells: Cell[], version: 1 | 2): ColumnPlan {
  const isNchar = typeCode === TypeCode.Nchar;
  const isBlob = typeCode === TypeCode.Blob || typeCode === TypeCode.MediumBlob;
  const prefixBytes = isBlob ? 4 : typeCode === TypeCode.Json && version === 2 ? 0 : 2;
  const items = cells.map((
    cell,
  ) => (cell === null || cell instanceof Uint8Array ? cell : toItem(cell, isNchar)));
  let dataBytes = 0;
  for (const item of items) if (item !== null) dataBytes += prefixBytes + item.byteLength;
  return {
    indexBytes: 4 * cells.length,
    dataBytes,
    write: (bytes, view, start) => writeVariable(items, prefixBytes, bytes, view, start),
  };
}

function writeVariable(
  items: (Uint8Array | null)[],
  prefixBytes: number,
  bytes: Uint8Array,
  view: DataView,
  start: number,
): void {
  const dataStart = start + 4 * items.length;
  let offset = 0;
  for (let row = 0; row < items.length; row++) {
    const item = items[row]!;
    view.setInt32(start + 4 * row, item === null ? -1 : offset, true);
    if (item === null) continue;
    if (prefixBytes === 4) view.setUint32(dataStart + offset, item.byteLength, true);
    if (prefixBytes === 2) view.setUint16(dataStart + offset, item.byteLength, true);
    copyItem(item, bytes, dataStart + offset + prefixBytes);
    offset += prefixBytes + item.byteLength;
  }
}

/** Short items are copied in a loop: a call of `set` costs more than a few bytes do. */
function copyItem(item: Uint8Array, bytes: Uint8Array, at: number): void {
  if (item.byteLength > 32) bytes.set(item, at);
  else for (let i = 0; i < item.byteLength; i++) bytes[at + i] = item[i]!;
}

const encoder = new TextEncoder();

function toItem(cell: boolean | number | bigint | string, isNchar: boolean): Uint8Array {
  return isNchar ? encodeUcs4(String(cell)) : encoder.encode(String(cell));
}

/** Text as 4 bytes a code point. */
export function encodeUcs4(text: string): Uint8Array {
  const points: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    points.push(point);
  }
  const bytes = new Uint8Array(points.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < points.length; i++) view.setUint32(4 * i, points[i]!, true);
  return bytes;
}
