/**
 * Raw blocks sent by clients of the first statement interface: one row of tags, or columns (protocol.md §3.6, §4.4).
 *
 * @module
 */

import { fixedSize, TypeCode } from "./blocks.ts";
import type { Cell } from "./engine.ts";
import { readFixedCell } from "./fixed_cell.ts";
import type { JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import { requireStatement1 } from "./socket_stmt1.ts";

/** Columns of a client's block. */
export interface ClientBlock {
  rows: number;
  typeCodes: number[];
  columns: Cell[][];
}

/** Carries out `set_tags` and `bind` of the first interface. */
export async function bindRaw(
  session: ClientSession,
  id: bigint,
  body: Uint8Array,
  isTags: boolean,
): Promise<JsonObject> {
  const statement = requireStatement1(session, id);
  await statement.serial.run(async () => {
    const block = readBlock(body);
    if (isTags && block.rows !== 1) throw adapterError("rows not equal 1");
    statement.bindCells(block.columns, block.typeCodes, isTags);
    await Promise.resolve();
  });
  return { stmt_id: id };
}

/** Reads a block that a client made; the ends of its columns are checked. */
export function readBlock(block: Uint8Array): ClientBlock {
  try {
    return readColumns(block);
  } catch (error) {
    if (error instanceof RangeError) throw adapterError("raw block is malformed");
    throw error;
  }
}

function readColumns(block: Uint8Array): ClientBlock {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const rows = view.getInt32(8, true);
  const count = view.getInt32(12, true);
  if (rows < 0 || count < 0 || rows > block.byteLength || count > block.byteLength) {
    throw new RangeError("counts");
  }
  const typeCodes = Array.from({ length: count }, (_, i) => view.getInt8(28 + 5 * i));
  let at = 28 + 9 * count;
  const columns = typeCodes.map((typeCode, i) => {
    const dataBytes = view.getInt32(28 + 5 * count + 4 * i, true);
    const size = fixedSize(typeCode);
    const dataAt = at + (size < 0 ? 4 * rows : (rows + 7) >> 3);
    if (dataBytes < 0 || dataAt + dataBytes > block.byteLength) throw new RangeError("column end");
    const start = at;
    at = dataAt + dataBytes;
    return Array.from({ length: rows }, (_, row) => {
      if (size < 0) {
        return readItem(block, view, typeCode, dataAt, view.getInt32(start + 4 * row, true));
      }
      const isNull = (view.getUint8(start + (row >> 3)) & (0x80 >> (row & 7))) !== 0;
      const cell = isNull ? null : readFixedCell(view, typeCode, dataAt + row * size);
      if (cell === undefined) throw adapterError(`type ${typeCode} is not supported`);
      return cell;
    });
  });
  return { rows, typeCodes, columns };
}

function readItem(
  block: Uint8Array,
  view: DataView,
  typeCode: number,
  dataAt: number,
  offset: number,
): Cell {
  if (offset < 0) return null;
  const length = view.getUint16(dataAt + offset, true);
  const start = dataAt + offset + 2;
  if (start + length > block.byteLength) throw new RangeError("item end");
  if (typeCode === TypeCode.Nchar) {
    return Array.from(
      { length: length >> 2 },
      (_, i) => toText(view.getUint32(start + 4 * i, true)),
    ).join("");
  }
  const bytes = block.slice(start, start + length);
  return typeCode === TypeCode.Json ? new TextDecoder().decode(bytes) : bytes;
}

function toText(point: number): string {
  return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
}
