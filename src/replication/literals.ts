/**
 * Values in SQL, for statements that servers do not all prepare.
 *
 * @module
 */
import { formatLiteral } from "../sql/escape.ts";
import type { SqlValue } from "../sql/param.ts";

/** Ticks serve to compare; values to be written have no times but as texts. */
const ticks = { formatTimestamp: String };

/**
 * A value as SQL.
 *
 * @throws {InterfaceError} When SQL has no literal for it, such as NaN.
 */
export function literalOf(value: SqlValue): string {
  return formatLiteral(value, 0, ticks);
}

/** Whether two values are the same in SQL. */
export function isSame(one: SqlValue, other: SqlValue): boolean {
  return literalOf(one) === literalOf(other);
}
