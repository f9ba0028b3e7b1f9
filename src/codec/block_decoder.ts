/**
 * Where the blocks of a result are decoded: on this thread, or in a Worker (`decode_worker.ts`).
 *
 * @module
 */
import type { ColumnBatch } from "../batch.ts";
import { CodecError } from "../errors.ts";
import { type Limits, withDeadline } from "../internal/abort.ts";
import { createDeferred, type Deferred } from "../internal/deferred.ts";
import type { Field, Precision } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import type { Codec } from "./codec.ts";
import type { DecodeReply, DecodeRequest } from "./decode_messages.ts";

/** What may end the wait for a Worker. */
export type DecodeLimits = Pick<Limits, "signal" | "timeoutMs" | "reqId">;

/** What a block belongs to. */
export interface BlockContext {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly values: ResolvedValueOptions | undefined;
}

/** Decodes the blocks of results, as {@linkcode Codec.decode} does. */
export interface BlockDecoder {
  decodeBlockOf(
    result: BlockContext,
    bytes: Uint8Array,
    limits: DecodeLimits,
  ): ColumnBatch | Promise<ColumnBatch>;
}

/** A decoder that works on this thread. */
export function localDecoder(codec: Codec): BlockDecoder {
  return {
    decodeBlockOf: ({ fields, precision, values }, bytes) =>
      codec.decode(bytes, fields, precision, values),
  };
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
    async decodeBlockOf({ fields, precision, values }, bytes, limits) {
      return codec.readRegion(await decodeRegion(bytes, limits), fields, precision, values);
    },
  };
}

/** The messages to and from one Worker. */
class WorkerPort {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Deferred<Uint8Array>>();
  /** Why nothing can be decoded any more. */
  #failure: CodecError | undefined;
  #lastId = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<DecodeReply>) => this.#take(data));
    worker.addEventListener("messageerror", () => this.#fail("a reply of it cannot be read"));
    worker.addEventListener("error", (event) => {
      // The callers are told: unhandled, it would end the program in Deno.
      event.preventDefault();
      this.#fail(event.message || "it did not start");
    });
  }

  readonly decodeRegion = async (bytes: Uint8Array, limits: DecodeLimits): Promise<Uint8Array> => {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#lastId;
    const waiting = createDeferred<Uint8Array>();
    this.#waiting.set(id, waiting);
    // A view of a larger buffer, such as a pool of Node's or the frame around a block, is copied: the rest is not ours.
    const isOwn = bytes.byteLength === bytes.buffer.byteLength;
    const request: DecodeRequest = { id, block: isOwn ? bytes : bytes.slice() };
    this.#worker.postMessage(request, [request.block.buffer]);
    try {
      return await withDeadline({ ...limits, what: "the decode worker" }, () => waiting.promise);
    } finally {
      this.#waiting.delete(id);
    }
  };

  #take({ id, region, fault }: DecodeReply): void {
    const waiting = this.#waiting.get(id);
    if (region !== undefined) waiting?.resolve(region);
    else waiting?.reject(new CodecError(fault.message, fault));
  }

  #fail(reason: string): void {
    const failure = this.#failure = new CodecError(`the decode worker failed: ${reason}`, {
      hint: "decodeWorker must be a Worker of type module that runs tdwire/decode-worker",
    });
    for (const waiting of this.#waiting.values()) waiting.reject(failure);
  }
}
