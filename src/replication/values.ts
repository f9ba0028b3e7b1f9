/**
 * Cells as values for statements, and values as SQL for those that servers do not all prepare.
 *
 * @module
 */
import type { Column } from "../column.ts";
import { DataType } from "../data_type.ts";
import { formatLiteral } from "../sql/escape.ts";
import { param, type SqlValue } from "../sql/param.ts";
import { exactValueOptions } from "../value_modes.ts";
import { formatGeometry } from "./geometry.ts";

/** All cells of a column as values: a GEOMETRY is text, times are ticks, as source and target have one precision. */
export function valuesOf(column: Column): SqlValue[] {
  const valueOf = (cell: unknown): SqlValue => {
    switch (column.field.typeCode) {
      case DataType.DECIMAL:
      case DataType.DECIMAL64:
        return param.decimal(cell as string);
      case DataType.VARCHAR:
        return param.varchar(cell as Uint8Array);
      case DataType.GEOMETRY:
        return formatGeometry(cell as Uint8Array);
      default:
        return cell as SqlValue;
    }
  };
  return column.toArray(exactValueOptions).map((cell) => cell === null ? null : valueOf(cell));
}

/**
 * A value as SQL.
 *
 * @throws {InterfaceError} When SQL has no literal for it, such as NaN.
 */
export function literalOf(value: SqlValue): string {
  return formatLiteral(value, 0, { formatTimestamp: String });
}
