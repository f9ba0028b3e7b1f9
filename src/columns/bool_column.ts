/**
 * Columns of BOOL.
 *
 * @module
 */
import { isSet } from "../internal/bytes.ts";
import { type CellReader, ColumnBase, type ColumnContext, type ColumnInit } from "./column_base.ts";

/** A column of BOOL, one bit a row in Arrow's order. */
export class BoolColumn extends ColumnBase {
  /** Tells the column classes apart. */
  readonly kind = "bool" as const;
  /** The values as bits, least significant bit first; bits of NULL rows mean nothing. */
  declare readonly values: Uint8Array;

  /** @param init What the column is made of. */
  constructor(init: ColumnInit & { readonly values: Uint8Array }) {
    super(init);
    this.values = init.values;
  }

  /** The same column under other default value options, over the same buffers. */
  override withContext(context: ColumnContext): BoolColumn {
    const { field, length, nullCount, validity, values } = this;
    return new BoolColumn({ field, length, nullCount, validity, context, values });
  }

  protected override reader(): CellReader {
    const { values } = this;
    return (row) => isSet(values, row);
  }
}
