/**
 * Results as JSON lines: one object a row.
 *
 * Numbers have all their digits, also BIGINT beyond 2^53. DECIMAL and instants are strings, binary values strings of
 * hexadecimal digits, `NaN` and the infinities strings; JSON columns are what the server stored.
 *
 * @module
 */

import { type ColumnBatch, DataType, type Field, InterfaceError } from "../../../mod.ts";
import { type CellText, cellTexts, type TextOptions } from "./cell_texts.ts";

const numberTypes: ReadonlySet<number> = new Set([
  DataType.TINYINT,
  DataType.SMALLINT,
  DataType.INT,
  DataType.BIGINT,
  DataType.UTINYINT,
  DataType.USMALLINT,
  DataType.UINT,
  DataType.UBIGINT,
  DataType.FLOAT,
  DataType.DOUBLE,
]);

/** How lines are made. */
export interface JsonLineOptions extends TextOptions {
  /** A member that all objects begin with. */
  readonly leading?: { readonly name: string; readonly text: string } | undefined;
}

/**
 * Writes a result.
 *
 * @param fields The columns.
 * @param batches The rows.
 * @param options How cells become texts, and lines are made.
 * @returns Chunks of text, one a batch.
 * @throws {InterfaceError} when two columns have the same name, which an object cannot hold.
 */
export async function* formatJsonLines(
  fields: readonly Field[],
  batches: AsyncIterable<ColumnBatch>,
  options: JsonLineOptions,
): AsyncGenerator<string, void, undefined> {
  requireDistinct(fields);
  const keys = fields.map(({ name }) => `${JSON.stringify(name)}:`);
  const { leading } = options;
  const lead = leading === undefined
    ? ""
    : `${JSON.stringify(leading.name)}:${JSON.stringify(leading.text)},`;
  const formats = fields.map(({ typeCode }) => formatOf(typeCode));
  for await (const batch of batches) {
    const columns = batch.columns.map((column) => cellTexts(column, batch.precision, options));
    let chunk = "";
    for (let row = 0; row < batch.rowCount; row++) {
      const members = columns.map((cells, i) => keys[i]! + format(cells[row]!, formats[i]!));
      chunk += `{${lead}${members.join(",")}}\n`;
    }
    yield chunk;
  }
}

function format(text: CellText, formatText: (text: string) => string): string {
  return text === null ? "null" : formatText(text);
}

function formatOf(typeCode: number): (text: string) => string {
  if (typeCode === DataType.BOOL) return (text) => text;
  if (typeCode === DataType.JSON) return formatJson;
  return numberTypes.has(typeCode) ? formatNumber : JSON.stringify;
}

/** JSON has no word for NaN and the infinities. */
function formatNumber(text: string): string {
  return text === "NaN" || text.endsWith("Infinity") ? `"${text}"` : text;
}

/** The stored text, unless it would break the line or is none that readers accept. */
function formatJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return JSON.stringify(text);
  }
  return text.replace(/[\r\n]/g, " ");
}

function requireDistinct(fields: readonly Field[]): void {
  const names = new Set<string>();
  for (const { name } of fields) {
    if (names.has(name)) {
      throw new InterfaceError(
        `two columns are named ${
          JSON.stringify(name)
        }, which an object cannot hold: give one an alias`,
      );
    }
    names.add(name);
  }
}
