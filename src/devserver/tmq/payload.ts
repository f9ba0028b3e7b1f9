/**
 * The payload of a data message (protocol.md §5.6): head with two log positions, blocks with their schemas and table
 * names, and for a metadata+data message the created child tables.
 *
 * @module
 */
import { encodeBlock, storageBytes, TypeCode } from "../blocks.ts";
import type { Cell, Precision } from "../engine.ts";
import { formatJson, type JsonObject } from "../replies.ts";
import { ByteWriter } from "./byte_writer.ts";
import { writeCreatedTable } from "./created_table.ts";
import { encodeJsonTag } from "./json_tag.ts";
import {
  MessageType,
  type TopicBlock,
  type TopicField,
  type TopicMessage,
} from "./topic_engine.ts";

/** What `fetch_raw` and `fetch_raw_data` give. */
export interface RawMessage {
  rawType: number;
  data: Uint8Array;
}

const RawType = { data: 2, metaAndData: 4, batchMeta: 5 } as const;
const headVersion = 100;
/** Marks a position in the log. */
const logPosition = 0x11;
const blockVersion = 2;
const precisionCodes: Record<Precision, number> = { ms: 0, us: 1, ns: 2 };
const blockHeaderBytes = 18;

/** Makes the payload of a message; of metadata it is the text of the events. */
export function encodeMessage(message: TopicMessage): RawMessage {
  if (message.type === MessageType.meta) {
    const [first] = message.events;
    return {
      rawType: message.isBatchMeta ? RawType.batchMeta : first!.code,
      data: new TextEncoder().encode(formatJson(metaOf(message))),
    };
  }
  const writer = new ByteWriter();
  writer.u8(headVersion);
  writer.i32(18);
  for (const version of [message.begin, message.end]) {
    writer.u8(logPosition);
    writer.i64(BigInt(version));
  }
  writer.i32(message.blocks.length);
  if (message.blocks.length > 0) {
    writer.u8(message.hasTableNames ? 1 : 0);
    writer.u8(1);
    for (const block of message.blocks) writeBlock(writer, block, message.hasTableNames);
  }
  if (message.type === MessageType.data) {
    writer.i64(0n);
    return { rawType: RawType.data, data: writer.finish() };
  }
  writer.i32(message.created.length);
  for (const table of message.created) writeCreatedTable(writer, table);
  return { rawType: RawType.metaAndData, data: writer.finish() };
}

/** The metadata of a message as `fetch_json_meta` tells it. */
export function metaOf({ type, events, isBatchMeta }: TopicMessage): JsonObject {
  return isBatchMeta && type === MessageType.meta
    ? { tmq_meta_version: "1.0", metas: events.map(({ event }) => event) }
    : events[0]!.event;
}

/** Makes the raw block of a topic's block; JSON has the server's own form in it. */
export function encodeTopicBlock(block: TopicBlock, headBytes = 0): Uint8Array {
  const columns = block.fields.map((field, index): Cell[] => {
    const cells = block.columns[index]!;
    return field.typeCode === TypeCode.Json ? cells.map(jsonItem) : cells;
  });
  return encodeBlock(block.fields, columns, headBytes, blockVersion);
}

function jsonItem(cell: Cell): Cell {
  return cell === null ? null : encodeJsonTag(String(cell));
}

function writeBlock(writer: ByteWriter, block: TopicBlock, hasName: boolean): void {
  const bytes = encodeTopicBlock(block, blockHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, 1n, true);
  view.setBigInt64(8, BigInt(block.columns[0]?.length ?? 0), false);
  view.setUint8(17, precisionCodes[block.precision]);
  writer.uvarint(bytes.byteLength);
  writer.bytes(bytes);
  writer.zigzag(block.fields.length);
  writer.zigzag(0);
  for (const field of block.fields) writeField(writer, field);
  if (hasName) writer.text(block.table);
}

function writeField(writer: ByteWriter, field: TopicField): void {
  writer.u8(field.typeCode);
  writer.u8(field.flags);
  writer.zigzag(storageBytes(field));
  writer.zigzag(field.columnId);
  writer.text(field.name);
}
