/**
 * Results over `/ws` (protocol.md §2.5): one fetch outstanding per result, and the next block is asked for before the
 * last one is decoded.
 *
 * @module
 */
import type { ColumnBatch } from "../../batch.ts";
import type { BlockDecoder } from "../../codec/block_decoder.ts";
import type { Codec } from "../../codec/codec.ts";
import { dataTypeNames } from "../../data_type.ts";
import {
  CodecError,
  ConnectionError,
  DatabaseError,
  databaseError,
  InterfaceError,
} from "../../errors.ts";
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import type { Field, Precision } from "../../types.ts";
import type { Call, RowSource } from "../transport.ts";
import type { Channel, Incoming } from "./channel.ts";
import { legacyBlock, readFetchReply } from "./frames.ts";
import type { Reply } from "./wire.ts";

const precisions: readonly Precision[] = ["ms", "us", "ns"];

/** Fields of a result as a reply describes them. */
export function resultFields(reply: Reply): Field[] {
  const types = reply.fields_types ?? [];
  return (reply.fields_names ?? []).map((name, i) => {
    const typeCode = types[i] ?? -1;
    const type = dataTypeNames[typeCode];
    if (type === undefined) throw new CodecError(`column ${name} has the unknown type ${typeCode}`);
    const field = { name, type, typeCode, length: reply.fields_lengths?.[i] ?? 0 };
    if (!type.startsWith("DECIMAL")) return field;
    const precision = reply.fields_precisions?.[i] ?? 0;
    return { ...field, precision, scale: reply.fields_scales?.[i] ?? 0 };
  });
}

/** Precision of a result as a reply names it. */
export function resultPrecision(reply: Reply): Precision {
  const precision = precisions[reply.precision ?? -1];
  if (precision === undefined) {
    throw new CodecError(`the server names the unknown precision ${reply.precision}`);
  }
  return precision;
}

/** What results need of their connection. */
export interface ResultContext {
  readonly channel: Channel;
  readonly codec: Codec;
  readonly decoder: BlockDecoder;
  nextReqId(): bigint;
}

/** A result to read. */
export interface ResultHandle {
  readonly id: bigint;
  readonly reqId: bigint;
  readonly fields: readonly Field[];
  readonly precision: Precision;
}

/** Tells the server that a result is not wanted; there is no reply. */
export function freeResult({ channel, nextReqId }: ResultContext, id: bigint): void {
  channel.notify("free_result", nextReqId(), { id });
}

/**
 * How blocks are asked for: `fetch_raw_block`, or `fetch` and `fetch_block` on servers before 3.3.2. `onLate` is told
 * of a reply after the wait was given up: whether the server has freed the result with it.
 */
export type BlockFetcher = (
  context: ResultContext,
  handle: ResultHandle,
  call: Call,
  onLate: (ended: boolean) => void,
) => Promise<Uint8Array | null>;

/** Asks for a block by `fetch_raw_block`. */
export const fetchRawBlock: BlockFetcher = async (context, handle, call, onLate) => {
  const reqId = context.nextReqId();
  const outgoing = {
    data: context.codec.encodeFetch(reqId, handle.id),
    reqId,
    what: "fetch_raw_block",
    onLate: (reply: Incoming) => onLate(endsResult(reply)),
  };
  const reply = await context.channel.exchange(outgoing, call);
  if (!(reply instanceof Uint8Array)) throw fetchError(reply.code, reply.message, handle);
  const { code, message, block } = readFetchReply(reply);
  if (code !== 0) throw fetchError(code, message, handle);
  return block;
};

/** Asks for a block by the actions of servers before 3.3.2. */
export const fetchLegacyBlock: BlockFetcher = async (context, handle, call, onLate) => {
  const head = await context.channel.request(
    "fetch",
    { id: handle.id },
    { ...call, reqId: context.nextReqId() },
    (reply) =>
      onLate(!(reply instanceof Uint8Array) && (reply.code !== 0 || reply.completed === true)),
  );
  if (head.code !== 0) throw fetchError(head.code, head.message, handle);
  if (head.completed) return null;
  if (call.signal?.aborted) {
    onLate(false);
    throw call.signal.reason;
  }
  const reqId = context.nextReqId();
  const data = `{"action":"fetch_block","args":{"req_id":${reqId},"id":${handle.id}}}`;
  const late = (reply: Incoming) => onLate(!(reply instanceof Uint8Array));
  const outgoing = { data, reqId, what: "fetch_block", resultId: handle.id, onLate: late };
  const reply = await context.channel.exchange(outgoing, call);
  if (!(reply instanceof Uint8Array)) throw fetchError(reply.code, reply.message, handle);
  return legacyBlock(reply);
};

function fetchError(code: number, message: string, { reqId }: ResultHandle): Error {
  if (code === 0) return new CodecError("the server answered a fetch without a block");
  return databaseError(code, message, { reqId, context: "result" });
}

/** Whether a late fetch reply has freed the result on the server already. */
function endsResult(reply: Incoming): boolean {
  try {
    return !(reply instanceof Uint8Array) || readFetchReply(reply).block === null;
  } catch {
    return false;
  }
}

/** Pulls one result's blocks and decodes them. */
export class WebSocketRows implements RowSource {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly #context: ResultContext;
  readonly #handle: ResultHandle;
  readonly #fetch: BlockFetcher;
  /** The block asked for ahead of time; its failure is reported by the `next` that takes it. */
  #ahead: Promise<Uint8Array | null> | undefined;
  /** Settled when the fetch under way is answered, though its wait may have been given up long before. */
  #unanswered: Deferred<void> | undefined;
  #onServer = true;
  #done = false;
  #isGivenUp = false;
  /** Whether it was freed under a reader, to whom its end must not look like the end of the rows. */
  #isCut = false;

  constructor(context: ResultContext, handle: ResultHandle, fetch: BlockFetcher) {
    this.#context = context;
    this.#handle = handle;
    this.#fetch = fetch;
    this.fields = handle.fields;
    this.precision = handle.precision;
  }

  async next(call: Call): Promise<ColumnBatch | null> {
    try {
      if (call.signal?.aborted) throw call.signal.reason;
      const block = this.#done ? null : await (this.#ahead ?? this.#ask(call));
      if (this.#isCut) {
        throw new InterfaceError("the statement was closed while its result was being read");
      }
      if (block === null || this.#done) {
        this.#done = true;
        return null;
      }
      this.#ahead = this.#ask(call);
      // Its failure belongs to the next call, which may never come.
      this.#ahead.catch(() => {});
      const { fields, precision } = this;
      const result = { fields, precision, values: call.values };
      const decoded = this.#context.decoder.decodeBlockOf(result, block, call);
      // A batch decoded on this thread costs no turn of the event loop.
      return decoded instanceof Promise ? await decoded : decoded;
    } catch (error) {
      this.free();
      throw error;
    }
  }

  free(): void | Promise<void> {
    this.#done = true;
    // With a fetch under way the result is freed when its reply comes: the server gives no order to the two.
    if (this.#unanswered !== undefined) return this.#unanswered.promise;
    if (!this.#onServer) return;
    this.#onServer = false;
    freeResult(this.#context, this.#handle.id);
  }

  /** Whether a fetch is under way for which nobody waits any more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp && this.#unanswered !== undefined;
  }

  /** Frees the result, and resolves when the server has nothing to do with it any more. */
  async settle(): Promise<void> {
    this.#isCut ||= !this.#done;
    await this.free();
  }

  async #ask(call: Call): Promise<Uint8Array | null> {
    if (call.signal?.aborted) throw call.signal.reason;
    this.#unanswered = createDeferred();
    try {
      const block = await this.#fetch(
        this.#context,
        this.#handle,
        call,
        (ended) => this.#answered(ended),
      );
      this.#answered(block === null);
      return block;
    } catch (error) {
      // An error reply has freed the result, and a frame that cannot be read has not. A wait given up goes on unseen.
      if (error instanceof CodecError) this.#answered(false);
      else if (error instanceof DatabaseError || error instanceof ConnectionError) {
        this.#answered(true);
      } else this.#isGivenUp = true;
      throw error;
    }
  }

  #answered(ended: boolean): void {
    const answer = this.#unanswered;
    this.#unanswered = undefined;
    if (ended) this.#onServer = false;
    if (this.#done) void this.free();
    answer?.resolve();
  }
}
