/**
 * Columns of one-column blocks, for tests.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { ColumnBatch } from "../../src/batch.ts";
import { initCodec } from "../../src/codec/load.ts";
import type { Column } from "../../src/column.ts";
import type { Precision, ValueOptions } from "../../src/types.ts";
import { type BlockColumn, encodeBlock } from "./block.ts";

/** The codec. */
export const codec = await initCodec();

/** A batch whose columns are named a, b, c, … */
export function batchOf(columns: BlockColumn[], precision: Precision = "ms"): ColumnBatch {
  return codec.decodeBlock(encodeBlock(columns), {
    names: columns.map((_, i) => "abcdefghij"[i]!),
    precision,
  });
}

/** The column of a block with one column. */
export function columnOf(
  type: number,
  values: BlockColumn["values"],
  precision: Precision = "ms",
  bytes?: number,
): Column {
  return batchOf([{ type, values, ...(bytes === undefined ? {} : { bytes }) }], precision).column(
    0,
  );
}

/** The batch of each tracked column. */
const batches = new Map<Column, ColumnBatch>();

/** As {@linkcode columnOf}, for {@linkcode cellsOf}. */
export function tracked(
  type: number,
  values: BlockColumn["values"],
  precision: Precision = "ms",
  bytes?: number,
): Column {
  const batch = batchOf([{ type, values, ...(bytes === undefined ? {} : { bytes }) }], precision);
  batches.set(batch.column(0), batch);
  return batch.column(0);
}

/** The cells by `toArray`, after a check that `get` gives the same. */
export function cellsOf(column: Column, values: ValueOptions = {}): unknown[] {
  const cells = column.toArray(values);
  const same = batches.get(column)!.withValues(values).column(0);
  deepEqual(cells.map((_, row) => same.get(row)), cells);
  return cells;
}

/** Bytes of a cell. */
export const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);
