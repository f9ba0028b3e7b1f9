/**
 * Arrow IPC files and streams → columns, by the optional package `apache-arrow`.
 *
 * @module
 */

import { open } from "node:fs/promises";
import { stdin } from "node:process";
import { type Columns, InterfaceError, isTaosError } from "../../../mod.ts";
import { loadArrow } from "../load_arrow.ts";

/**
 * Reads record batches. Of a file one is in memory at a time; standard input should be a stream, as a file that comes
 * through it is read whole.
 *
 * @param path A file, or `-` for standard input.
 * @returns The columns of one record batch after the other.
 * @throws {InterfaceError} when it is no Arrow data, or has a type that TDengine has no counterpart of.
 */
export async function* readArrow(path: string): AsyncGenerator<Columns, void, undefined> {
  const { fromArrow, RecordBatchReader } = await loadArrow();
  const file = path === "-" ? undefined : await open(path);
  try {
    const reader = file === undefined
      ? await RecordBatchReader.from(stdin as AsyncIterable<Uint8Array>)
      : await RecordBatchReader.from(file);
    for await (const batch of reader) yield fromArrow(batch);
  } catch (cause) {
    if (isTaosError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InterfaceError(`the input is no Arrow data: ${reason}`, { cause });
  } finally {
    await file?.close();
  }
}
