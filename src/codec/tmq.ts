/**
 * Regions of messages (their layout: `decodeTmq` in bindings.ts) → blocks.
 *
 * @module
 */
import type { CellFormats, ColumnContext } from "../column.ts";
import type { Precision } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import { MessageBlock } from "./message_block.ts";
import { readRegion, regionColumn, regionField } from "./region.ts";

const headBytes = 24;
const recordWords = 8;
const precisions: readonly Precision[] = ["ms", "us", "ns"];

/** A decoded message. */
export interface DecodedMessage {
  /** The blocks, in the order of the payload. */
  readonly blocks: MessageBlock[];
  /** Where in the log the next message begins; null for messages of a snapshot. */
  readonly nextOffset: bigint | null;
}

/** How cells of a message look. */
export type CellContext = Omit<ColumnContext, "precision">;

const utf8 = new TextDecoder();

/** Reads a message's region that has its buffer for itself; names stand in the payload. */
export function readMessage(
  region: Uint8Array,
  payload: Uint8Array,
  values: ResolvedValueOptions,
  formats: CellFormats,
): DecodedMessage {
  const buffer = region.buffer as ArrayBuffer;
  const [count = 0, isKnown] = new Uint32Array(buffer, 0, 2);
  const nextOffset = isKnown === 1 ? new DataView(buffer).getBigInt64(16, true) : null;
  const records = new Uint32Array(buffer, headBytes, count * recordWords);
  const blocks = Array.from({ length: count }, (_, i) => {
    const record = records.subarray(i * recordWords, (i + 1) * recordWords);
    return readBlock(buffer, record, payload, { values, formats });
  });
  return { blocks, nextOffset };
}

function readBlock(
  buffer: ArrayBuffer,
  record: Uint32Array,
  payload: Uint8Array,
  cells: CellContext,
): MessageBlock {
  const [at = 0, length = 0, precision = 0, table = 0, tableLength = 0, names = 0, nameCount = 0] =
    record;
  const textAt = (start: number, bytes: number) =>
    utf8.decode(payload.subarray(start, start + bytes));
  const places = new Uint32Array(buffer, names, 2 * nameCount);
  const nameOf = (i: number) =>
    i < nameCount ? textAt(places[2 * i]!, places[2 * i + 1]!) : `c${i}`;
  // A buffer of its own: a block may be kept, or handed to a worker, without the rest of the message.
  const region = readRegion(new Uint8Array(buffer.slice(at, at + length)));
  const context: ColumnContext = { ...cells, precision: precisions[precision]! };
  const columns = region.columns.map((column, i) =>
    regionColumn(region, column, regionField(column, nameOf(i)), context)
  );
  const name = tableLength === 0 ? null : textAt(table, tableLength);
  return new MessageBlock({ rowCount: region.rowCount, columns, context, table: name });
}
