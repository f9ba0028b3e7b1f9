/**
 * Writes rows of which some may be refused.
 *
 * @module
 */

import { isTaosError, UnsupportedError } from "../../../mod.ts";
import { familyOf } from "../../errors/family.ts";
import { withDeadline } from "../../internal/abort.ts";

/** So often rows are written again that the server could not take, after pauses that double. */
const mostRepeats = 4;
const firstPauseMs = 200;

/** What becomes of rows, which are known by their numbers. */
export interface RowWriter {
  /** Writes the rows `from` … `to - 1`. */
  write(from: number, to: number): Promise<void>;
  /** Called with a row that is refused, and why. What it throws ends the writing. */
  refuse(row: number, error: Error): void;
  /** Called before rows are written again that the server could not take. */
  repeat(error: Error): void;
}

/**
 * Writes rows. When they are refused, because one or more of them are wrong, it writes them by halves until those at
 * fault are alone. Rows may be written twice on the way, which changes nothing: a row is known by its time. When the
 * server cannot take them at present, it writes them again some times.
 *
 * @param from The first row.
 * @param to The row behind the last.
 * @param writer Writes rows.
 * @param signal Ends it behind the rows on their way.
 * @throws What is no matter of single rows, such as a lost connection, or a server that goes on to be unable.
 */
export async function writeByHalves(
  from: number,
  to: number,
  writer: RowWriter,
  signal: AbortSignal,
): Promise<void> {
  if (from === to) return;
  try {
    await writePatiently(from, to, writer, signal);
    return;
  } catch (error) {
    if (!isOfRows(error)) throw error;
    if (to - from === 1) return writer.refuse(from, error);
  }
  const middle = (from + to) >> 1;
  await writeByHalves(from, middle, writer, signal);
  await writeByHalves(middle, to, writer, signal);
}

async function writePatiently(
  from: number,
  to: number,
  writer: RowWriter,
  signal: AbortSignal,
): Promise<void> {
  for (let repeats = 0;; repeats++) {
    signal.throwIfAborted();
    try {
      return await writer.write(from, to);
    } catch (error) {
      if (repeats === mostRepeats || !mayPass(error)) throw error;
      writer.repeat(error);
      const pauseMs = firstPauseMs * 2 ** repeats;
      const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));
      await withDeadline({ signal, what: "the pause" }, pause);
    }
  }
}

/** Whether the server wrote nothing, and may be able to a little later; a connection that is lost stays lost. */
function mayPass(error: unknown): error is Error {
  return isTaosError(error) && error.retryable && error.kind !== "connection" &&
    error.outcome !== "unknown";
}

/** Whether an error tells that values were refused, by the client or the server. */
function isOfRows(error: unknown): error is Error {
  return isTaosError(error) && (error.kind === "usage" || error.kind === "server") &&
    error.outcome !== "unknown" && !error.retryable && familyOf(error.code) !== "operational" &&
    !(error instanceof UnsupportedError);
}
