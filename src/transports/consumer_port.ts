/**
 * The port of subscriptions: one membership in a consumer group, over one socket or one native consumer. It does what
 * it is told and nothing on its own: no commit, no second poll, no new connection.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import type { Call } from "./transport.ts";

/** A place in a topic's log. */
export interface TopicOffset {
  /** Name of the topic. */
  topic: string;
  /** The vgroup, which has a log of its own. */
  vgroupId: number;
  /** Position in that log. */
  offset: bigint;
}

/** A vgroup that the server has assigned to this consumer. */
export interface AssignedVgroup {
  readonly vgroupId: number;
  /** Where its log begins: older entries are gone. */
  readonly begin: bigint;
  /** Where its log ends: the next entry will stand here. */
  readonly end: bigint;
}

/** A whole message, decoded. */
export interface PolledMessage {
  readonly kind: "data" | "metadata" | "data+metadata";
  readonly topic: string;
  readonly database: string;
  readonly vgroupId: number;
  /** Where in the log it begins; of metadata alone, where the next message begins. */
  readonly offset: bigint;
  /** Where the next message begins; null for messages of a snapshot. */
  readonly nextOffset: bigint | null;
  readonly blocks: MessageBlock[];
  /** JSON that describes the metadata (protocol.md §5.7), null when the server has none; undefined in plain data. */
  readonly metadata: unknown;
}

/** What messages hold, by their type on the wire (protocol.md §5). */
export const messageKinds: ReadonlyMap<number, PolledMessage["kind"]> = new Map([
  [1, "data"],
  [2, "metadata"],
  [3, "data+metadata"],
]);

/** A place in the log. A snapshot has none: there the number is negative. */
export function logOffset(offset: bigint): bigint | null {
  return offset < 0n ? null : offset;
}

/** Where a message stands in the log, and its type on the wire. */
export interface MessageHead
  extends Pick<PolledMessage, "topic" | "database" | "vgroupId" | "offset"> {
  readonly type: number;
}

/** A message of a type that this version does not know is passed on: the server would repeat it for ever. */
export function unknownMessage(head: MessageHead, nextOffset: bigint | null): PolledMessage {
  const { topic, database, vgroupId, offset, type } = head;
  const metadata = { message_type: type };
  return { kind: "metadata", topic, database, vgroupId, offset, nextOffset, blocks: [], metadata };
}

/** A membership in a consumer group. Failures are `TmqError`, or `ConnectionError` when it is lost. */
export interface ConsumerLink {
  /** Version text of the server. */
  readonly serverVersion: string;
  /** Whether it is still there. */
  readonly isOpen: boolean;
  /** A request id that no request in flight has. */
  nextReqId(): bigint;
  /** The next message, waiting so long for it on the server; null when there is none. At most one call at a time. */
  poll(waitMs: number, call: Call): Promise<PolledMessage | null>;
  /** Commits one vgroup's offset, whatever was committed before. */
  commitOffset(offset: TopicOffset, call: Call): Promise<void>;
  /** Commits everything that was polled, of all vgroups. */
  commitAll(call: Call): Promise<void>;
  /** Offsets committed by the group, in the order asked for; null without one. */
  committed(topic: string, vgroupIds: readonly number[], call: Call): Promise<(bigint | null)[]>;
  /** Offsets that the next poll goes on from, in the order asked for; null where it is not known. */
  position(topic: string, vgroupIds: readonly number[], call: Call): Promise<(bigint | null)[]>;
  /** The vgroups of a topic that this consumer has. */
  assignment(topic: string, call: Call): Promise<AssignedVgroup[]>;
  seek(offset: TopicOffset, call: Call): Promise<void>;
  /** The topics it is subscribed to. */
  topics(call: Call): Promise<string[]>;
  unsubscribe(call: Call): Promise<void>;
  /** Subscribes again, after `unsubscribe`. */
  subscribe(topics: readonly string[], call: Call): Promise<void>;
  /** Lets go of it; resolves when the server can do without. */
  close(): Promise<void>;
}

/** What a membership is opened with. */
export interface ConsumerRequest {
  readonly topics: readonly string[];
  readonly groupId: string;
  readonly clientId: string | undefined;
  readonly offsetReset: "earliest" | "latest" | "none" | undefined;
  /** Further keys of libtaos, in lower case. */
  readonly config: Readonly<Record<string, string>>;
}
