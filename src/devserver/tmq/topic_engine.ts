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
  table: string;
  fields: TopicField[];
  precision: Precision;
  /** One array of cells a column. */
  columns: Cell[][];
}

/** A tag value of a child table. */
export interface TopicTag {
  field: TopicField;
  cell: Cell;
}

/** A child table that an INSERT has created; `id` and `stableId` stand for the server's numbers of tables. */
export interface CreatedTable {
  id: number;
  name: string;
  stableId: number;
  stable: string;
  /** Milliseconds since the epoch. */
  created: number;
  tags: TopicTag[];
}

/** Kinds of messages, by their numbers on the wire. */
export const MessageType = { data: 1, meta: 2, metaAndData: 3 } as const;

/** One message of a topic. */
export interface TopicMessage {
  type: (typeof MessageType)[keyof typeof MessageType];
  topic: string;
  database: string;
  vgroupId: number;
  /** First version of the log in the message. */
  begin: number;
  /** Version of the log after the message. */
  end: number;
  /** True when blocks come with the names of their tables, as in topics of super tables and databases. */
  hasTableNames: boolean;
  blocks: TopicBlock[];
  created: CreatedTable[];
  /** Events of a message with metadata, each with the number of the server's message about it. */
  events: { code: number; event: JsonObject }[];
  /** True when metadata is told as a list of events. */
  isBatchMeta: boolean;
}

/** A vgroup that a consumer reads, and how far. */
export interface Assignment {
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
  user: string;
  groupId: string;
  clientId: string;
  /** Where a group without committed offset begins. */
  offsetReset: "earliest" | "latest" | "none";
  /** Rows at which a message is full. */
  minPollRows: number;
  isBatchMeta: boolean;
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
  commitOffset(topic: string, vgroupId: number, offset: number): Promise<void>;
  /** The committed offset, or null without one. */
  committed(topic: string, vgroupId: number): number | null;
  /** The offset read next, or null without one. */
  position(topic: string, vgroupId: number): number | null;
  assignment(topic: string): Assignment[];
  seek(topic: string, vgroupId: number, offset: number): void;
  /** Leaves the group and ends a running poll. */
  close(): Promise<void>;
}

/** What an engine with topics offers. */
export interface TopicEngine {
  /** Makes a consumer that has not subscribed yet. */
  openConsumer(settings: ConsumerSettings): TopicConsumer;
}
