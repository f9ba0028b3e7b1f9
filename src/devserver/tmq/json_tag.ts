/**
 * Tag values in the server's own form (protocol.md §3.4): a row of tags by number, and a JSON tag by key.
 *
 * `@0 i8` flags (0x40 JSON, 0x20 two bytes an offset), `@1 i16` length of everything, `@3 i16` number of tags, `@5 i32`
 * version, `@9` the offset of each entry from the end of the offsets, then the entries. Little endian.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { encodeUcs4, TypeCode } from "../blocks.ts";
import type { Cell } from "../engine.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { TopicTag } from "./topic_engine.ts";

const jsonFlag = 0x40;
const wideFlag = 0x20;
const headBytes = 9;

function joinEntries(entries: Uint8Array[], flag: number): Uint8Array {
  const offsets: number[] = [];
  let length = 0;
  for (const entry of entries) {
    offsets.push(length);
    length += entry.byteLength;
  }
  const isWide = length > 0xff;
  const writer = new ByteWriter();
  writer.u8(flag | (isWide ? wideFlag : 0));
  writer.i16(headBytes + entries.length * (isWide ? 2 : 1) + length);
  writer.i16(entries.length);
  writer.i32(1);
  for (const offset of offsets) isWide ? writer.i16(offset) : writer.u8(offset);
  for (const entry of entries) writer.bytes(entry);
  return writer.finish();
}

/** Encodes the tags of a child table; NULLs are not in it. */
export function encodeTags(tags: TopicTag[]): Uint8Array {
  const [first] = tags;
  if (first?.field.typeCode === TypeCode.Json) {
    return encodeJsonTag(first.cell === null ? "null" : String(first.cell));
  }
  return joinEntries(tags.filter(({ cell }) => cell !== null).map(tagEntry), 0);
}

function tagEntry({ field, cell }: TopicTag): Uint8Array {
  const writer = new ByteWriter();
  writer.zigzag(field.columnId);
  writer.u8(field.typeCode);
  if (cell instanceof Uint8Array || field.typeCode === TypeCode.Nchar) {
    const bytes = cell instanceof Uint8Array ? cell : encodeUcs4(String(cell));
    writer.uvarint(bytes.byteLength);
    writer.bytes(bytes);
  } else writer.bytes(fixedBytes(field.typeCode, cell));
  return writer.finish();
}

function fixedBytes(typeCode: number, cell: Cell): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  switch (typeCode) {
    case TypeCode.Float:
      view.setFloat32(0, cell as number, true);
      return new Uint8Array(view.buffer, 0, 4);
    case TypeCode.Double:
      view.setFloat64(0, cell as number, true);
      return new Uint8Array(view.buffer);
  }
  const size = tagSizes.get(typeCode) ?? 8;
  view.setBigInt64(0, BigInt(cell as number | bigint | boolean), true);
  return new Uint8Array(view.buffer, 0, size);
}

const tagSizes: ReadonlyMap<number, number> = new Map([
  [TypeCode.Bool, 1],
  [TypeCode.TinyInt, 1],
  [TypeCode.UTinyInt, 1],
  [TypeCode.SmallInt, 2],
  [TypeCode.USmallInt, 2],
  [TypeCode.Int, 4],
  [TypeCode.UInt, 4],
]);

/** Encodes the text of a JSON tag, or of what `->` has taken out of one. */
export function encodeJsonTag(text: string): Uint8Array {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return encodeScalar(value);
  const entries = Object.entries(value).map(([key, member]) => ({
    key: new TextEncoder().encode(key),
    member: member as unknown,
  })).sort((a, b) => Buffer.compare(a.key, b.key));
  return joinEntries(
    entries.map(({ key, member }) => {
      const writer = new ByteWriter();
      writer.uvarint(key.byteLength + 1);
      writer.bytes(key);
      writer.u8(0);
      writeScalar(writer, member, (bytes) => writer.uvarint(bytes));
      return writer.finish();
    }),
    jsonFlag,
  );
}

function encodeScalar(value: unknown): Uint8Array {
  const writer = new ByteWriter();
  writeScalar(writer, value, (bytes) => writer.i16(bytes));
  return writer.finish();
}

function writeScalar(
  writer: ByteWriter,
  value: unknown,
  writeLength: (bytes: number) => void,
): void {
  if (typeof value === "boolean") {
    writer.u8(TypeCode.Bool);
    writer.u8(value ? 1 : 0);
  } else if (typeof value === "number") {
    writer.u8(TypeCode.Double);
    writer.f64(value);
  } else if (typeof value === "string") {
    const bytes = encodeUcs4(value);
    writer.u8(TypeCode.Nchar);
    writeLength(bytes.byteLength);
    writer.bytes(bytes);
  } else writer.u8(TypeCode.Null);
}
