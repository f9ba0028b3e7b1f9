/**
 * Sends the beginning of a WebSocket frame and cuts the connection: what a client sees when its server goes in the
 * middle of a reply.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** Header of an unmasked frame that is not fragmented (RFC 6455 §5.2): `u8` opcode, length in 7, 7+16 or 7+64 bits. */
function frameHeader(isText: boolean, length: number): Buffer {
  const opcode = 0x80 | (isText ? 1 : 2);
  if (length < 126) return Buffer.from([opcode, length]);
  if (length < 0x1_0000) return Buffer.from([opcode, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header.writeUInt8(opcode, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

/**
 * Sends the first bytes of a reply behind the header of the whole, then cuts the connection.
 *
 * @param socket The connection.
 * @param reply The whole reply.
 * @param bytes How many bytes of it are sent.
 */
export function sendCut(socket: WebSocket, reply: string | Uint8Array, bytes: number): void {
  // `ws` has no public way to write half a frame; other runtimes' stand-ins for it may have none.
  const { _socket: stream } = socket as unknown as { _socket?: Partial<Duplex> };
  const payload = Buffer.from(reply as Uint8Array);
  const begin = payload.subarray(0, bytes);
  if (typeof stream?.write !== "function") return socket.terminate();
  stream.write(
    Buffer.concat([frameHeader(typeof reply === "string", payload.length), begin]),
    () => socket.terminate(),
  );
}
