/**
 * Columns of DECIMAL.
 *
 * @module
 */
import type { ResolvedValueOptions } from "../value_modes.ts";
import {
  type CellReader,
  ColumnBase,
  type ColumnContext,
  type ColumnInit,
  markNulls,
} from "./column_base.ts";

/** Bytes a value takes in a {@linkcode DecimalColumn}. */
const decimalWidth = 16;

/** What a decimal column is made of. */
export interface DecimalInit extends ColumnInit {
  /** 16 bytes a row. */
  readonly values: Uint8Array;
  /** Digits, 1 … 38. */
  readonly precision: number;
  /** Fraction digits, 0 … `precision`. */
  readonly scale: number;
}

/**
 * A column of DECIMAL of either width, in Arrow's 128-bit form.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * // One row, one DECIMAL(10, 2) column: 12.34.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 47, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   21, 2, 10, 0, 8, 8, 0, 0, 0, 0, 210, 4, 0, 0, 0, 0, 0, 0, 0,
 * ]);
 * const codec = await initCodec();
 * const column = codec.decodeBlock(block).column(0);
 * equal(column.kind, "decimal");
 * deepEqual(column.toArray(), ["12.34"]);
 * deepEqual(column.toArray({ decimal: "number" }), [12.34]);
 * ```
 */
export class DecimalColumn extends ColumnBase {
  /** Tells the column classes apart. */
  readonly kind = "decimal" as const;
  /** 16 bytes a row: the value times 10^scale, two's complement, little endian. Bytes of NULL rows mean nothing. */
  declare readonly values: Uint8Array;
  /** Digits. */
  declare readonly precision: number;
  /** Fraction digits. */
  declare readonly scale: number;

  /**
   * Makes a column over buffers that become its own.
   *
   * @param init What the column is made of.
   */
  constructor(init: DecimalInit) {
    super(init);
    this.values = init.values;
    this.precision = init.precision;
    this.scale = init.scale;
  }

  /**
   * The same column under other default value options, over the same buffers.
   *
   * @param context What the columns of the batch have in common.
   */
  override withContext(context: ColumnContext): DecimalColumn {
    const { field, length, nullCount, validity, values, precision, scale } = this;
    return new DecimalColumn({
      field,
      length,
      nullCount,
      validity,
      context,
      values,
      precision,
      scale,
    });
  }

  /** Chooses how a cell that is not NULL is read. */
  protected override reader({ decimal }: ResolvedValueOptions): CellReader {
    const { values, scale } = this;
    const { formats } = this.context;
    const text = (row: number): string => {
      const at = row * decimalWidth;
      return formats.formatDecimals(values.subarray(at, at + decimalWidth), scale)[0]!;
    };
    return decimal === "string" ? text : (row) => Number(text(row));
  }

  /**
   * Reads all cells.
   *
   * @param modes How they look: options that are checked and complete.
   * @returns One cell a row; null for NULL.
   */
  override readAll(modes: ResolvedValueOptions): unknown[] {
    const texts = this.context.formats.formatDecimals(this.values, this.scale);
    return markNulls(modes.decimal === "string" ? texts : texts.map(Number), this.validity);
  }
}
