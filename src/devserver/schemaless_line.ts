/**
 * Reads the InfluxDB line protocol as libtaos does: `measurement,tag=value field=value time`. A backslash escapes only
 * what separates at its place, and nothing else; inside quotes it escapes quotes and itself.
 *
 * @module
 */
import {
  checkColumn,
  checkTable,
  type PointValue,
  refusal,
  SmlCode,
  type SmlPoint,
  unitNanoseconds,
} from "./schemaless_point.ts";
import { readValue, textCell } from "./schemaless_value.ts";
import { Type } from "./sql/types.ts";

const what = "SML line";

/** Takes the backslashes away that stand before one of `marks`. */
function unescape(text: string, marks: RegExp): string {
  return text.replace(marks, "$1");
}

const inMeasurement = /\\([, ])/g;
const inName = /\\([,= ])/g;
const inQuotes = /\\(["\\])/g;

/** A position in the data; a line ends at `end`. */
class LineReader {
  readonly #data: string;
  readonly #end: number;
  #at: number;

  constructor(data: string, start: number, end: number) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
  }

  /** The data from a place on, for messages. */
  rest(at: number): string {
    return this.#data.slice(at);
  }

  get isEnd(): boolean {
    return this.#at >= this.#end;
  }

  #isAt(mark: string): boolean {
    return this.#data[this.#at] === mark && this.#data[this.#at - 1] !== "\\";
  }

  /** The character at hand; nothing behind the line's end. */
  get character(): string {
    return this.isEnd ? "" : this.#data[this.#at]!;
  }

  skipSpaces(): void {
    while (this.character === " ") this.#at++;
  }

  /** Goes over one character if it is this one. */
  accept(mark: string): boolean {
    const isThere = !this.isEnd && this.#isAt(mark);
    if (isThere) this.#at++;
    return isThere;
  }

  /** The text up to the first unescaped one of `marks`. */
  until(...marks: string[]): string {
    const start = this.#at;
    while (!this.isEnd && !marks.some((mark) => this.#isAt(mark))) this.#at++;
    return this.#data.slice(start, this.#at);
  }

  /** A name and the equals sign behind it. */
  name(): string {
    const start = this.#at;
    const raw = this.until("=", ",", " ");
    if (!this.isEnd && !this.#isAt("=")) {
      throw refusal(SmlCode.invalidData, `${what} invalid data`, this.rest(this.#at));
    }
    const name = this.isEnd ? "" : unescape(raw, inName);
    checkColumn(name, what, this.rest(start));
    this.#at++;
    return name;
  }

  tagValue(): string {
    const start = this.#at;
    const raw = this.until("=", ",", " ");
    if (!this.isEnd && this.#isAt("=")) {
      throw refusal(SmlCode.invalidData, `${what} invalid data`, this.rest(this.#at));
    }
    if (raw === "") throw refusal(SmlCode.invalidData, `${what} invalid value`, this.rest(start));
    return unescape(raw, inName);
  }

  /** A field's value as it is written; separators in quotes belong to it. */
  fieldValue(): string {
    const start = this.#at;
    let quotes = 0, escaped = -1;
    while (!this.isEnd && quotes <= 2) {
      const character = this.character,
        isEscaped = this.#data[this.#at - 1] === "\\" && escaped !== this.#at - 1;
      if (character === '"' && !isEscaped) quotes++;
      else if (quotes % 2 === 0 && (this.#isAt(" ") || this.#isAt(","))) break;
      else if (isEscaped && (character === '"' || character === "\\")) escaped = this.#at;
      this.#at++;
    }
    if (quotes !== 0 && quotes !== 2) {
      throw refusal(SmlCode.invalidData, `${what} unbalanced quotes`, this.rest(start));
    }
    const raw = this.#data.slice(start, this.#at);
    if (raw === "") throw refusal(SmlCode.invalidData, `${what} invalid value`, this.rest(start));
    return raw;
  }

  get offset(): number {
    return this.#at;
  }
}

function readTags(reader: LineReader): PointValue[] {
  const tags: PointValue[] = [];
  while (!reader.isEnd && reader.character !== " ") {
    const at = reader.offset, name = reader.name();
    const value = textCell(Type.nchar, reader.tagValue());
    if (value === null) throw refusal(0x2653, `${what} value is too long`, reader.rest(at));
    tags.push({ name, ...value });
    if (!reader.accept(",")) break;
  }
  return tags;
}

function readFields(reader: LineReader): PointValue[] {
  const fields: PointValue[] = [];
  while (!reader.isEnd) {
    const name = reader.name(), at = reader.offset;
    const value = readValue(reader.fieldValue(), (inner) => unescape(inner, inQuotes));
    if (value === null) {
      throw refusal(SmlCode.invalidValue, `${what} invalid value`, reader.rest(at));
    }
    fields.push({ name, ...value });
    if (!reader.accept(",")) break;
  }
  if (fields.length === 0) throw refusal(SmlCode.invalidData, `${what} cols is empty`);
  return fields;
}

function readTime(reader: LineReader, precision: string): bigint | null {
  reader.skipSpaces();
  const rest = reader.rest(reader.offset);
  const digits = /^\S*/.exec(reader.until("\n"))![0];
  if (digits === "" || digits === "0") return null;
  const unit = unitNanoseconds[precision] ?? 1n;
  if (/^[+]?\d{1,19}$/.test(digits) && BigInt(digits) > 0n) return BigInt(digits) * unit;
  throw refusal(SmlCode.timestamp, `${what} invalid timestamp`, rest);
}

function readPoint(data: string, start: number, end: number, precision: string): SmlPoint {
  const reader = new LineReader(data, start, end);
  reader.skipSpaces();
  if (reader.character === ",") throw refusal(SmlCode.invalidData, "Invalid data format");
  const table = unescape(reader.until(",", " "), inMeasurement);
  checkTable(table, what);
  reader.accept(",");
  const tags = readTags(reader);
  reader.skipSpaces();
  const columns = readFields(reader);
  return { table, tags, columns, nanoseconds: readTime(reader, precision) };
}

/** Places of the lines; comments are left out, and do not count. */
export function lineRanges(data: string, hasComments: boolean): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  for (let start = 0; start < data.length;) {
    const found = data.indexOf("\n", start), end = found < 0 ? data.length : found;
    if (!hasComments || data[start] !== "#") ranges.push([start, end]);
    start = end + 1;
  }
  return ranges;
}

/** Reads lines; an unknown precision is nanoseconds. */
export function readLines(data: string, precision: string): SmlPoint[] {
  return lineRanges(data, true).map(([start, end]) => readPoint(data, start, end, precision));
}
