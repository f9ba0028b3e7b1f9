/**
 * A message of a subscription.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import type { PolledMessage } from "../transports/consumer_port.ts";
import type { RequestOptions, ValueOptions } from "../types.ts";
import type { Row } from "../value_modes.ts";
import type { MetaEvent } from "./metadata.ts";
import { parseMetadata } from "./parse_metadata.ts";

/** Commits a message, for the consumer that it came from. */
export type MessageCommitter = (
  message: Message,
  options: RequestOptions | undefined,
) => Promise<void>;

/**
 * A message: rows of one or many tables, what happened to tables, or both.
 *
 * @typeParam V The value options of the consumer.
 * @example
 * ```ts
 * import type { Message } from "@tdwire/client";
 *
 * async function handle(message: Message) {
 *   for (const event of message.metadata) console.log(event.type);
 *   for (const block of message.blocks) console.log(block.table, block.rows());
 *   await message.commit();
 * }
 * ```
 */
export class Message<V extends ValueOptions = ValueOptions> {
  /** What it holds. */
  readonly kind: "data" | "metadata" | "data+metadata";
  /** Name of the topic. */
  readonly topic: string;
  /** Name of the database. */
  readonly database: string;
  /** The vgroup it comes from; its messages come in the order of their offsets. */
  readonly vgroupId: number;
  /** Where in the vgroup's log it begins; of metadata alone, where the next message begins. */
  readonly offset: bigint;
  /** Where the next message begins, which is what a commit of this one commits; null in a snapshot. */
  readonly nextOffset: bigint | null;
  /** The rows, a table a block; blocks differ in their columns. */
  readonly blocks: MessageBlock[];
  /** What happened to tables. */
  readonly metadata: MetaEvent[];
  readonly #commit: MessageCommitter;

  /** Use `subscribe()` instead. */
  constructor(polled: PolledMessage, commit: MessageCommitter) {
    this.kind = polled.kind;
    this.topic = polled.topic;
    this.database = polled.database;
    this.vgroupId = polled.vgroupId;
    this.offset = polled.offset;
    this.nextOffset = polled.nextOffset;
    this.blocks = polled.blocks;
    this.metadata = parseMetadata(polled.metadata);
    this.#commit = commit;
  }

  /**
   * Builds one object a row, of all blocks. `block.table` tells where rows come from.
   *
   * @returns The rows.
   * @throws {RangeError} When a value does not fit the type that the value options ask for.
   */
  rows<R = Row<V>>(): R[] {
    return this.blocks.flatMap((block) => block.rows<R>());
  }

  /**
   * Commits this message and what came before it in its vgroup, and nothing later. The group never moves back: a
   * message older than what is committed changes nothing.
   *
   * @param options Limits of the request.
   * @throws {TmqError} When another consumer of the group has the vgroup meanwhile.
   */
  commit(options?: RequestOptions): Promise<void> {
    return this.#commit(this as Message, options);
  }
}

/** Where in the log a message begins: metadata tells only where it ends. */
export function startOf({ kind, offset }: Message): bigint {
  return kind === "metadata" && offset > 0n ? offset - 1n : offset;
}
