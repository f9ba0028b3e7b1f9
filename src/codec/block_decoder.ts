/**
 * Where the blocks of a result are decoded: on this thread, or in a Worker (`decode_worker.ts`).
 *
 * @module
 */
import type { ColumnBatch } from "../batch.ts";
import { CodecError } from "../errors.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { Field, Precision } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import type { Codec } from "./codec.ts";
import type { DecodeReply, DecodeRequest } from "./decode_messages.ts";

/** Decodes the blocks of results, as {@linkcode Codec.decode} does. */
export interface BlockDecoder {
  decode(
    bytes: Uint8Array,
    fields: readonly Field[],
    precision: Precision,
    values?: ResolvedValueOptions,
  ): ColumnBatch | Promise<ColumnBatch>;
}

/** Workers in use: each has one listener, however many connections share it. */
const ports = new WeakMap<Worker, WorkerPort>();

/**
 * A decoder whose work is done by a Worker that runs `tdwire/decode-worker`. The bytes go there and the columns come
 * back without a copy where a block has its memory to itself.
 *
 * @param codec Makes the columns, on this thread.
 * @param worker The Worker; it stays the caller's.
 */
export function workerDecoder(codec: Codec, worker: Worker): BlockDecoder {
  let port = ports.get(worker);
  if (port === undefined) ports.set(worker, port = new WorkerPort(worker));
  const { decodeRegion } = port;
  return {
    async decode(bytes, fields, precision, values) {
      return codec.readRegion(await decodeRegion(bytes), fields, precision, values);
    },
  };
}

/** The messages to and from one Worker. */
class WorkerPort {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Deferred<Uint8Array>>();
  #lastId = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<DecodeReply>) => this.#take(data));
    worker.addEventListener("error", (event) => this.#fail(event));
  }

  readonly decodeRegion = (bytes: Uint8Array): Promise<Uint8Array> => {
    const id = ++this.#lastId;
    const waiting = createDeferred<Uint8Array>();
    this.#waiting.set(id, waiting);
    // A view of a larger buffer, such as a pool of Node's or the frame around a block, is copied: the rest is not ours.
    const isOwn = bytes.byteLength === bytes.buffer.byteLength;
    const request: DecodeRequest = { id, block: isOwn ? bytes : bytes.slice() };
    this.#worker.postMessage(request, [request.block.buffer]);
    return waiting.promise;
  };

  #take({ id, region, fault }: DecodeReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (region !== undefined) waiting?.resolve(region);
    else waiting?.reject(new CodecError(fault.message, fault));
  }

  #fail(event: ErrorEvent): void {
    const failed = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of failed) {
      waiting.reject(
        new CodecError(`the decode worker failed: ${event.message || "it did not start"}`, {
          hint: "decodeWorker must be a Worker of type module that runs tdwire/decode-worker",
        }),
      );
    }
  }
}
