/**
 * Arrow tables, record batches and IPC streams out of results, and Arrow tables as input of `insert`. Needs the package
 * `apache-arrow`.
 *
 * @example A result as an Arrow table, and back into another table
 * ```ts
 * import { connect } from "@tdwire/client";
 * import { fromArrow, toArrow } from "@tdwire/client/arrow";
 *
 * async function copy(url: string) {
 *   await using db = await connect(url);
 *   const table = toArrow(await db.query("select ts, current from meters"));
 *   console.log(table.numRows, String(table.schema));
 *   await db.insert("copied", fromArrow(table));
 * }
 * ```
 *
 * @module
 */
export { toArrow } from "./to_arrow.ts";
export { arrowBatches, arrowStream } from "./arrow_stream.ts";
export type { ArrowQuery } from "./arrow_stream.ts";
export { fromArrow } from "./from_arrow.ts";
export type { FromArrowOptions } from "./from_arrow.ts";
export type { ArrowOptions } from "./arrow_schema.ts";
