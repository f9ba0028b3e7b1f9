/**
 * Writes rows of which some may be refused.
 *
 * @module
 */

import { isTaosError, UnsupportedError } from "../../../mod.ts";

/** What becomes of rows, which are known by their numbers. */
export interface RowWriter {
  /** Writes the rows `from` … `to - 1`. */
  write(from: number, to: number): Promise<void>;
  /** Called with a row that is refused, and why. What it throws ends the writing. */
  refuse(row: number, error: Error): void;
}

/**
 * Writes rows. When they are refused, because one or more of them are wrong, it writes them by halves until those at
 * fault are alone. Rows may be written twice on the way, which changes nothing: a row is known by its time.
 *
 * @param from The first row.
 * @param to The row behind the last.
 * @param writer Writes rows.
 * @throws What is no matter of single rows, such as a lost connection.
 */
export async function writeByHalves(from: number, to: number, writer: RowWriter): Promise<void> {
  if (from === to) return;
  try {
    await writer.write(from, to);
    return;
  } catch (error) {
    if (!isOfRows(error)) throw error;
    if (to - from === 1) return writer.refuse(from, error);
  }
  const middle = (from + to) >> 1;
  await writeByHalves(from, middle, writer);
  await writeByHalves(middle, to, writer);
}

/** Whether an error tells that values were refused, by the client or the server. */
function isOfRows(error: unknown): error is Error {
  return isTaosError(error) && (error.kind === "usage" || error.kind === "server") &&
    error.outcome !== "unknown" && !(error instanceof UnsupportedError);
}
