/**
 * One consumer on one socket: its requests and replies (protocol.md §5.3, §5.4).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { DecodedMessage } from "../../codec/tmq.ts";
import { databaseError, TmqError } from "../../errors.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedValueOptions } from "../../value_modes.ts";
import {
  type AssignedVgroup,
  type ConsumerLink,
  logOffset,
  messageKinds,
  type PolledMessage,
  type TopicOffset,
  unknownMessage,
} from "../consumer_port.ts";
import type { Call } from "../transport.ts";
import type { Channel } from "./channel.ts";
import { type RawReply, readRaw, readRawData } from "./consumers_frames.ts";
import {
  type PollReply,
  readAssignment,
  readMeta,
  readOffsets,
  readPoll,
  readTopics,
  vgroupArgs,
  type WireArgs,
} from "./consumers_wire.ts";
import type { Reply } from "./wire.ts";

/** What a consumer is made of. */
export interface ConsumerParts {
  readonly channel: Channel;
  readonly codec: Codec;
  readonly nextReqId: () => bigint;
  readonly version: string;
  readonly values: ResolvedValueOptions;
  /** What it subscribed with. Only the topics count when it does so again, but the rest must be there. */
  readonly subscription: WireArgs;
}

const sameCommittedValue = 0x4012;
/** Limit of the wait for the server to let go. */
const unsubscribeWaitMs = 5_000;

function failure(reply: { code: number; message: string }, call: Call): Error {
  return databaseError(reply.code, reply.message, { context: "tmq", reqId: call.reqId });
}

/** A consumer over WebSocket. */
export class WebSocketConsumer implements ConsumerLink {
  readonly serverVersion: string;
  readonly nextReqId: () => bigint;
  readonly #parts: ConsumerParts;
  /** Id of the last message that was taken whole: the server sends any other one again (from 3.3.6 on). */
  #taken = 0;
  readonly #acknowledges: boolean;
  readonly #fetchesRawData: boolean;
  #isSubscribed = true;

  constructor(parts: ConsumerParts) {
    this.#parts = parts;
    this.serverVersion = parts.version;
    this.nextReqId = parts.nextReqId;
    this.#acknowledges = isAtLeast(parts.version, "3.3.6.0");
    this.#fetchesRawData = isAtLeast(parts.version, "3.3.2.0");
  }

  get isOpen(): boolean {
    return this.#parts.channel.isOpen;
  }

  async poll(waitMs: number, call: Call): Promise<PolledMessage | null> {
    const message_id = this.#acknowledges ? this.#taken : undefined;
    const timeoutMs = call.timeoutMs === 0 ? 0 : call.timeoutMs + waitMs;
    const reply = await this.#request("poll", { blocking_time: waitMs, message_id }, {
      ...call,
      timeoutMs,
    });
    const polled = readPoll(reply);
    if (polled === null) return null;
    try {
      const message = await this.#fetch(polled, call);
      this.#taken = polled.messageId;
      return message;
    } catch (error) {
      // A server that knows no acknowledgement goes on to the next message: only another consumer gets this one again.
      if (!this.#acknowledges) await this.#parts.channel.close();
      throw error;
    }
  }

  async commitOffset({ topic, vgroupId, offset }: TopicOffset, call: Call): Promise<void> {
    try {
      await this.#request("commit_offset", { topic, vgroup_id: vgroupId, offset }, call);
    } catch (error) {
      if (!(error instanceof TmqError) || error.code !== sameCommittedValue) throw error;
    }
  }

  async commitAll(call: Call): Promise<void> {
    await this.#request("commit", { message_id: this.#taken }, call);
  }

  async committed(
    topic: string,
    vgroupIds: readonly number[],
    call: Call,
  ): Promise<(bigint | null)[]> {
    return readOffsets(
      await this.#request("committed", vgroupArgs(topic, vgroupIds), call),
      "committed",
      vgroupIds.length,
    );
  }

  async position(
    topic: string,
    vgroupIds: readonly number[],
    call: Call,
  ): Promise<(bigint | null)[]> {
    return readOffsets(
      await this.#request("position", vgroupArgs(topic, vgroupIds), call),
      "position",
      vgroupIds.length,
    );
  }

  async assignment(topic: string, call: Call): Promise<AssignedVgroup[]> {
    return readAssignment(await this.#request("assignment", { topic }, call));
  }

  async seek({ topic, vgroupId, offset }: TopicOffset, call: Call): Promise<void> {
    await this.#request("seek", { topic, vgroup_id: vgroupId, offset }, call);
  }

  async topics(call: Call): Promise<string[]> {
    return readTopics(await this.#request("list_topics", {}, call));
  }

  async unsubscribe(call: Call): Promise<void> {
    await this.#request("unsubscribe", {}, call);
    this.#isSubscribed = false;
  }

  async subscribe(topics: readonly string[], call: Call): Promise<void> {
    await this.#request("subscribe", { ...this.#parts.subscription, topics }, call);
    this.#isSubscribed = true;
  }

  async close(): Promise<void> {
    const { channel, nextReqId } = this.#parts;
    if (this.isOpen && this.#isSubscribed) {
      const call = { reqId: nextReqId(), signal: undefined, timeoutMs: unsubscribeWaitMs };
      // Closing the socket does the same on the server, but does not tell when it is done.
      await this.unsubscribe(call).catch(() => {});
    }
    await channel.close();
  }

  async #request(action: string, args: WireArgs, call: Call): Promise<Reply> {
    const reply = await this.#parts.channel.request(action, args, call);
    if (reply.code !== 0) throw failure(reply, call);
    return reply;
  }

  async #fetch(polled: PollReply, call: Call): Promise<PolledMessage> {
    const kind = messageKinds.get(polled.type);
    if (kind === undefined) return await this.#unknown(polled, call);
    const data = kind === "metadata" ? undefined : await this.#blocks(polled.messageId, call);
    const metadata = kind === "data" ? undefined : await this.#metadata(polled.messageId, call);
    // Of metadata alone the server tells where the next message begins (protocol.md §5.8).
    const nextOffset = data === undefined ? logOffset(polled.offset) : data.nextOffset;
    const { topic, database, vgroupId, offset } = polled;
    return {
      kind,
      topic,
      database,
      vgroupId,
      offset,
      nextOffset,
      blocks: data?.blocks ?? [],
      metadata,
    };
  }

  async #unknown(polled: PollReply, call: Call): Promise<PolledMessage> {
    const { topic, vgroupId } = polled;
    const reqId = this.nextReqId();
    // Nothing else tells where the next message begins; in a snapshot the server does not tell it either.
    const [nextOffset = null] = await this.position(topic, [vgroupId], { ...call, reqId })
      .catch((error): null[] => {
        if (error instanceof TmqError) return [];
        throw error;
      });
    return unknownMessage(polled, nextOffset);
  }

  async #metadata(messageId: number, call: Call): Promise<unknown> {
    const reqId = this.nextReqId();
    return readMeta(
      await this.#request("fetch_json_meta", { message_id: messageId }, { ...call, reqId }),
    );
  }

  async #blocks(messageId: number, call: Call): Promise<DecodedMessage> {
    const { codec, values } = this.#parts;
    const reply = await this.#payload(messageId, { ...call, reqId: this.nextReqId() });
    if (reply.code !== 0) throw failure(reply, call);
    return codec.decodeMessage(reply.payload, reply.rawType, values);
  }

  async #payload(messageId: number, call: Call): Promise<RawReply> {
    const what = this.#fetchesRawData ? "fetch_raw_data" : "fetch_raw";
    const { reqId } = call;
    const data = `{"action":"${what}","args":{"req_id":${reqId},"message_id":${messageId}}}`;
    // A legacy frame has the request id where those of results have the result's.
    const outgoing = { data, reqId, what, ...(!this.#fetchesRawData && { resultId: reqId }) };
    const reply = await this.#parts.channel.exchange(outgoing, call);
    if (!(reply instanceof Uint8Array)) return { ...reply, rawType: 0, payload: new Uint8Array() };
    return this.#fetchesRawData ? readRawData(reply, messageId) : readRaw(reply, messageId);
  }
}
