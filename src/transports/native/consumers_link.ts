/**
 * One consumer of libtaos, in a thread of its own: a poll that waits holds nobody else up.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import { ClientCode, ConnectionError, TmqError } from "../../errors.ts";
import { withDeadline } from "../../internal/abort.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedValueOptions } from "../../value_modes.ts";
import type { AssignedVgroup, ConsumerLink, PolledMessage, TopicOffset } from "../consumer_port.ts";
import type { Call } from "../transport.ts";
import { consumerError } from "./consumer_failure.ts";
import { RequestFailure } from "./failure.ts";
import type { Address } from "./library.ts";
import type { MessagePlace, MessageValue, UnreadMessage } from "./message_requests.ts";
import type { Lease } from "./process.ts";
import type { RequestArguments, RequestName, RequestValue } from "./requests.ts";
import type { NativeWorker } from "./worker.ts";

/** What a consumer is made of. */
export interface ConsumerParts {
  readonly lease: Lease;
  readonly worker: NativeWorker;
  readonly consumer: Address;
  readonly codec: Codec;
  readonly values: ResolvedValueOptions;
  readonly serverVersion: string;
  readonly structsByAddress: boolean;
  nextReqId(): bigint;
  /** Told once, when it is closed. */
  onClosed(): void;
}

/** Of what a request is given, all but the consumer. */
type Rest<N extends RequestName> = Omit<RequestArguments<N>, "consumer">;

const kinds: Readonly<Record<number, PolledMessage["kind"]>> = {
  1: "data",
  2: "metadata",
  3: "data+metadata",
};
/** Limit of the wait for the server to let go. */
const closeWaitMs = 5_000;

/** A consumer of libtaos. */
export class NativeConsumer implements ConsumerLink {
  readonly serverVersion: string;
  readonly #parts: ConsumerParts;
  readonly #tellsErrors: boolean;
  /** A poll whose message nobody has been given yet: the library would not give it a second time. */
  #polling: Promise<RequestValue<"pollConsumer">> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.serverVersion = parts.serverVersion;
    this.#tellsErrors = isAtLeast(parts.lease.version, "3.3.5.8");
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  nextReqId(): bigint {
    return this.#parts.nextReqId();
  }

  async poll(waitMs: number, call: Call): Promise<PolledMessage | null> {
    const polling = this.#polling ??= this.#poll(waitMs);
    const timeoutMs = call.timeoutMs === 0 ? 0 : call.timeoutMs + waitMs;
    const value = await this.#wait("poll", polling, { ...call, timeoutMs });
    this.#polling = undefined;
    return value === null ? null : await this.#take(value, call);
  }

  async commitOffset(offset: TopicOffset, call: Call): Promise<void> {
    await this.#request("commitOffset", offset, call);
  }

  async commitAll(call: Call): Promise<void> {
    await this.#request("commitAll", {}, call);
  }

  async committed(
    topic: string,
    vgroupIds: readonly number[],
    call: Call,
  ): Promise<(bigint | null)[]> {
    return await this.#request("committedOffsets", { topic, vgroupIds }, call);
  }

  async position(
    topic: string,
    vgroupIds: readonly number[],
    call: Call,
  ): Promise<(bigint | null)[]> {
    return await this.#request("positions", { topic, vgroupIds }, call);
  }

  async assignment(topic: string, call: Call): Promise<AssignedVgroup[]> {
    return await this.#request("assignedVgroups", { topic }, call);
  }

  async seek(offset: TopicOffset, call: Call): Promise<void> {
    const isPassed = ({ topic, vgroupId }: MessagePlace) =>
      topic === offset.topic && vgroupId === offset.vgroupId;
    await this.#move("seekOffset", offset, call, isPassed);
  }

  async topics(call: Call): Promise<string[]> {
    return await this.#request("subscribedTopics", {}, call);
  }

  async unsubscribe(call: Call): Promise<void> {
    await this.#move("unsubscribeConsumer", {}, call, () => true);
  }

  async subscribe(topics: readonly string[], call: Call): Promise<void> {
    await this.#move("subscribeConsumer", { topics }, call, () => true);
  }

  /** A call that takes longer than a while goes on by itself; its thread ends behind it. */
  async close(): Promise<void> {
    const closing = this.#closing ??= this.#close();
    const limits = { timeoutMs: closeWaitMs, what: "the consumer's end" };
    await withDeadline(limits, () => closing).catch(() => {});
  }

  #poll(waitMs: number): Promise<RequestValue<"pollConsumer">> {
    const { structsByAddress } = this.#parts;
    const args = { waitMs, tellsErrors: this.#tellsErrors, structsByAddress };
    const polling = this.#submit("pollConsumer", args);
    polling.catch((reason) => {
      this.#polling = undefined;
      // One that libtaos failed has taken nothing from the log; of one whose thread broke down nobody knows.
      if (reason instanceof RequestFailure && reason.failure.kind === "bug") void this.close();
    });
    return polling;
  }

  /** Goes elsewhere in the log. A message that was polled before and that nobody has been given is not of that place. */
  async #move<N extends "seekOffset" | "subscribeConsumer" | "unsubscribeConsumer">(
    name: N,
    args: Rest<N>,
    call: Call,
    isPassed: (place: MessagePlace) => boolean,
  ): Promise<void> {
    const held = this.#polling;
    await this.#request(name, args, call);
    if (held === undefined || this.#polling !== held) return;
    this.#polling = held.then((value) =>
      value !== null && !("reason" in value) && isPassed(value) ? null : value
    );
    this.#polling.catch(() => {});
  }

  async #close(): Promise<void> {
    const { worker, lease, consumer, onClosed } = this.#parts;
    await worker.request("closeConsumer", { consumer }).catch(() => {});
    worker.end();
    lease.release();
    onClosed();
  }

  async #request<N extends RequestName>(
    name: N,
    args: Rest<N>,
    call: Call,
  ): Promise<RequestValue<N>> {
    call.signal?.throwIfAborted();
    return await this.#wait(name, this.#submit(name, args), call);
  }

  async #submit<N extends RequestName>(name: N, args: Rest<N>): Promise<RequestValue<N>> {
    if (this.#closing !== undefined) {
      throw new ConnectionError("the consumer is closed", {
        code: ClientCode.CONNECTION_CLOSED,
        outcome: "not-sent",
      });
    }
    const { worker, consumer } = this.#parts;
    return await worker.request(name, { ...args, consumer } as unknown as RequestArguments<N>);
  }

  async #wait<T>(name: string, work: Promise<T>, call: Call): Promise<T> {
    const { signal, timeoutMs, reqId } = call;
    const what = `the reply of libtaos to ${name}`;
    try {
      return await withDeadline({ signal, timeoutMs, reqId, what }, () => work);
    } catch (error) {
      throw consumerError(error, reqId);
    }
  }

  async #take(value: MessageValue | UnreadMessage, call: Call): Promise<PolledMessage> {
    try {
      if ("reason" in value) throw new TmqError(value.reason, { code: value.code & codeMask });
      return kinds[value.type] === undefined
        ? await this.#unknown(value, call)
        : this.#decode(value);
    } catch (error) {
      // The library goes on to the next message: only another consumer gets this one again.
      await this.close();
      throw error;
    }
  }

  #decode(value: MessageValue): PolledMessage {
    const { topic, database, vgroupId, offset, payload, rawType, metadata } = value;
    const { codec, values } = this.#parts;
    const data = payload === undefined
      ? undefined
      : codec.decodeMessage(new Uint8Array(payload), rawType, values);
    const kind = kinds[value.type]!;
    return {
      kind,
      topic,
      database,
      vgroupId,
      offset,
      // Of metadata alone the library tells where the next message begins (protocol.md §5.8).
      nextOffset: data === undefined ? logOffset(offset) : data.nextOffset,
      blocks: data?.blocks ?? [],
      metadata: kind === "data" ? undefined : JSON.parse(metadata ?? "null"),
    };
  }

  /** A message of a type that this version does not know is passed on. */
  async #unknown(place: MessagePlace, call: Call): Promise<PolledMessage> {
    const { topic, database, vgroupId, offset, type } = place;
    // Nothing else tells where the next message begins.
    const [nextOffset = null] = await this.position(topic, [vgroupId], call);
    const metadata = { message_type: type };
    return {
      kind: "metadata",
      topic,
      database,
      vgroupId,
      offset,
      nextOffset,
      blocks: [],
      metadata,
    };
  }
}

const codeMask = 0xffff;

/** A snapshot has no place in the log: there the number is negative. */
function logOffset(offset: bigint): bigint | null {
  return offset < 0n ? null : offset;
}
