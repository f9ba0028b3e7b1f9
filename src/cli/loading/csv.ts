/**
 * CSV (RFC 4180) → rows. An empty field is NULL, `""` is an empty text. A quote opens a quoted field at its start only,
 * and is text elsewhere.
 *
 * @module
 */

import { InterfaceError } from "../../../mod.ts";
import type { SourceRow } from "./source_row.ts";

/** What the errors of a header say: it may be a row of a file without one. */
export const headerAdvice = "(the first line must name the columns)";

/** A quoted field longer than this is taken for a quote that is never closed. */
const maxRecordLength = 2 ** 24;

/**
 * Reads a text whose first line has the names of the columns.
 *
 * @param chunks The text.
 * @param delimiter What stands between fields: one character.
 * @param onHeader Called with the names of the columns, also where no row follows; what it throws ends the reading.
 * @returns Rows, those of one piece of the text after the other.
 * @throws {InterfaceError} when the header names a column twice, or a quote is not closed.
 */
export async function* readCsv(
  chunks: AsyncIterable<string>,
  delimiter: string,
  onHeader: (names: readonly string[]) => void = () => {},
): AsyncGenerator<SourceRow[], void, undefined> {
  const records = new CsvRecords(delimiter);
  let names: string[] | undefined;
  const rowsOf = (found: readonly CsvRecord[]): SourceRow[] => {
    const rows: SourceRow[] = [];
    for (const record of found) {
      if (names === undefined) onHeader(names = headerOf(record));
      else rows.push(rowOf(record, names));
    }
    return rows;
  };
  for await (const chunk of chunks) yield rowsOf(records.push(chunk));
  yield rowsOf(records.end());
}

interface CsvRecord {
  readonly line: number;
  readonly fields: (string | null)[];
  /** What is wrong with it. */
  readonly problem?: string;
}

function headerOf({ fields, problem }: CsvRecord): string[] {
  const names = fields.map((field) => field?.trim() ?? "");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (problem !== undefined) throw new InterfaceError(`line 1: ${problem}`);
  if (names.includes("")) throw new InterfaceError(`line 1: a column has no name ${headerAdvice}`);
  if (twice === undefined) return names;
  throw new InterfaceError(
    `line 1: there are two columns named ${JSON.stringify(twice)} ${headerAdvice}`,
  );
}

function rowOf({ line, fields, problem }: CsvRecord, names: readonly string[]): SourceRow {
  if (problem !== undefined) return { line, problem };
  if (fields.length === names.length) return { line, names, cells: fields };
  return {
    line,
    problem: `there are ${fields.length} fields, but the header names ${names.length} columns`,
  };
}

/** Cuts text into records, which may have line breaks in quotes. */
class CsvRecords {
  readonly #delimiter: string;
  /** What a field without quotes is made of. */
  readonly #plain: RegExp;
  #rest = "";
  /** Number of the line that `#rest` begins with. */
  #line = 1;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
    const code = delimiter.charCodeAt(0).toString(16).padStart(4, "0");
    this.#plain = new RegExp(`[^\\u${code}\\n]*`, "y");
  }

  push(chunk: string): CsvRecord[] {
    return this.#take(this.#rest + chunk, false);
  }

  end(): CsvRecord[] {
    return this.#rest === "" ? [] : this.#take(this.#rest, true);
  }

  #take(text: string, isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) {
      const end = this.#endOf(text, at, isEnd);
      if (end < 0) break;
      const record = withoutReturn(text.slice(at, end));
      if (record.trim() !== "") records.push(this.#record(record));
      this.#line += count(record, "\n") + 1;
      at = end + 1;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length <= maxRecordLength) return records;
    throw new InterfaceError(`line ${this.#line}: a quote is opened here and never closed`);
  }

  /** Where the record that begins at `start` ends; -1 when the text behind it is still to come. */
  #endOf(text: string, start: number, isEnd: boolean): number {
    const open = isEnd ? text.length : -1;
    const lineEnd = text.indexOf("\n", start);
    if (lineEnd < 0) return open;
    if (!text.slice(start, lineEnd).includes('"')) return lineEnd;
    for (let at = start; at < text.length; at++) {
      if (text[at] === '"') at = quotedField(text, at).end;
      if (at > text.length) break;
      // What follows a closing quote is wrong, and part of the record all the same.
      this.#plain.lastIndex = at;
      this.#plain.test(text);
      at = this.#plain.lastIndex;
      if (text[at] === "\n") return at;
    }
    return open;
  }

  #record(text: string): CsvRecord {
    const line = this.#line;
    if (!text.includes('"')) {
      const fields = text.split(this.#delimiter).map((field) => field === "" ? null : field);
      return { line, fields };
    }
    const fields: (string | null)[] = [];
    for (let at = 0; at <= text.length;) {
      const { field, end } = text[at] === '"' ? quotedField(text, at) : this.#plainField(text, at);
      fields.push(field);
      if (end < text.length && text[end] !== this.#delimiter) {
        return {
          line,
          fields,
          problem: `text follows the closing quote of field ${fields.length}`,
        };
      }
      if (end > text.length) {
        return { line, fields, problem: `the quote of field ${fields.length} is not closed` };
      }
      at = end + 1;
    }
    return { line, fields };
  }

  #plainField(text: string, start: number): { field: string | null; end: number } {
    const found = text.indexOf(this.#delimiter, start);
    const end = found < 0 ? text.length : found;
    return { field: start === end ? null : text.slice(start, end), end };
  }
}

/** The field whose quote opens at `start`; its end is behind the text when the quote is not closed. */
function quotedField(text: string, start: number): { field: string; end: number } {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { field: text.slice(start + 1), end: text.length + 1 };
    if (text[quote + 1] !== '"') {
      return { field: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    }
    at = quote + 2;
  }
}

function withoutReturn(record: string): string {
  return record.endsWith("\r") ? record.slice(0, -1) : record;
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}
