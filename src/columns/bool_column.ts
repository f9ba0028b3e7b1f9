/**
 * Columns of BOOL.
 *
 * @module
 */
import { isSet } from "../internal/bytes.ts";
import { type CellReader, ColumnBase, type ColumnContext, type ColumnInit } from "./column_base.ts";

/**
 * A column of BOOL, one bit a row in Arrow's order.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * // One row, one BOOL column: true.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0,
 * ]);
 * const codec = await initCodec();
 * const column = codec.decodeBlock(block).column(0);
 * equal(column.kind, "bool");
 * deepEqual(column.toArray(), [true]);
 * ```
 */
export class BoolColumn extends ColumnBase {
  /** Tells the column classes apart. */
  readonly kind = "bool" as const;
  /** The values as bits, least significant bit first; bits of NULL rows mean nothing. */
  declare readonly values: Uint8Array;

  /**
   * Makes a column over buffers that become its own.
   *
   * @param init What the column is made of.
   */
  constructor(init: ColumnInit & { readonly values: Uint8Array }) {
    super(init);
    this.values = init.values;
  }

  /**
   * The same column under other default value options, over the same buffers.
   *
   * @param context What the columns of the batch have in common.
   */
  override withContext(context: ColumnContext): BoolColumn {
    const { field, length, nullCount, validity, values } = this;
    return new BoolColumn({ field, length, nullCount, validity, context, values });
  }

  /** Chooses how a cell that is not NULL is read. */
  protected override reader(): CellReader {
    const { values } = this;
    return (row) => isSet(values, row);
  }
}
