/**
 * The seam between `/rest/tmq` (connection, payload) and the topics of the database: consumers that give messages.
 *
 * @module
 */
import type { Cell, EngineField, Precision } from "../engine.ts";
import type { JsonObject } from "../replies.ts";

/** A column of a block: its type, and what the schema in the payload tells besides. */
export interface TopicField extends EngineField {
  /** Number of the column in its table, from 1. */
  columnId: number;
  /** How the column is kept; clients ignore it. */
  flags: number;
}

/** Rows of one table that were written together. */
export interface TopicBlock {
  /** Name of the table. */
  table: string;
  /** Its columns. */
  fields: TopicField[];
  /** Resolution of its timestamps. */
  precision: Precision;
  /** One array of cells a column. */
  columns: Cell[][];
}

/** A tag value of a child table. */
export interface TopicTag {
  /** The tag. */
  field: TopicField;
  /** Its value. */
  cell: Cell;
}

/** A child table that an INSERT has created. */
export interface CreatedTable {
  /** Number of the table. */
  id: number;
  /** Name of the table. */
  name: string;
  /** Number of the super table. */
  stableId: number;
  /** Name of the super table. */
  stable: string;
  /** Milliseconds since the epoch. */
  created: number;
  /** One value a tag of the super table. */
  tags: TopicTag[];
}

/** Kinds of messages, by their numbers on the wire. */
export const MessageType = { data: 1, meta: 2, metaAndData: 3 } as const;

/** A metadata event. */
export interface TopicEvent {
  /** Number of the server's message about it. */
  code: number;
  /** The event as protocol.md §5.7 has it. */
  event: JsonObject;
}

/** One message of a topic. */
export interface TopicMessage {
  /** 1 data, 2 metadata, 3 both. */
  type: 1 | 2 | 3;
  /** Name of the topic. */
  topic: string;
  /** Name of its database. */
  database: string;
  /** Id of the vgroup. */
  vgroupId: number;
  /** First version of the log in the message. */
  begin: number;
  /** Version of the log after the message. */
  end: number;
  /** True when blocks come with the names of their tables, as in topics of super tables and databases. */
  hasTableNames: boolean;
  /** Its rows. */
  blocks: TopicBlock[];
  /** Child tables that the rows created, in a topic with metadata. */
  created: CreatedTable[];
  /** Its metadata. */
  events: TopicEvent[];
  /** True when metadata is told as a list of events. */
  isBatchMeta: boolean;
}

/** A vgroup that a consumer reads, and how far. */
export interface Assignment {
  /** Id of the vgroup. */
  vgroupId: number;
  /** Start of the last message. */
  offset: number;
  /** Oldest version that is still there. */
  begin: number;
  /** Version after the newest. */
  end: number;
}

/** Settings of a consumer. */
export interface ConsumerSettings {
  /** Name of the user. */
  user: string;
  /** Name of the group. */
  groupId: string;
  /** What the client calls itself. */
  clientId: string;
  /** Where a group without committed offset begins. */
  offsetReset: "earliest" | "latest" | "none";
  /** Rows at which a message is full. */
  minPollRows: number;
  /** True when metadata events that follow each other come in one message. */
  isBatchMeta: boolean;
  /** Milliseconds without a poll after which the consumer loses its place in its group. */
  maxPollIntervalMs: number;
}

/** A consumer. Offsets are versions of a vgroup's log. */
export interface TopicConsumer {
  /** Names of the topics subscribed to. */
  topics(): string[];
  /** Joins the group for these topics. */
  subscribe(topics: string[]): Promise<void>;
  /** Leaves the group. */
  unsubscribe(): Promise<void>;
  /** Returns the next message, or null when none came for that long; negative waits without end. */
  poll(blockingMs: number): Promise<TopicMessage | null>;
  /** Commits all positions. */
  commit(): Promise<void>;
  /** Commits an offset of one vgroup. */
  commitOffset(topic: string, vgroupId: number, offset: number): Promise<void>;
  /** The committed offset, or null without one. */
  committed(topic: string, vgroupId: number): number | null;
  /** The offset read next, or null without one. */
  position(topic: string, vgroupId: number): number | null;
  /** The vgroups that this consumer reads. */
  assignment(topic: string): Assignment[];
  /** Makes an offset the one read next. */
  seek(topic: string, vgroupId: number, offset: number): void;
  /** Leaves the group and ends a running poll. */
  close(): Promise<void>;
}

/** What an engine with topics offers. */
export interface TopicEngine {
  /** Makes a consumer that has not subscribed yet. */
  openConsumer(settings: ConsumerSettings): TopicConsumer;
}
