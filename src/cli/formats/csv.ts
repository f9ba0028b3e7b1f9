/**
 * Results as CSV (RFC 4180): a header, and one line a row. NULL is an empty field, an empty text is `""`.
 *
 * @module
 */

import type { ColumnBatch, Field } from "../../../mod.ts";
import { type CellText, cellTexts, type TextOptions } from "./cell_texts.ts";

/**
 * Writes a result.
 *
 * @param fields The columns.
 * @param batches The rows.
 * @param options How cells become texts.
 * @returns Chunks of text, one a batch.
 */
export async function* formatCsv(
  fields: readonly Field[],
  batches: AsyncIterable<ColumnBatch>,
  options: TextOptions,
): AsyncGenerator<string, void, undefined> {
  yield `${fields.map(({ name }) => formatField(name)).join(",")}\n`;
  for await (const batch of batches) {
    const columns = batch.columns.map((column) => cellTexts(column, batch.precision, options));
    let chunk = "";
    for (let row = 0; row < batch.rowCount; row++) {
      chunk += `${columns.map((cells) => formatField(cells[row]!)).join(",")}\n`;
    }
    yield chunk;
  }
}

function formatField(text: CellText): string {
  if (text === null) return "";
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
