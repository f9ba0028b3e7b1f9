/** A plain WebSocket client for protocol tests; it shares no code with the server or with tdwire's own client. */

import { WebSocket } from "ws";

/** A reply: parsed JSON (large integers as bigint), or a binary frame. */
export type Reply = Record<string, unknown> | Uint8Array;

/** A connection. */
export interface TestClient {
  extensions: string;
  /** Sends a text action and waits for the reply with its req_id. */
  request(action: string, args: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Sends a frame and waits for the reply with its req_id, or text and waits for the next reply. */
  send(message: string | Uint8Array): Promise<Reply>;
  pause(): void;
  resume(): void;
  received(): number;
  close(): void;
}

function parseReply(text: string): Record<string, unknown> {
  const value = JSON.parse(text.replace(/("(?:req_id|id|stmt_id)":)(\d{16,})/g, '$1"$2n"'));
  for (const key of ["req_id", "id", "stmt_id"]) {
    const member = value[key];
    if (typeof member === "string") value[key] = BigInt(member.slice(0, -1));
  }
  return value;
}

function formatRequest(action: string, args: Record<string, unknown>): string {
  const text = JSON.stringify(
    { action, args },
    (_key, value) => typeof value === "bigint" ? `${value}n` : value,
  );
  return text.replace(/"(\d+)n"/g, "$1");
}

function keyOf(reply: Reply): string {
  if (!(reply instanceof Uint8Array)) return String(reply.req_id);
  return String(new DataView(reply.buffer, reply.byteOffset).getBigUint64(26, true));
}

interface Waiter {
  key: string | null;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Opens a connection; rejects with the HTTP status when it is refused. */
export async function openClient(
  url: string,
  options: { perMessageDeflate?: boolean; path?: string } = {},
): Promise<TestClient> {
  const socket = new WebSocket(url + (options.path ?? "/ws"), {
    perMessageDeflate: options.perMessageDeflate ?? false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  const waiters: Waiter[] = [];
  let received = 0;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    received++;
    const reply = isBinary ? new Uint8Array(data) : parseReply(String(data));
    const key = keyOf(reply);
    const index = waiters.findIndex((waiter) => waiter.key === null || waiter.key === key);
    if (index >= 0) waiters.splice(index, 1)[0]!.resolve(reply);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    for (const waiter of waiters.splice(0)) waiter.reject(new Error("closed"));
  });
  const send = (message: string | Uint8Array, key: string | null) =>
    new Promise<Reply>((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) return reject(new Error("closed"));
      waiters.push({ key, resolve, reject });
      socket.send(message);
    });
  return {
    extensions: socket.extensions,
    request: async (action, args) =>
      await send(formatRequest(action, args), String(args.req_id)) as Record<string, unknown>,
    send: (message) =>
      send(
        message,
        typeof message === "string"
          ? null
          : String(new DataView(message.buffer).getBigUint64(0, true)),
      ),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    received: () => received,
    close: () => socket.terminate(),
  };
}

/** Makes a `fetch_raw_block` request. */
export function fetchFrame(reqId: bigint, resultId: bigint): Uint8Array {
  const frame = new Uint8Array(26);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, reqId, true);
  view.setBigUint64(8, resultId, true);
  view.setBigUint64(16, 7n, true);
  view.setUint16(24, 1, true);
  return frame;
}

/** Makes a `binary_query` request. */
export function queryFrame(reqId: bigint, sql: string, action = 6n): Uint8Array {
  const text = new TextEncoder().encode(sql);
  const frame = new Uint8Array(30 + text.byteLength);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, reqId, true);
  view.setBigUint64(16, action, true);
  view.setUint16(24, 1, true);
  view.setUint32(26, text.byteLength, true);
  frame.set(text, 30);
  return frame;
}

/** Reads the head of a `fetch_raw_block` reply. */
export function readBlockReply(reply: Reply) {
  const frame = reply as Uint8Array;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const messageLength = view.getUint32(38, true);
  const isFinished = frame[50 + messageLength] === 1;
  return {
    reqId: view.getBigUint64(26, true),
    code: view.getUint32(34, true),
    message: new TextDecoder().decode(frame.subarray(42, 42 + messageLength)),
    resultId: view.getBigUint64(42 + messageLength, true),
    isFinished,
    rows: isFinished ? 0 : view.getInt32(55 + messageLength + 8, true),
    block: isFinished ? null : frame.subarray(55 + messageLength),
  };
}
