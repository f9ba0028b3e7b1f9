/**
 * Results of libtaos. Two blocks are asked for ahead, one behind the other on one thread, so that this thread fetches on
 * while its replies travel and are decoded.
 *
 * @module
 */
import type { ColumnBatch } from "../../batch.ts";
import type { Codec } from "../../codec/codec.ts";
import { InterfaceError } from "../../errors.ts";
import type { Field, Precision } from "../../types.ts";
import type { Call, RowSource } from "../transport.ts";
import type { NativeConnection, OpenHandle } from "./connection.ts";
import { resultPrecision } from "./fields.ts";
import { insist } from "./insist.ts";
import type { Address } from "./library.ts";
import type { Ticket } from "./pool.ts";
import type { OpenResult } from "./result_description.ts";
import type { FetchValue } from "./result_requests.ts";
import type { NativeField } from "./structs.ts";

/** A result that the library has opened. */
export interface ResultHandle {
  readonly open: OpenResult;
  readonly reqId: bigint;
  /** Whether it must be freed; the results of statements belong to the statement in older libraries. */
  readonly isOwn: boolean;
  readonly toField: (field: NativeField, structure: OpenResult["structure"]) => Field;
}

/** Takes over a result; frees it when it is not to be understood. */
export function openRows(
  connection: NativeConnection,
  codec: Codec,
  { open, reqId, isOwn, toField }: ResultHandle,
): NativeRows {
  const { result } = open;
  try {
    const fields = open.fields.map((field) => toField(field, open.structure));
    const precision = resultPrecision(open.precision);
    return new NativeRows(connection, codec, { result, reqId, isOwn, fields, precision });
  } catch (error) {
    if (isOwn) connection.submit("free", { result });
    throw error;
  }
}

/** A result to read. */
interface RowsHandle {
  readonly result: Address;
  readonly reqId: bigint;
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly isOwn: boolean;
}

/** Time since `startMs`, by `performance.now()`. */
export function elapsedNs(startMs: number): bigint {
  return BigInt(Math.round((performance.now() - startMs) * 1e6));
}

/** Blocks that are asked for before they are wanted. */
const maxAhead = 2;

/** Pulls one result's blocks and decodes them. */
export class NativeRows implements RowSource, OpenHandle {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly reqId: bigint;
  readonly #connection: NativeConnection;
  readonly #codec: Codec;
  readonly #handle: RowsHandle;
  /** The fetches that nobody has taken the block of, in order. */
  readonly #ahead: Ticket<FetchValue>[] = [];
  /** Memory of the block before, to be filled again. */
  #room: ArrayBuffer | undefined;
  /** Whether no more rows are to come. */
  #isDone = false;
  /** Whether it was closed under a reader, to whom its end must not look like the end of the rows. */
  #isCut = false;
  #settling: Promise<void> | undefined;

  constructor(connection: NativeConnection, codec: Codec, handle: RowsHandle) {
    this.#connection = connection;
    this.#codec = codec;
    this.#handle = handle;
    this.fields = handle.fields;
    this.precision = handle.precision;
    this.reqId = handle.reqId;
    connection.hold(this);
  }

  async next(call: Call): Promise<ColumnBatch | null> {
    try {
      call.signal?.throwIfAborted();
      this.#connection.requireOpen(this.reqId);
      const fetched = this.#isDone ? undefined : await this.#take(call);
      if (this.#isCut) {
        throw new InterfaceError("the statement was closed while its result was being read");
      }
      if (this.#isDone || fetched?.block === undefined) {
        this.free();
        return null;
      }
      return this.#decode(fetched.block, fetched.blockBytes, call);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  free(): void {
    this.#isDone = true;
    void this.#end();
  }

  /** Frees the result; resolves when the library has nothing to do with it any more. */
  async settle(): Promise<void> {
    this.#isCut ||= !this.#isDone;
    this.free();
    await this.#settling;
  }

  async #take(call: Call): Promise<FetchValue> {
    this.#ask();
    const { signal, timeoutMs } = call;
    const { reqId } = this;
    const what = "fetching the next block";
    const errors = { context: "result" } as const;
    const fetched = await this.#connection.waitFor(
      this.#ahead[0]!,
      { signal, timeoutMs, what, reqId, errors },
    );
    this.#ahead.shift();
    return fetched;
  }

  /** Asks for blocks ahead. While a fetch waits for a thread no other is sent: it could go to another one. */
  #ask(): void {
    for (;;) {
      const last = this.#ahead.at(-1);
      if (this.#ahead.length >= maxAhead || last?.worker === null) return;
      const { result } = this.#handle;
      const room = this.#room;
      this.#room = undefined;
      const transfer = room && [room];
      this.#ahead.push(this.#connection.submit("fetch", { result, room }, transfer, last));
    }
  }

  #decode(block: ArrayBuffer, bytes: number, { values }: Call): ColumnBatch {
    this.#ask();
    const batch = this.#codec.decode(
      new Uint8Array(block, 0, bytes),
      this.fields,
      this.precision,
      values,
    );
    this.#room = block;
    return batch;
  }

  /** Stops what runs, and frees the result behind it. */
  #end(): Promise<void> {
    return this.#settling ??= this.#release();
  }

  async #release(): Promise<void> {
    const { result, isOwn } = this.#handle;
    const { lease } = this.#connection;
    const underWay = this.#ahead.filter((ticket) => !lease.pool.withdraw(ticket));
    const returned = Promise.allSettled(underWay.map(({ value }) => value));
    if (underWay.some(({ worker }) => worker)) {
      insist(() => lease.library.functions.taos_stop_query(result), returned);
    }
    await returned;
    if (isOwn) await this.#connection.submit("free", { result }).value.catch(() => {});
    this.#connection.drop(this);
  }
}
