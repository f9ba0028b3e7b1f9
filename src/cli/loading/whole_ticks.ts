/**
 * Times that a table can hold with all their digits.
 *
 * @module
 */

import { type ColumnValues, InterfaceError, Param, type Precision } from "../../../mod.ts";

const ticksPerMs: Readonly<Record<Precision, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };

/**
 * Refuses instants whose digits a database would cut.
 *
 * @param name Name of the column.
 * @param cells Its values, of which those that say their unit are looked at.
 * @param precision Precision of the database.
 * @throws {InterfaceError} when one has more digits.
 */
export function requireWholeTicks(name: string, cells: ColumnValues, precision: Precision): void {
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (!(cell instanceof Param) || cell.precision === null) continue;
    const divisor = ticksPerMs[cell.precision] / ticksPerMs[precision];
    if (divisor > 1n && (cell.value as bigint) % divisor !== 0n) {
      throw tooManyDigits(precision, name);
    }
  }
}

/** The error for a time that would lose digits. */
export function tooManyDigits(precision: Precision, column?: string): InterfaceError {
  const place = column === undefined ? "" : `column "${column}": `;
  return new InterfaceError(
    `${place}the time has more digits than the table's ${precision} can hold`,
  );
}
