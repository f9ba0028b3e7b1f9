/**
 * Queries → record batches and IPC streams.
 *
 * @module
 */
import { type RecordBatch, type Schema, Table, tableToIPC } from "apache-arrow";
import type { Query } from "../query.ts";
import { type ArrowOptions, schemaOf, textModeOf } from "./arrow_schema.ts";
import { recordBatch } from "./to_arrow.ts";

/** A query that has not been read yet. */
export type ArrowQuery = Pick<Query<unknown>, "batches" | "fields" | "precision">;

/** The mark at the end of an IPC stream: a continuation and a length of 0. */
const endBytes = 8;

/** A stream of its own for some batches: the schema, the batches and the end. */
function ipcOf(schema: Schema, batches: RecordBatch[]): Uint8Array<ArrayBuffer> {
  return tableToIPC(new Table(schema, batches), "stream") as Uint8Array<ArrayBuffer>;
}

/**
 * Reads a query as record batches, one for each block that the server sends. The column buffers become the batch's,
 * without a copy. Leaving the loop early frees the result on the server.
 *
 * @param query A query that has not been read yet.
 * @param options What becomes of text that is not UTF-8.
 * @returns The batches, all of one schema; none when there are no rows.
 * @throws {CodecError} When a VARCHAR cell is not UTF-8, unless `text` chooses otherwise.
 *
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 * import { arrowBatches } from "@tdwire/client/arrow";
 *
 * async function count(url: string) {
 *   await using db = await connect(url);
 *   let rows = 0;
 *   for await (const batch of arrowBatches(db.query("select * from meters"))) rows += batch.numRows;
 *   return rows;
 * }
 * ```
 */
export async function* arrowBatches(
  query: ArrowQuery,
  options: ArrowOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  const text = textModeOf(options);
  let schema: Schema | undefined;
  for await (const batch of query.batches()) {
    schema ??= schemaOf(batch.fields, batch.precision, text);
    yield recordBatch(schema, batch, text);
  }
}

/** The stream in chunks: schema, batches, end. */
async function* ipcChunks(
  query: ArrowQuery,
  options: ArrowOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let head: Uint8Array<ArrayBuffer> | undefined;
  for await (const batch of arrowBatches(query, options)) {
    if (head === undefined) {
      head = ipcOf(batch.schema, []);
      yield head.subarray(0, -endBytes);
    }
    yield ipcOf(batch.schema, [batch]).subarray(head.length - endBytes, -endBytes);
  }
  if (head === undefined) {
    yield ipcOf(
      schemaOf(await query.fields(), await query.precision(), textModeOf(options)),
      [],
    );
  } else yield head.subarray(-endBytes);
}

/**
 * Reads a query as an Arrow IPC stream (`application/vnd.apache.arrow.stream`): the schema, then one chunk for each
 * block that the server sends. A block is fetched when the reader asks for it; cancelling the stream frees the result on
 * the server. Chunks are copies: whoever reads the stream may transfer them.
 *
 * @param query A query that has not been read yet.
 * @param options What becomes of text that is not UTF-8.
 * @returns The stream. It fails with the errors of the query, and with `CodecError` when a VARCHAR cell is not UTF-8,
 * unless `text` chooses otherwise.
 *
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 * import { arrowStream } from "@tdwire/client/arrow";
 *
 * async function answer(url: string): Promise<Response> {
 *   const db = await connect(url);
 *   const headers = { "content-type": "application/vnd.apache.arrow.stream" };
 *   return new Response(arrowStream(db.query("select * from meters")), { headers });
 * }
 * ```
 */
export function arrowStream(
  query: ArrowQuery,
  options: ArrowOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = ipcChunks(query, options);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  }, { highWaterMark: 0 });
}
