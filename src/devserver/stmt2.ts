/**
 * The payload of `stmt2_bind` (protocol.md §4.1), read into the values bound for each table.
 *
 * Header of `u32`: `@0` total length, `@4` tables, `@8` tag blocks a table, `@12` column blocks a table, `@16`, `@20`,
 * `@24` offsets of names, tags and columns (0 = absent). Names: tables × `u16` length with the NUL, then the names. Tags
 * and columns: tables × `u32` bytes, then the bind blocks: `u32` total length, `i32` type, `i32` n, n × `u8` is_null,
 * `u8` have_length, n × `i32` length when it is 1, `i32` buffer length, buffer. Little endian, text is UTF-8.
 *
 * @module
 */

import { readFixedCell } from "./fixed_cell.ts";
import { fixedSize, TypeCode } from "./blocks.ts";
import type { BoundTable, Cell } from "./engine.ts";

/** A payload that does not hold together. */
export class BindError extends Error {
  override name = "BindError";
}

/** The values of one placeholder: one a row; `undefined` is NONE. */
export interface BindBlock {
  typeCode: number;
  cells: (Cell | undefined)[];
}

const HEADER_BYTES = 28;
/** A byte order mark in front belongs to the text. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Counts and offsets at the start of a payload. */
interface Header {
  tables: number;
  tags: number;
  columns: number;
  namesOffset: number;
  tagsOffset: number;
  columnsOffset: number;
}

/**
 * Reads a payload.
 *
 * @throws {BindError} when a length, count or offset leaves the payload.
 */
export function readBind(payload: Uint8Array): BoundTable[] {
  const header = readHeader(payload);
  const names = header.namesOffset > 0 ? readNames(payload, header) : null;
  const tags = header.tagsOffset > 0 ? readSection(payload, header, "tag") : null;
  const columns = header.columnsOffset > 0 ? readSection(payload, header, "col") : null;
  return Array.from({ length: header.tables }, (_, i) => ({
    name: names?.[i] ?? null,
    tags: (tags?.[i] ?? []).map((block) => block.cells[0]),
    tagTypes: (tags?.[i] ?? []).map((block) => block.typeCode),
    columns: (columns?.[i] ?? []).map((block) => block.cells),
    columnTypes: (columns?.[i] ?? []).map((block) => block.typeCode),
  }));
}

function readHeader(payload: Uint8Array): Header {
  if (payload.byteLength < HEADER_BYTES) throw new BindError("data length is less than 28");
  const view = viewOf(payload);
  const total = view.getUint32(0, true);
  if (total !== payload.byteLength) {
    throw new BindError(`total length not match, expect ${payload.byteLength}, but get ${total}`);
  }
  const [tables, tags, columns] = [4, 8, 12].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  const [names, tagAt, columnAt] = [16, 20, 24].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  if (tagAt > 0 && tags === 0) throw new BindError("tag count is 0, but tags offset is not 0");
  if (columnAt > 0 && columns === 0) {
    throw new BindError("col count is 0, but cols offset is not 0");
  }
  // A table takes at least two bytes of any section: this keeps a huge count from being believed.
  if (tables > total / 2) {
    throw new BindError(`table count ${tables} is out of range, total length: ${total}`);
  }
  return { tables, tags, columns, namesOffset: names, tagsOffset: tagAt, columnsOffset: columnAt };
}

function readNames(payload: Uint8Array, header: Header): string[] {
  const view = viewOf(payload);
  let at = header.namesOffset + 2 * header.tables;
  if (at > payload.byteLength) throw new BindError(outOfRange("table name lengths", payload, at));
  return Array.from({ length: header.tables }, (_, i) => {
    const length = view.getUint16(header.namesOffset + 2 * i, true);
    if (length === 0) {
      throw new BindError(
        `table name length is 0, tableNamesOffset: ${header.namesOffset}, index: ${i}`,
      );
    }
    const end = at + length;
    if (end > payload.byteLength) throw new BindError(outOfRange("table names", payload, end));
    if (payload[end - 1] !== 0) throw new BindError(`table name ${i} does not end with NUL`);
    const name = decoder.decode(payload.subarray(at, end - 1));
    at = end;
    return name;
  });
}

function readSection(payload: Uint8Array, header: Header, kind: "tag" | "col"): BindBlock[][] {
  const view = viewOf(payload);
  const [offset, count] = kind === "tag"
    ? [header.tagsOffset, header.tags]
    : [header.columnsOffset, header.columns];
  let at = offset + 4 * header.tables;
  if (at > payload.byteLength) throw new BindError(outOfRange(`${kind}s lengths`, payload, at));
  return Array.from({ length: header.tables }, (_, i) => {
    const length = view.getUint32(offset + 4 * i, true);
    if (length === 0) {
      throw new BindError(`${kind} length is 0, ${kind}sOffset: ${offset}, index: ${i}`);
    }
    const end = at + length;
    if (end > payload.byteLength) throw new BindError(outOfRange(`${kind}s`, payload, end));
    const blocks = readBlocks(payload.subarray(at, end), count);
    at = end;
    return blocks;
  });
}

function readBlocks(section: Uint8Array, count: number): BindBlock[] {
  const view = viewOf(section);
  const blocks: BindBlock[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const total = at + 4 <= section.byteLength ? view.getUint32(at, true) : 0;
    if (total < 17 || at + total > section.byteLength) {
      throw new BindError("bind data length error");
    }
    blocks.push(readBlock(section.subarray(at, at + total)));
    at += total;
  }
  if (at !== section.byteLength) throw new BindError("bind data length error");
  return blocks;
}

function readBlock(block: Uint8Array): BindBlock {
  const view = viewOf(block);
  const typeCode = view.getInt32(4, true);
  const rows = view.getInt32(8, true);
  if (rows < 0 || 17 + rows > block.byteLength) {
    throw new BindError(`row count ${rows} is out of range`);
  }
  const nulls = block.subarray(12, 12 + rows);
  const hasLength = block[12 + rows] === 1;
  const lengthsAt = 13 + rows;
  const bufferLengthAt = lengthsAt + (hasLength ? 4 * rows : 0);
  if (bufferLengthAt + 4 > block.byteLength) throw new BindError("bind lengths are out of range");
  const buffer = block.subarray(bufferLengthAt + 4);
  const bufferLength = view.getInt32(bufferLengthAt, true);
  if (bufferLength !== buffer.byteLength) {
    throw new BindError(
      `buffer length not match, expect ${buffer.byteLength}, but get ${bufferLength}`,
    );
  }
  const lengths = Array.from(
    { length: hasLength ? rows : 0 },
    (_, row) => view.getInt32(lengthsAt + 4 * row, true),
  );
  const cells = hasLength
    ? readVariable(typeCode, nulls, lengths, buffer)
    : readFixed(typeCode, nulls, buffer);
  return { typeCode, cells };
}

function readVariable(
  typeCode: number,
  nulls: Uint8Array,
  lengths: number[],
  buffer: Uint8Array,
): BindBlock["cells"] {
  const isText = typeCode === TypeCode.Nchar || typeCode === TypeCode.Json ||
    typeCode === TypeCode.Decimal || typeCode === TypeCode.Decimal64;
  let at = 0;
  return lengths.map((length, row) => {
    if (nulls[row] !== 0) return nulls[row] === 2 ? undefined : null;
    if (length < 0 || at + length > buffer.byteLength) {
      throw new BindError("bind value is out of range");
    }
    const bytes = buffer.subarray(at, at + length);
    at += length;
    return isText ? decoder.decode(bytes) : bytes.slice();
  });
}

function readFixed(typeCode: number, nulls: Uint8Array, buffer: Uint8Array): BindBlock["cells"] {
  const size = fixedSize(typeCode);
  const isUnset = nulls.every((flag) => flag !== 0);
  if (!isUnset && size < 0) throw new BindError(`bind of type ${typeCode} has no lengths`);
  if (!isUnset && buffer.byteLength < size * nulls.length) {
    throw new BindError("bind value is out of range");
  }
  const view = viewOf(buffer);
  return Array.from(nulls, (flag, row) => {
    if (flag !== 0) return flag === 2 ? undefined : null;
    const cell = readFixedCell(view, typeCode, row * size);
    if (cell === undefined) throw new BindError(`bind of type ${typeCode} is not supported`);
    return cell;
  });
}

function outOfRange(what: string, payload: Uint8Array, end: number): string {
  return `${what} out of range, total length: ${payload.byteLength}, end: ${end}`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
