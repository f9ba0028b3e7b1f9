/**
 * Binary frames of the WebSocket endpoint.
 *
 * Client to server: `@0 u64 req_id`, `@8 u64 resource id`, `@16 u64 action`, then the fields of the action.
 * `fetch_raw_block` reply: `@0 u64` all ones, `@8 u64` action, `@16 u16` version, `@18 u64` time, `@26 u64 req_id`,
 * `@34 u32` code, `@38 u32 m`, `@42` message, `@42+m u64` result id, `@50+m u8` finished, and while not finished
 * `@51+m u32` block length and the block. Little endian throughout.
 *
 * @module
 */

import { elapsedNs, type Envelope } from "./replies.ts";

/** Number and name of each binary action. */
export const BINARY_ACTIONS: ReadonlyMap<bigint, string> = new Map([
  [1n, "set_tags"],
  [2n, "bind"],
  [3n, "write_raw"],
  [4n, "write_raw_block"],
  [5n, "write_raw_block_with_fields"],
  [6n, "binary_query"],
  [7n, "fetch_raw_block"],
  [9n, "stmt2_bind"],
  [10n, "validate_sql"],
]);

/** Bytes of the header that every client frame has. */
export const CLIENT_HEADER_BYTES = 24;

/** Bytes before the raw block in a successful `fetch_raw_block` reply. */
export const BLOCK_HEADER_BYTES = 55;

/** Bytes before the raw block in a legacy `fetch_block` reply. */
export const LEGACY_HEADER_BYTES = 16;

/** A client frame, its header read. */
export interface ClientFrame {
  reqId: bigint;
  /** Result or statement. */
  id: bigint;
  action: bigint;
  /** What follows the header. */
  body: Uint8Array;
}

/** A frame whose content cannot be carried out. */
export class FrameError extends Error {
  override name = "FrameError";
}

/** Reads the header of a client frame; null when the frame is too short to have one. */
export function readClientFrame(bytes: Uint8Array): ClientFrame | null {
  if (bytes.byteLength < CLIENT_HEADER_BYTES) return null;
  const view = viewOf(bytes);
  return {
    reqId: view.getBigUint64(0, true),
    id: view.getBigUint64(8, true),
    action: view.getBigUint64(16, true),
    body: bytes.subarray(CLIENT_HEADER_BYTES),
  };
}

/**
 * Reads the SQL of `binary_query` and `validate_sql`: `u16` version, `u32` length, text.
 *
 * @throws {FrameError} when the frame is short.
 */
export function readSql(body: Uint8Array): string {
  if (body.byteLength < 7) throw new FrameError("message length is too short");
  const view = viewOf(body);
  const version = view.getUint16(0, true);
  if (version !== 1) throw new FrameError(`unknown binary query version:${version}`);
  const length = view.getUint32(2, true);
  const text = body.subarray(6);
  if (length > text.byteLength) {
    throw new FrameError(
      `uncompleted message, sql length:${length}, remainMessageLength:${text.byteLength}`,
    );
  }
  return new TextDecoder().decode(text.subarray(0, length));
}

/**
 * Checks the rest of a `fetch_raw_block` request: `u16` version.
 *
 * @throws {FrameError} when it is short or of another version.
 */
export function checkFetch(body: Uint8Array): void {
  if (body.byteLength < 2) throw new FrameError("message length is too short");
  const version = viewOf(body).getUint16(0, true);
  if (version !== 1) throw new FrameError(`unknown fetch raw block version:${version}`);
}

/**
 * Reads `stmt2_bind`: `u16` version, `i32` column index (−1 = all), payload.
 *
 * @throws {FrameError} when the frame is short or binds a single column.
 */
export function readBindPayload(body: Uint8Array): Uint8Array {
  if (body.byteLength < 6) throw new FrameError("message length is too short");
  const view = viewOf(body);
  const version = view.getUint16(0, true);
  if (version !== 1) throw new FrameError(`unknown stmt2 bind version:${version}`);
  const columnIndex = view.getInt32(2, true);
  if (columnIndex !== -1) {
    throw new FrameError(`binding a single column is not supported, column ${columnIndex}`);
  }
  return body.subarray(6);
}

/** Fills the header of a block reply; `frame` holds the raw block from {@link BLOCK_HEADER_BYTES} on. */
export function fillBlockHeader(frame: Uint8Array, envelope: Envelope, resultId: bigint): void {
  writeReplyHead(viewOf(frame), envelope, 0, 0);
  const view = viewOf(frame);
  view.setBigUint64(42, resultId, true);
  view.setUint8(50, 0);
  view.setUint32(51, frame.byteLength - BLOCK_HEADER_BYTES, true);
}

/** Makes the last reply of a result: its end, or with a code the error that ended it. */
export function makeFinishedFrame(
  envelope: Envelope,
  resultId: bigint,
  code = 0,
  message = "",
): Uint8Array {
  const text = new TextEncoder().encode(message);
  const frame = new Uint8Array(51 + text.byteLength);
  const view = viewOf(frame);
  writeReplyHead(view, envelope, code, text.byteLength);
  frame.set(text, 42);
  view.setBigUint64(42 + text.byteLength, resultId, true);
  view.setUint8(50 + text.byteLength, 1);
  return frame;
}

/** Fills the header of a legacy `fetch_block` reply: `u64` time, `u64` result id. */
export function fillLegacyHeader(frame: Uint8Array, envelope: Envelope, resultId: bigint): void {
  const view = viewOf(frame);
  view.setBigUint64(0, BigInt(elapsedNs(envelope.startedMs)), true);
  view.setBigUint64(8, resultId, true);
}

function writeReplyHead(
  view: DataView,
  envelope: Envelope,
  code: number,
  messageBytes: number,
): void {
  view.setBigUint64(0, 0xffff_ffff_ffff_ffffn, true);
  view.setBigUint64(8, 7n, true);
  view.setUint16(16, 1, true);
  view.setBigUint64(18, BigInt(elapsedNs(envelope.startedMs)), true);
  view.setBigUint64(26, envelope.reqId, true);
  view.setUint32(34, code & 0xffff, true);
  view.setUint32(38, messageBytes, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
