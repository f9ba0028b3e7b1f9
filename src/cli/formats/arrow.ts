/**
 * Results as an Arrow IPC file, by the optional package `apache-arrow`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ArrowQuery } from "../../arrow/mod.ts";
import { loadArrow } from "../load_arrow.ts";

/**
 * Writes a result: one record batch for each block that the server sends, and the footer that lets readers find them.
 *
 * @param query A query that has not been read yet.
 * @param options What becomes of VARCHAR that is not UTF-8.
 * @returns The file in pieces, one a record batch.
 */
export async function* formatArrow(
  query: ArrowQuery,
  options: { text: "strict" | "replace" },
): AsyncGenerator<Uint8Array, void, undefined> {
  const { AsyncByteQueue, RecordBatchFileWriter, RecordBatchReader, arrowStream } =
    await loadArrow();
  const reader = await RecordBatchReader.from(arrowStream(query, options));
  await reader.open();
  const pieces: Uint8Array[] = [];
  // The writer's own sink would keep what its reader has not asked for, which may be the whole file.
  const sink = new class extends AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      pieces.push(bytes);
    }
  }();
  const writer = new RecordBatchFileWriter().reset(sink, reader.schema);
  for await (const batch of reader) {
    writer.write(batch);
    yield Buffer.concat(pieces.splice(0));
  }
  writer.reset();
  yield Buffer.concat(pieces);
}
