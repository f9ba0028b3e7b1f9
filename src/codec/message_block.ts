/**
 * A block of a subscription's message.
 *
 * @module
 */
import { ColumnBatch, type ColumnBatchInit } from "../batch.ts";
import type { ValueOptions } from "../types.ts";
import { resolveValueOptions } from "../value_modes.ts";

/** What a block is made of. */
export interface MessageBlockInit extends ColumnBatchInit {
  /** Name of the table its rows come from, if the message tells it. */
  readonly table: string | null;
}

/**
 * Rows of one table out of a subscription's message. Blocks of the same message may differ in columns and precision.
 *
 * @example
 * ```ts
 * import type { Message } from "@tdwire/client";
 *
 * function print(message: Message) {
 *   for (const block of message.blocks) console.log(block.table, block.rows());
 * }
 * ```
 */
export class MessageBlock extends ColumnBatch {
  /** Name of the table; null for topics of a query, whose rows may come from many tables. */
  readonly table: string | null;
  readonly #init: MessageBlockInit;

  /** Use `codec.decodeTmq()` or `subscribe()` instead. */
  constructor(init: MessageBlockInit) {
    super(init);
    this.#init = init;
    this.table = init.table;
  }

  /**
   * Makes a block of some of the columns, over the same buffers.
   *
   * @param names The columns, in the order wanted.
   * @returns The block.
   * @throws {InterfaceError} When there is no such column; it lists those there are.
   */
  select(names: readonly string[]): MessageBlock {
    return new MessageBlock({ ...this.#init, columns: names.map((name) => this.column(name)) });
  }

  /**
   * Makes a block over the same buffers that shows cells in another way.
   *
   * @param values How cells look; options left out stay as they are here.
   * @returns The block.
   * @throws {InterfaceError} For unknown value options.
   */
  override withValues(values: ValueOptions): MessageBlock {
    const { context } = this.#init;
    const changed = { ...context, values: resolveValueOptions(values, context.values) };
    const columns = this.columns.map((column) => column.withContext(changed));
    return new MessageBlock({ ...this.#init, columns, context: changed });
  }
}
