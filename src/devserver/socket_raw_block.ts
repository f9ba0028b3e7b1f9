/**
 * Blocks of a server's result written into a table (protocol.md §2.8, binary actions 4 and 5).
 *
 * `@0 i32` rows, `@4 u16` length of the name, `@6` name, the raw block; action 5 goes on with one field of 72 bytes a
 * column: `char[65]` name, `i8` type, `@68 i32` bytes (§6.4). Little endian.
 *
 * @module
 */
import type { JsonObject } from "./replies.ts";
import { adapterError, type ClientSession } from "./session.ts";
import { readBlock } from "./socket_stmt1_blocks.ts";

const FIELD_BYTES = 72;
const FIELD_NAME_BYTES = 65;
const BLOCK_LENGTH_AT = 4;

/** The parts of a frame. */
interface RawBlockFrame {
  table: string;
  block: Uint8Array;
  /** Names of the block's columns; null when they are those of the table in their order. */
  names: string[] | null;
}

/**
 * Writes the rows of a block.
 *
 * @param session The connection; its current database has the table.
 * @param body The frame behind its header.
 * @param hasFields True for action 5.
 * @returns No fields of its own for the reply.
 */
export async function writeRawBlock(
  session: ClientSession,
  body: Uint8Array,
  hasFields: boolean,
): Promise<JsonObject> {
  const { table, block, names } = readFrame(body, hasFields);
  const { columns, typeCodes } = readBlock(block);
  const list = names === null ? "" : ` (${names.map(quote).join(", ")})`;
  const marks = columns.map(() => "?").join(", ");
  const insert = `insert into ${quote(table)}${list} values (${marks})`;
  const prepared = await session.engineSession.prepare(insert, true);
  await prepared.execute([
    { name: null, tags: [], tagTypes: [], columns, columnTypes: typeCodes },
  ]);
  return {};
}

function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function readFrame(body: Uint8Array, hasFields: boolean): RawBlockFrame {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  try {
    const blockAt = 6 + view.getUint16(4, true);
    const blockEnd = blockAt + view.getInt32(blockAt + BLOCK_LENGTH_AT, true);
    const columnCount = view.getInt32(blockAt + 12, true);
    const isWhole = blockEnd > blockAt &&
      blockEnd + (hasFields ? columnCount * FIELD_BYTES : 0) <= body.byteLength;
    if (!isWhole) throw new RangeError("block end");
    const decoder = new TextDecoder();
    const names = Array.from({ length: columnCount }, (_, column) => {
      const at = blockEnd + column * FIELD_BYTES;
      const name = body.subarray(at, at + FIELD_NAME_BYTES);
      const end = name.indexOf(0);
      return decoder.decode(end < 0 ? name : name.subarray(0, end));
    });
    return {
      table: decoder.decode(body.subarray(6, blockAt)),
      block: body.subarray(blockAt, blockEnd),
      names: hasFields ? names : null,
    };
  } catch (error) {
    if (error instanceof RangeError) throw adapterError("message length is too short");
    throw error;
  }
}
