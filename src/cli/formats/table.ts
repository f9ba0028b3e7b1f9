/**
 * Results as a table for people: aligned, NULL to be seen, every cell on one line.
 *
 * @module
 */

import { type ColumnBatch, DataType, type Field } from "../../../mod.ts";
import { type CellText, cellTexts, type TextOptions } from "./cell_texts.ts";
import type { Style } from "../terminal.ts";
import { cutToWidth, escapeControls, textWidth } from "./text_width.ts";

/** How a table looks. */
export interface TableOptions extends TextOptions {
  /** Columns of the terminal that a line may take; wider cells are cut. 0 = no limit. */
  readonly width: number;
  /** Colours. */
  readonly style: Style;
}

/** Cells are not cut shorter than this to make a line fit. */
const minCellWidth = 8;
const separator = " | ";
const leftAligned: ReadonlySet<number> = new Set([
  DataType.NULL,
  DataType.BOOL,
  DataType.VARCHAR,
  DataType.NCHAR,
  DataType.TIMESTAMP,
  DataType.JSON,
  DataType.VARBINARY,
  DataType.GEOMETRY,
  DataType.BLOB,
  DataType.MEDIUMBLOB,
]);

/**
 * Writes a result. Rows are aligned batch by batch, so that a result of any size needs no more memory than a batch:
 * columns may become wider on the way.
 *
 * @param fields The columns.
 * @param batches The rows.
 * @param options How cells become texts, and how the table looks.
 * @returns Chunks of text: one a batch, and the number of rows.
 */
export async function* formatTable(
  fields: readonly Field[],
  batches: AsyncIterable<ColumnBatch>,
  options: TableOptions,
): AsyncGenerator<string, void, undefined> {
  const table = new Table(fields, options);
  for await (const batch of batches) {
    if (batch.rowCount > 0) yield table.batch(batch);
  }
  yield table.end();
}

class Table {
  readonly #names: string[];
  readonly #isLeft: boolean[];
  readonly #options: TableOptions;
  /** Widths so far; they only grow. */
  #widths: number[];
  #rowCount = 0;
  #hasHead = false;
  #isCut = false;

  constructor(fields: readonly Field[], options: TableOptions) {
    this.#names = fields.map(({ name }) => escapeControls(name));
    this.#isLeft = fields.map(({ typeCode }) => leftAligned.has(typeCode));
    this.#options = options;
    this.#widths = this.#names.map(textWidth);
  }

  batch(batch: ColumnBatch): string {
    const columns = batch.columns.map((column) =>
      cellTexts(column, batch.precision, this.#options).map((text) =>
        text === null ? null : escapeControls(text)
      )
    );
    this.#widths = columns.map((cells, i) => widest(cells, this.#widths[i]!));
    const widths = fitted(this.#widths, this.#options.width);
    const lines = this.#hasHead ? [] : this.#head(widths);
    for (let row = 0; row < batch.rowCount; row++) {
      lines.push(this.#line(columns.map((cells) => cells[row]!), widths));
    }
    this.#hasHead = true;
    this.#rowCount += batch.rowCount;
    return `${lines.join("\n")}\n`;
  }

  end(): string {
    const head = this.#hasHead
      ? ""
      : `${this.#head(fitted(this.#widths, this.#options.width)).join("\n")}\n`;
    const rows = `${this.#rowCount} ${this.#rowCount === 1 ? "row" : "rows"}`;
    const cut = this.#isCut ? "; cells were cut to fit, --width 0 shows them whole" : "";
    return `${head}(${rows}${cut})\n`;
  }

  #head(widths: readonly number[]): string[] {
    const { bold } = this.#options.style;
    const names = this.#names.map((name, i) => bold(this.#cell(name, widths[i]!, true)));
    const rules = widths.map((width) => "-".repeat(width + 2));
    return [` ${names.join(separator)}`.trimEnd(), rules.join("+")];
  }

  #line(cells: readonly CellText[], widths: readonly number[]): string {
    const { faint } = this.#options.style;
    const padded = cells.map((text, i) => {
      const cell = this.#cell(text ?? "NULL", widths[i]!, this.#isLeft[i]!);
      return text === null ? faint(cell) : cell;
    });
    return ` ${padded.join(separator)}`.trimEnd();
  }

  #cell(text: string, width: number, isLeft: boolean): string {
    const own = textWidth(text);
    const cell = own <= width ? text : cutToWidth(text, width);
    this.#isCut ||= cell !== text;
    const space = " ".repeat(Math.max(0, width - (cell === text ? own : textWidth(cell))));
    return isLeft ? cell + space : space + cell;
  }
}

function widest(cells: readonly CellText[], least: number): number {
  return cells.reduce((width, text) => Math.max(width, textWidth(text ?? "NULL")), least);
}

/** Widths of which the largest are made smaller until a line fits. */
function fitted(widths: readonly number[], limit: number): number[] {
  // A space on each side, and the separators.
  const room = limit - 2 - separator.length * (widths.length - 1);
  const total = (cap: number) => widths.reduce((sum, width) => sum + Math.min(width, cap), 0);
  let cap = Math.max(...widths, minCellWidth);
  while (limit > 0 && cap > minCellWidth && total(cap) > room) cap--;
  return widths.map((width) => Math.min(width, cap));
}
