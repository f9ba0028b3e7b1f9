/**
 * Values in SQL, for statements that servers do not all prepare.
 *
 * @module
 */
import { formatLiteral } from "../sql/escape.ts";
import type { SqlValue } from "../sql/param.ts";

/** Times are texts here already. */
const timesAreTexts = { formatTimestamp: String };

/**
 * A value as SQL.
 *
 * @throws {InterfaceError} When SQL has no literal for it, such as NaN.
 */
export function literalOf(value: SqlValue): string {
  return formatLiteral(value, 0, timesAreTexts);
}
