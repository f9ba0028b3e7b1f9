/**
 * What the database checks when values are bound, before any statement is executed.
 *
 * @module
 */

import { TypeCode } from "./blocks.ts";
import {
  type BoundTable,
  type Cell,
  type Placeholder,
  type Prepared,
  ServerError,
} from "./engine.ts";

const MAX_ROWS = 32767;

/**
 * Checks bound values against their placeholders.
 *
 * @throws {ServerError} with the code the real server gives for the first fault.
 */
export function checkBound(prepared: Prepared, tables: readonly BoundTable[]): void {
  if (!prepared.isInsert) return checkParameters(prepared, tables);
  const columns = prepared.fields?.filter((field) => field.bindType === 1) ?? null;
  const tags = prepared.fields?.filter((field) => field.bindType === 2) ?? null;
  for (const table of tables) {
    if (tags !== null) table.tags.forEach((cell, i) => tags[i] && checkCell(tags[i], cell));
    checkRows(table);
    if (columns !== null) checkColumns(columns, table);
  }
}

function checkParameters(prepared: Prepared, tables: readonly BoundTable[]): void {
  const columns = tables.length === 1 ? tables[0]!.columns : [];
  const isRight = columns.length === prepared.parameterCount &&
    columns.every((cells) => cells.length === 1);
  if (!isRight) throw new ServerError(0x0236, "bind number out of range or not match");
}

function checkRows(table: BoundTable): void {
  if (table.columns.length === 0) return;
  const rows = table.columns[0]!.length;
  const isRight = rows >= 1 && rows <= MAX_ROWS &&
    table.columns.every((cells) => cells.length === rows);
  if (!isRight) throw new ServerError(0x0236, "bind number out of range or not match");
}

function checkColumns(fields: readonly Placeholder[], table: BoundTable): void {
  if (table.columns.length !== fields.length) {
    throw new ServerError(0x0236, "bind number out of range or not match");
  }
  const timestamp = fields.findIndex((field) => field.typeCode === TypeCode.Timestamp);
  fields.forEach((field, i) => {
    const cells = table.columns[i]!;
    const isSingleNull = cells.length === 1 && cells[0] === null;
    if (table.columnTypes[i] !== field.typeCode && !isSingleNull) {
      throw new ServerError(0x0200, "column type mis-match with buffer type");
    }
    if (i === timestamp && cells.some((cell) => cell === null || cell === undefined)) {
      throw new ServerError(0x267b, "Primary timestamp column should not be null");
    }
    for (const cell of cells) checkCell(field, cell);
  });
}

function checkCell(field: Placeholder, cell: Cell | undefined): void {
  if (cell === null || cell === undefined) return;
  if (isTooLong(field, cell)) {
    throw new ServerError(0x2653, `Value too long for column/tag: ${field.name}`);
  }
  if (
    field.typeCode === TypeCode.Geometry && cell instanceof Uint8Array &&
    wkbEnd(cell, 0) !== cell.byteLength
  ) {
    throw new ServerError(0x2803, "Invalid function para value");
  }
}

function isTooLong(field: Placeholder, cell: Cell): boolean {
  if (cell instanceof Uint8Array) {
    return isVariable(field.typeCode) && cell.byteLength > field.length;
  }
  if (typeof cell !== "string" || field.typeCode !== TypeCode.Nchar) return false;
  return cell.length > field.length && [...cell].length > field.length;
}

function isVariable(typeCode: number): boolean {
  return typeCode === TypeCode.Varchar || typeCode === TypeCode.Varbinary ||
    typeCode === TypeCode.Geometry ||
    typeCode === TypeCode.Blob;
}

/** Offset behind the geometry (well-known binary) that begins at `at`, or −1 when it is not one. */
export function wkbEnd(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at < 0 || at + 5 > bytes.byteLength || bytes[at]! > 1) return -1;
  const isLittle = bytes[at] === 1;
  const type = view.getUint32(at + 1, isLittle);
  const pointEnd = (
    start: number,
  ) => (start >= 0 && start + 16 <= bytes.byteLength ? start + 16 : -1);
  const repeat = (start: number, item: (at: number) => number) => {
    if (start < 0 || start + 4 > bytes.byteLength) return -1;
    let end = start + 4;
    for (let left = view.getUint32(start, isLittle); left > 0 && end >= 0; left--) end = item(end);
    return end;
  };
  if (type === 1) return pointEnd(at + 5);
  if (type === 2) return repeat(at + 5, pointEnd);
  if (type === 3) return repeat(at + 5, (ring) => repeat(ring, pointEnd));
  return type >= 4 && type <= 7 ? repeat(at + 5, (part) => wkbEnd(bytes, part)) : -1;
}
