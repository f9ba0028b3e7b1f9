/**
 * Batches one below the other as one batch.
 *
 * @module
 */
import { ColumnBatch } from "./batch.ts";
import { emptyColumn } from "./codec/region.ts";
import {
  BoolColumn,
  type Column,
  type ColumnContext,
  type ColumnInit,
  DecimalColumn,
  FixedColumn,
  type FixedValues,
  VarColumn,
} from "./column.ts";
import { InterfaceError } from "./errors.ts";
import { joinBytes } from "./internal/bytes.ts";
import type { Field } from "./types.ts";

const maxOffset = 2 ** 31 - 1;

/** Bits in Arrow's order, one behind the other; null stands for ones. */
function joinBits(parts: readonly { bits: Uint8Array | null; length: number }[]): Uint8Array {
  const joined = new Uint8Array((parts.reduce((sum, { length }) => sum + length, 0) + 7) >> 3);
  let at = 0;
  for (const { bits, length } of parts) {
    for (let row = 0; row < length; row++, at++) {
      const bit = bits === null ? 1 : (bits[row >> 3]! >> (row & 7)) & 1;
      joined[at >> 3]! |= bit << (at & 7);
    }
  }
  return joined;
}

function joinInit(columns: readonly Column[], context: ColumnContext): ColumnInit {
  const sum = (value: (column: Column) => number) =>
    columns.reduce((total, column) => total + value(column), 0);
  const nullCount = sum((column) => column.nullCount);
  const marks = columns.map(({ validity: bits, length }) => ({ bits, length }));
  return {
    field: columns[0]!.field,
    length: sum(({ length }) => length),
    nullCount,
    validity: nullCount === 0 ? null : joinBits(marks),
    context,
  };
}

function joinValues(columns: readonly FixedColumn[], length: number): FixedValues {
  const Values = columns[0]!.values.constructor as new (length: number) => FixedValues;
  const joined = new Values(length);
  let at = 0;
  for (const { values } of columns) {
    joined.set(values as never, at);
    at += values.length;
  }
  return joined;
}

function joinVariable(columns: readonly VarColumn[], init: ColumnInit): VarColumn {
  const bytes = columns.reduce((sum, { data }) => sum + data.length, 0);
  if (bytes > maxOffset) {
    throw new InterfaceError(
      `column ${JSON.stringify(init.field.name)} has more than 2 GiB: read the result by batches()`,
    );
  }
  const offsets = new Int32Array(init.length + 1);
  let [row, base] = [0, 0];
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) offsets[row++] = base + column.offsets[i]!;
    base += column.data.length;
    offsets[row] = base;
  }
  const flags = columns.reduce((all, column) => all & column.flags, 3);
  return new VarColumn({
    ...init,
    offsets,
    data: joinBytes(columns.map(({ data }) => data)),
    flags,
  });
}

/** Joins columns of one field; all of them have the layout of the first. */
function joinColumns(columns: readonly Column[], context: ColumnContext): Column {
  const init = joinInit(columns, context);
  switch (columns[0]!.kind) {
    case "fixed":
      return new FixedColumn({
        ...init,
        values: joinValues(columns as FixedColumn[], init.length),
      });
    case "bool":
      return new BoolColumn({
        ...init,
        values: joinBits(
          (columns as BoolColumn[]).map(({ values: bits, length }) => ({ bits, length })),
        ),
      });
    case "decimal": {
      const { precision, scale } = columns[0] as DecimalColumn;
      const values = joinBytes((columns as DecimalColumn[]).map((column) => column.values));
      return new DecimalColumn({ ...init, values, precision, scale });
    }
    case "variable":
      return joinVariable(columns as VarColumn[], init);
  }
}

/**
 * Joins the batches of a result.
 *
 * @param fields Fields of the result.
 * @param context What the joined columns have in common.
 * @param batches The batches; none gives a batch without rows.
 * @returns One batch; a single one is returned as it is.
 * @throws {InterfaceError} when a column has more bytes than its offsets can count.
 */
export function joinBatches(
  fields: readonly Field[],
  context: ColumnContext,
  batches: readonly ColumnBatch[],
): ColumnBatch {
  if (batches.length === 1) return batches[0]!;
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  const columns = fields.map((field, i) =>
    batches.length === 0
      ? emptyColumn(field, context)
      : joinColumns(batches.map((batch) => batch.columns[i]!), context)
  );
  return new ColumnBatch({ rowCount, columns, context });
}
