/**
 * Columns in Arrow's layout: one class a layout, told apart by `kind`.
 *
 * @module
 */
import type { BoolColumn } from "./columns/bool_column.ts";
import type { DecimalColumn } from "./columns/decimal_column.ts";
import type { FixedColumn } from "./columns/fixed_column.ts";
import type { VarColumn } from "./columns/var_column.ts";

export { BoolColumn } from "./columns/bool_column.ts";
export { DecimalColumn } from "./columns/decimal_column.ts";
export type { DecimalInit } from "./columns/decimal_column.ts";
export { FixedColumn } from "./columns/fixed_column.ts";
export type { FixedValues } from "./columns/fixed_column.ts";
export { VarColumn } from "./columns/var_column.ts";
export type { VarInit } from "./columns/var_column.ts";
export type { CellFormats, ColumnContext, ColumnInit } from "./columns/column_base.ts";

/** A column of a batch; `kind` tells the classes apart. */
export type Column = FixedColumn | BoolColumn | DecimalColumn | VarColumn;
