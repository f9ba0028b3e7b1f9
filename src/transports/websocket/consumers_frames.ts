/**
 * Heads of the binary frames that carry a message's payload (protocol.md §5.4, §5.5). Little endian.
 *
 * | at | `fetch_raw_data` reply | |
 * |---|---|---|
 * | 0 | u64 | all ones |
 * | 8 | u64 | action, 8 |
 * | 16 | u16 | version, 1 |
 * | 18 | u64 | server time in ns |
 * | 26 | u64 | request id |
 * | 34 | u32 | code |
 * | 38 | u32 | m, length of the message |
 * | 42 | m bytes | message, UTF-8 |
 * | 42 + m | u64 | message id |
 * | 50 + m | u16 | raw type; from here on only without an error |
 * | 52 + m | u32 | length of the payload |
 * | 56 + m | bytes | payload |
 *
 * A `fetch_raw` reply (servers before 3.3.2): u64 time, u64 request id, u64 message id, u64 3, u32 length, u16 raw type,
 * payload.
 *
 * @module
 */
import { CodecError } from "../../errors.ts";

const fetchRawDataAction = 8n;
const fetchRawAction = 3n;
const headBytes = 50;
const legacyBytes = 38;

/** A payload as it came, or the server's error. */
export interface RawReply {
  readonly code: number;
  readonly message: string;
  readonly rawType: number;
  /** A view of the frame. */
  readonly payload: Uint8Array;
}

function short(frame: Uint8Array, needed: number): CodecError {
  const { byteLength: available } = frame;
  return new CodecError("the server's frame with a message is cut", {
    offset: 0,
    needed,
    available,
  });
}

/** The bytes from `at` on, which must be as many as announced. */
function payloadAt(frame: Uint8Array, at: number, length: number): Uint8Array {
  if (frame.byteLength < at + length) throw short(frame, at + length);
  return frame.subarray(at, at + length);
}

/**
 * Reads a `fetch_raw_data` reply.
 *
 * @throws {CodecError} when the frame is shorter than it says, or is not such a reply to this message.
 */
export function readRawData(frame: Uint8Array, messageId: number): RawReply {
  if (frame.byteLength < headBytes) throw short(frame, headBytes);
  const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (head.getBigUint64(8, true) !== fetchRawDataAction || head.getUint16(16, true) !== 1) {
    throw new CodecError("the server's binary frame is not a fetch_raw_data reply of version 1", {
      offset: 8,
    });
  }
  const end = headBytes + head.getUint32(38, true);
  if (frame.byteLength < end) throw short(frame, end);
  const code = head.getUint32(34, true);
  const message = new TextDecoder().decode(frame.subarray(42, end - 8));
  if (code !== 0) return { code, message, rawType: 0, payload: new Uint8Array() };
  if (frame.byteLength < end + 6) throw short(frame, end + 6);
  requireId(head.getBigUint64(end - 8, true), messageId);
  const rawType = head.getUint16(end, true);
  return {
    code,
    message,
    rawType,
    payload: payloadAt(frame, end + 6, head.getUint32(end + 2, true)),
  };
}

/** Reads a `fetch_raw` reply. */
export function readRaw(frame: Uint8Array, messageId: number): RawReply {
  if (frame.byteLength < legacyBytes) throw short(frame, legacyBytes);
  const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (head.getBigUint64(24, true) !== fetchRawAction) {
    throw new CodecError("the server's binary frame is not a fetch_raw reply", { offset: 24 });
  }
  requireId(head.getBigUint64(16, true), messageId);
  const payload = payloadAt(frame, legacyBytes, head.getUint32(32, true));
  return { code: 0, message: "", rawType: head.getUint16(36, true), payload };
}

function requireId(given: bigint, messageId: number): void {
  if (given === BigInt(messageId)) return;
  throw new CodecError(`the server sent message ${given} instead of ${messageId}`);
}
