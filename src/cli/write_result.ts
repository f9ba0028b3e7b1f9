/**
 * The result of a statement → an output, in one of the formats.
 *
 * @module
 */

import { type ColumnBatch, type Field, InterfaceError, type Query } from "../../mod.ts";
import { formatArrow } from "./formats/arrow.ts";
import type { TextOptions } from "./formats/cell_texts.ts";
import { formatCsv } from "./formats/csv.ts";
import { formatJsonLines } from "./formats/json_lines.ts";
import { formatTable } from "./formats/table.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import { styleOf } from "./terminal.ts";

/** The formats. */
export const formats = ["table", "csv", "jsonl", "arrow"] as const;
/** The name of a format. */
export type Format = typeof formats[number];

/** How a result is written. */
export interface ResultOptions extends TextOptions {
  readonly format: Format;
  /** Columns of the terminal that a line of a table may take; 0 = no limit. */
  readonly width: number;
  readonly output: Output;
}

/**
 * Runs a statement and writes its result, block by block.
 *
 * @param query The statement, unused.
 * @param results Results that were written before this one.
 * @param options How it is written.
 * @returns Whether there was a result; a statement without one tells the rows it changed, in tables.
 * @throws {InterfaceError} for a second result where the format holds one.
 */
export async function writeResult(
  query: Query<unknown>,
  results: number,
  options: ResultOptions,
): Promise<boolean> {
  const { format, output } = options;
  const fields = await query.fields();
  if (fields.length === 0) {
    const { affectedRows } = await query;
    const message = `OK, ${affectedRows} ${affectedRows === 1 ? "row" : "rows"} affected\n`;
    if (format === "table") await output.write(message);
    return false;
  }
  if (results > 0 && (format === "csv" || format === "arrow")) {
    throw new InterfaceError(`${format} holds one result, and this is another: run it by itself`);
  }
  if (results > 0 && format === "table") await output.write("\n");
  using progress = new Progress(!output.isTerminal);
  for await (const chunk of formatResult(query, fields, options, progress)) {
    await output.write(chunk);
  }
  return true;
}

function formatResult(
  query: Query<unknown>,
  fields: readonly Field[],
  options: ResultOptions,
  progress: Progress,
): AsyncIterable<string | Uint8Array> {
  const batches = counted(query, progress);
  switch (options.format) {
    case "csv":
      return formatCsv(fields, batches, options);
    case "jsonl":
      return formatJsonLines(fields, batches, options);
    case "arrow":
      return formatArrow({
        batches: () => batches,
        fields: () => query.fields(),
        precision: () => query.precision(),
      }, options);
    case "table":
      return formatTable(fields, batches, {
        ...options,
        style: styleOf({ isTTY: options.output.isTerminal }),
      });
  }
}

/** The batches of a query, counted as they come. */
async function* counted(
  query: Query<unknown>,
  progress: Progress,
): AsyncGenerator<ColumnBatch, void, undefined> {
  for await (const batch of query.batches()) {
    progress.add(batch.rowCount);
    yield batch;
  }
}
