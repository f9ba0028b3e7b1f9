/**
 * Heads of the binary frames that the server sends (protocol.md §2.5, §2.9). All integers are little endian.
 *
 * | at | `fetch_raw_block` reply | |
 * |---|---|---|
 * | 0 | u64 | all ones; anything else is a legacy `fetch_block` frame |
 * | 8 | u64 | action, 7 |
 * | 16 | u16 | version, 1 |
 * | 18 | u64 | server time in ns |
 * | 26 | u64 | request id |
 * | 34 | u32 | code |
 * | 38 | u32 | m, length of the message |
 * | 42 | m bytes | message, UTF-8 |
 * | 42 + m | u64 | result id |
 * | 50 + m | u8 | 1: no more data |
 * | 51 + m | u32 | length of the block; only when there is more data |
 * | 55 + m | bytes | raw block |
 *
 * A legacy frame is u64 time, u64 result id, raw block.
 *
 * @module
 */
import { CodecError } from "../../errors.ts";

const headBytes = 51;
const fetchRawBlockAction = 7n;

/** The reply to one `fetch_raw_block`. */
export interface FetchReply {
  readonly code: number;
  readonly message: string;
  readonly durationNs: bigint;
  /** The raw block, a view of the frame; null when the result has ended. */
  readonly block: Uint8Array | null;
}

/** What a binary frame answers: a request id, or for legacy frames a result id. */
export type FrameKey = { readonly reqId: bigint } | { readonly resultId: bigint } | null;

function view(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

function short(frame: Uint8Array, needed: number, what: string): CodecError {
  return new CodecError(`the server's ${what} frame is cut`, {
    offset: 0,
    needed,
    available: frame.byteLength,
  });
}

/** Tells which request a binary frame answers; null when it is too short to say. */
export function frameKey(frame: Uint8Array): FrameKey {
  if (frame.byteLength < 16) return null;
  const head = view(frame);
  if (head.getBigUint64(0, true) !== 0xffff_ffff_ffff_ffffn) {
    return { resultId: head.getBigUint64(8, true) };
  }
  return frame.byteLength < 34 ? null : { reqId: head.getBigUint64(26, true) };
}

/**
 * Reads a `fetch_raw_block` reply.
 *
 * @throws {CodecError} when the frame is shorter than it says, or is not such a reply.
 */
export function readFetchReply(frame: Uint8Array): FetchReply {
  if (frame.byteLength < headBytes) throw short(frame, headBytes, "fetch");
  const head = view(frame);
  if (head.getBigUint64(8, true) !== fetchRawBlockAction || head.getUint16(16, true) !== 1) {
    throw new CodecError("the server's binary frame is not a fetch_raw_block reply of version 1", {
      offset: 8,
    });
  }
  const messageBytes = head.getUint32(38, true);
  const end = headBytes + messageBytes;
  if (frame.byteLength < end) throw short(frame, end, "fetch");
  const code = head.getUint32(34, true);
  const message = new TextDecoder().decode(frame.subarray(42, 42 + messageBytes));
  const durationNs = head.getBigUint64(18, true);
  if (code !== 0 || head.getUint8(50 + messageBytes) !== 0) {
    return { code, message, durationNs, block: null };
  }
  if (frame.byteLength < end + 4) throw short(frame, end + 4, "fetch");
  const length = head.getUint32(end, true);
  if (frame.byteLength < end + 4 + length) throw short(frame, end + 4 + length, "fetch");
  return { code, message, durationNs, block: frame.subarray(end + 4, end + 4 + length) };
}

/** The raw block of a legacy `fetch_block` frame. */
export function legacyBlock(frame: Uint8Array): Uint8Array {
  return frame.subarray(16);
}
