/**
 * Frames of a scripted taosAdapter (protocol.md §2.8, §2.9), read and written independently of the client.
 *
 * @module
 */

/** A request as it came. */
export interface Received {
  /** Action of the text, or the name of a binary frame's action. */
  readonly action: string;
  readonly reqId: bigint;
  /** Result or statement that it is about; 0 when there is none. */
  readonly resourceId: bigint;
  /** Arguments of a text request, without the request id. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The statement, of queries. */
  readonly sql: string;
  /** The frame, when it was binary. */
  readonly bytes: Uint8Array | null;
}

const binaryActions: Readonly<Record<number, string>> = {
  6: "binary_query",
  7: "fetch_raw_block",
  9: "stmt2_bind",
};

/** Reads a text request; ids keep all their digits. */
export function readText(text: string): Received {
  const exact = text.replace(/"(req_id|id|stmt_id)":(\d+)/g, '"$1":"$2"');
  const { action, args = {} } = JSON.parse(exact) as {
    action: string;
    args?: Record<string, unknown>;
  };
  const { req_id: reqId = "0", ...rest } = args as { req_id?: string } & Record<string, unknown>;
  const resourceId = BigInt(String(rest["id"] ?? rest["stmt_id"] ?? 0));
  return {
    action,
    reqId: BigInt(reqId),
    resourceId,
    args: rest,
    sql: String(rest["sql"] ?? ""),
    bytes: null,
  };
}

/** Reads a binary request. */
export function readBinary(bytes: Uint8Array): Received {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const action = binaryActions[Number(view.getBigUint64(16, true))] ?? "unknown";
  const sql = action === "binary_query"
    ? new TextDecoder().decode(bytes.subarray(30, 30 + view.getUint32(26, true)))
    : "";
  const [reqId, resourceId] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  return { action, reqId, resourceId, args: {}, sql, bytes };
}

/** The text of a reply. */
export function replyText(
  action: string,
  reqId: bigint,
  fields: Readonly<Record<string, unknown>>,
): string {
  const envelope = { code: 0, message: "", action, timing: 1234, ...fields };
  return `{"req_id":${reqId},${JSON.stringify(envelope).slice(1)}`;
}

/** What a `fetch_raw_block` reply says; `block: null` is the end of the result. */
export interface FetchFrame {
  readonly reqId: bigint;
  readonly resultId: bigint;
  readonly block: Uint8Array | null;
  readonly code?: number;
  readonly message?: string;
}

/** The bytes of a `fetch_raw_block` reply. */
export function fetchFrame(
  { reqId, resultId, block, code = 0, message = "" }: FetchFrame,
): Uint8Array {
  const text = new TextEncoder().encode(message);
  const end = 51 + text.length;
  const frame = new Uint8Array(end + (block === null ? 0 : 4 + block.length));
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, 2n ** 64n - 1n, true);
  view.setBigUint64(8, 7n, true);
  view.setUint16(16, 1, true);
  view.setBigUint64(18, 5678n, true);
  view.setBigUint64(26, reqId, true);
  view.setUint32(34, code, true);
  view.setUint32(38, text.length, true);
  frame.set(text, 42);
  view.setBigUint64(end - 9, resultId, true);
  frame[end - 1] = block === null ? 1 : 0;
  if (block !== null) {
    view.setUint32(end, block.length, true);
    frame.set(block, end + 4);
  }
  return frame;
}

/** The bytes of a legacy `fetch_block` reply. */
export function legacyFrame(resultId: bigint, block: Uint8Array): Uint8Array {
  const frame = new Uint8Array(16 + block.length);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, 5678n, true);
  view.setBigUint64(8, resultId, true);
  frame.set(block, 16);
  return frame;
}
