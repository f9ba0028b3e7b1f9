/**
 * The program of a decode worker: start it as a Worker of type module and give it to `connect()` as `decodeWorker`.
 *
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function main(url: string) {
 *   const module = import.meta.resolve("@tdwire/client/decode-worker");
 *   const decodeWorker = new Worker(module, { type: "module" });
 *   const db = await connect(url, { decodeWorker });
 *   console.log((await db.query("select server_version()")).rows);
 *   await db.close();
 *   decodeWorker.terminate();
 * }
 * ```
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import type { DecodeReply, DecodeRequest } from "./decode_messages.ts";
import { initCodec } from "./load.ts";

/** What a Worker's global scope has. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(message: DecodeReply, transfer: ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as WorkerScope;

async function decode({ id, block }: DecodeRequest): Promise<DecodeReply> {
  try {
    const region = (await initCodec()).decodeRegion(block);
    return { id, region };
  } catch (error) {
    if (!(error instanceof CodecError)) return { id, fault: { message: String(error) } };
    const { message, offset, needed, available, hint } = error;
    return { id, fault: { message, offset, needed, available, hint } };
  }
}

scope.onmessage = async ({ data }) => {
  const reply = await decode(data);
  scope.postMessage(reply, reply.region === undefined ? [] : [reply.region.buffer]);
};
