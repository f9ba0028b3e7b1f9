/**
 * Executes an insert that may take several requests.
 *
 * @module
 */
import { TaosError } from "../errors.ts";
import type { Call, PreparedStatement } from "../transports/transport.ts";
import type { ExecResult, WrittenParts } from "./context.ts";

/** What the parts of an insert wrote together. */
export interface PartsResult extends ExecResult {
  readonly parts: number;
}

/** Tells what was written before a part failed. The class and code of the error stay the server's. */
function tellPartial(error: unknown, done: number, parts: number, affectedRows: number): void {
  if (!(error instanceof TaosError) || done === 0) return;
  Object.assign(error, {
    outcome: "partial",
    hint: `${done} of ${parts} parts were written before it failed: ${affectedRows} rows`,
  });
}

/**
 * Sends the frames one after the other.
 *
 * @param onPart Called after each.
 * @throws the first failure; when parts were written before, its `outcome` is `"partial"` and its hint says how many.
 */
export async function executeParts(
  statement: PreparedStatement,
  frames: readonly Uint8Array[],
  call: Call,
  onPart?: (written: WrittenParts) => void,
): Promise<PartsResult> {
  let affectedRows = 0;
  let durationNs = 0n;
  let done = 0;
  try {
    for (const frame of frames) {
      const execution = await statement.execute(frame, call);
      affectedRows += execution.affectedRows;
      durationNs += execution.durationNs;
      done++;
      onPart?.({ affectedRows, parts: done });
    }
  } catch (error) {
    tellPartial(error, done, frames.length, affectedRows);
    throw error;
  }
  return { affectedRows, durationNs, reqId: call.reqId, parts: frames.length };
}
