/**
 * Columns of numbers and instants.
 *
 * @module
 */
import { DataType } from "../data_type.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import {
  type CellReader,
  ColumnBase,
  type ColumnContext,
  type ColumnInit,
  markNulls,
} from "./column_base.ts";
import { integerCells, integerReader } from "./integer_cells.ts";
import { timestampCells, timestampReader } from "./timestamp_cells.ts";

/** The typed arrays of fixed columns: the one that fits the data type. */
export type FixedValues =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/**
 * A column of integers, floating-point numbers or instants. `values` is the typed array of the data type
 * (`BigInt64Array` for BIGINT and for the ticks of TIMESTAMP); values of NULL rows mean nothing.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * // One row, one INT column: 7.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 43, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   4, 4, 0, 0, 0, 4, 0, 0, 0, 0, 7, 0, 0, 0, 0,
 * ]);
 * const codec = await initCodec();
 * const column = codec.decodeBlock(block, { names: ["voltage"] }).column("voltage");
 * equal(column.kind, "fixed");
 * deepEqual(column.toArray(), [7]);
 * ```
 */
export class FixedColumn extends ColumnBase {
  /** Tells the column classes apart. */
  readonly kind = "fixed" as const;
  /** The values, one a row. */
  declare readonly values: FixedValues;

  /**
   * Makes a column over buffers that become its own.
   *
   * @param init What the column is made of.
   */
  constructor(init: ColumnInit & { readonly values: FixedValues }) {
    super(init);
    this.values = init.values;
  }

  /**
   * The same column under other default value options, over the same buffers.
   *
   * @param context What the columns of the batch have in common.
   */
  override withContext(context: ColumnContext): FixedColumn {
    const { field, length, nullCount, validity, values } = this;
    return new FixedColumn({ field, length, nullCount, validity, context, values });
  }

  /** Chooses how a cell that is not NULL is read. */
  protected override reader(modes: ResolvedValueOptions): CellReader {
    const { values, field } = this;
    if (field.typeCode === DataType.TIMESTAMP) {
      return timestampReader(values as BigInt64Array, field, this.context, modes.timestamp);
    }
    if (isWide(values)) return integerReader(values, field, modes.bigint);
    return (row) => values[row];
  }

  /**
   * Reads all cells.
   *
   * @param modes How they look: options that are checked and complete.
   * @returns One cell a row; null for NULL.
   */
  override readAll(modes: ResolvedValueOptions): unknown[] {
    const { values, field, validity } = this;
    if (field.typeCode === DataType.TIMESTAMP) {
      return timestampCells(
        values as BigInt64Array,
        validity,
        field,
        this.context,
        modes.timestamp,
      );
    }
    if (isWide(values)) return integerCells(values, validity, field, modes.bigint);
    if (
      values instanceof Float32Array || values instanceof Float64Array ||
      values instanceof Uint32Array
    ) {
      return markNulls(doubles(values), validity);
    }
    return markNulls(integers(values), validity);
  }
}

function isWide(values: FixedValues): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

/** One class of typed array in the loop, into which the engine converts the others natively: several would slow it. */
function integers(
  values: Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array,
): unknown[] {
  const wide = values instanceof Int32Array ? values : new Int32Array(values);
  const cells = new Array<unknown>(wide.length);
  for (let row = 0; row < wide.length; row++) cells[row] = wide[row];
  return cells;
}

/** As {@linkcode integers}; every value of these types is a double too. */
function doubles(values: Float32Array | Float64Array | Uint32Array): unknown[] {
  const wide = values instanceof Float64Array ? values : new Float64Array(values);
  const cells = new Array<unknown>(wide.length);
  for (let row = 0; row < wide.length; row++) cells[row] = wide[row];
  return cells;
}
