/**
 * Binary replies of `/rest/tmq` (protocol.md §5.4, §5.5). Little endian.
 *
 * `fetch_raw_data`: `@0 u64` all ones, `@8 u64` 8, `@16 u16` version, `@18 u64` time, `@26 u64 req_id`, `@34 u32` code,
 * `@38 u32 m`, `@42` message, `@42+m u64` message id, and without error `@50 u16` type, `@52 u32` length, `@56` data.
 * `fetch_raw`: `@0 u64` time, `@8 u64 req_id`, `@16 u64` message id, `@24 u64` 3, `@32 u32` length, `@36 u16` type,
 * `@38` data. `fetch_block`: `@0 u64` time, `@8 u64 req_id`, `@16 u64` message id, `@24` raw block.
 *
 * @module
 */
import { elapsedNs, type Envelope } from "../replies.ts";
import type { RawMessage } from "./payload.ts";

/** Bytes in front of the raw block in a `fetch_block` reply. */
export const fetchBlockHeaderBytes = 24;

const rawDataAction = 8n;
const rawMessageAction = 3n;

/** Makes the reply to `fetch_raw_data`. */
export function rawDataFrame(
  envelope: Envelope,
  messageId: bigint,
  { rawType, data }: RawMessage,
): Uint8Array {
  const frame = rawDataHead(envelope, messageId, 0, "", 6 + data.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint16(50, rawType, true);
  view.setUint32(52, data.byteLength, true);
  frame.set(data, 56);
  return frame;
}

/** Makes the reply to a `fetch_raw_data` that failed. */
export function rawDataError(
  envelope: Envelope,
  messageId: bigint,
  code: number,
  message: string,
): Uint8Array {
  return rawDataHead(envelope, messageId, code, message, 0);
}

function rawDataHead(
  envelope: Envelope,
  messageId: bigint,
  code: number,
  message: string,
  room: number,
): Uint8Array {
  const text = new TextEncoder().encode(message);
  const frame = new Uint8Array(50 + text.byteLength + room);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, 0xffff_ffff_ffff_ffffn, true);
  view.setBigUint64(8, rawDataAction, true);
  view.setUint16(16, 1, true);
  view.setBigUint64(18, BigInt(elapsedNs(envelope.startedMs)), true);
  view.setBigUint64(26, envelope.reqId, true);
  view.setUint32(34, code & 0xffff, true);
  view.setUint32(38, text.byteLength, true);
  frame.set(text, 42);
  view.setBigUint64(42 + text.byteLength, messageId, true);
  return frame;
}

/** Makes the reply to `fetch_raw`. */
export function rawFrame(
  envelope: Envelope,
  messageId: bigint,
  { rawType, data }: RawMessage,
): Uint8Array {
  const frame = new Uint8Array(38 + data.byteLength);
  const view = fillHead(frame, envelope, messageId);
  view.setBigUint64(24, rawMessageAction, true);
  view.setUint32(32, data.byteLength, true);
  view.setUint16(36, rawType, true);
  frame.set(data, 38);
  return frame;
}

/** Fills the head of a `fetch_block` reply, whose block begins at {@linkcode fetchBlockHeaderBytes}. */
export function fillHead(frame: Uint8Array, envelope: Envelope, messageId: bigint): DataView {
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(elapsedNs(envelope.startedMs)), true);
  view.setBigUint64(8, envelope.reqId, true);
  view.setBigUint64(16, messageId, true);
  return view;
}
