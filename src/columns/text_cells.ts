/**
 * Bytes of a column → texts: one `TextDecoder` call a column, sliced by UTF-16 offsets.
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import { isSet } from "../internal/bytes.ts";
import type { Field } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import { cellLabel } from "./column_base.ts";

/** Bits of a variable column's flags, as the codec sets them. */
export const TextFlag = {
  /** Each cell by itself is valid UTF-8. */
  VALID: 1,
  /** All bytes are ASCII. */
  ASCII: 2,
} as const;

/** The bytes of a text column. */
export interface TextSource {
  readonly field: Field;
  readonly validity: Uint8Array | null;
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
  /** {@linkcode TextFlag}s. */
  readonly flags: number;
}

type Mode = ResolvedValueOptions["text"];
type TextCell = string | Uint8Array;

/** V8 cannot make a string of 2^29 bytes. */
const defaultPieceBytes = 2 ** 28;

/** After so many different neighbours in a row a column is taken for one without repetition. */
const maxMisses = 32;

/** Text of consecutive rows; row `first + i` goes from `starts[i] − base` to `starts[i + 1] − base`. */
interface Piece {
  readonly text: string;
  readonly starts: Int32Array;
  readonly base: number;
}

/** Texts of a column, decoded at first use. */
export class TextCells {
  readonly #source: TextSource;
  readonly #rows: number;
  readonly #maxPieceBytes: number;
  /** The whole column. */
  #piece: Piece | undefined;

  /**
   * @param source The bytes.
   * @param maxPieceBytes Bytes that are decoded in one go.
   */
  constructor(source: TextSource, maxPieceBytes: number = defaultPieceBytes) {
    this.#source = source;
    this.#maxPieceBytes = maxPieceBytes;
    this.#rows = source.offsets.length - 1;
  }

  /** Chooses how one cell is read. */
  reader(mode: Mode): (row: number) => TextCell {
    const { data, offsets } = this.#source;
    if (!this.#isWhole()) return cellDecoder(this.#source, mode);
    if (data.length > this.#maxPieceBytes) {
      const decoder = textDecoder();
      return (row) => decoder.decode(data.subarray(offsets[row], offsets[row + 1]));
    }
    const { text, starts, base } = this.#whole();
    return (row) => text.slice(starts[row]! - base, starts[row + 1]! - base);
  }

  /** Reads all cells; null for NULL. */
  all(mode: Mode): (TextCell | null)[] {
    const { validity, offsets, data } = this.#source;
    const rows = this.#rows;
    const cells = new Array<TextCell | null>(rows);
    if (!this.#isWhole()) {
      const decode = cellDecoder(this.#source, mode);
      for (let row = 0; row < rows; row++) cells[row] = isSet(validity, row) ? decode(row) : null;
      return cells;
    }
    if (data.length <= this.#maxPieceBytes) {
      sliceTexts(cells, this.#source, this.#whole(), 0, rows);
      return cells;
    }
    for (let first = 0; first < rows;) {
      const end = pieceEnd(offsets, first, this.#maxPieceBytes);
      sliceTexts(cells, this.#source, decodePiece(this.#source, first, end), first, end);
      first = end;
    }
    return cells;
  }

  /** A cut sequence would merge with the next cell's bytes if they were decoded together. */
  #isWhole(): boolean {
    return (this.#source.flags & TextFlag.VALID) !== 0;
  }

  #whole(): Piece {
    return this.#piece ??= decodePiece(this.#source, 0, this.#rows);
  }
}

let lenient: TextDecoder | undefined;
let fatal: TextDecoder | undefined;

/** `ignoreBOM` keeps a leading U+FEFF, which is a character of the cell. */
function textDecoder(): TextDecoder {
  return lenient ??= new TextDecoder("utf-8", { ignoreBOM: true });
}

function fatalDecoder(): TextDecoder {
  return fatal ??= new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
}

/** The row after the last that goes into the piece which begins at `first`. */
function pieceEnd(offsets: Int32Array, first: number, maxPieceBytes: number): number {
  const limit = offsets[first]! + maxPieceBytes;
  let end = first + 1;
  while (end < offsets.length - 1 && offsets[end + 1]! <= limit) end++;
  return end;
}

function decodePiece({ data, offsets, flags }: TextSource, first: number, end: number): Piece {
  const text = textDecoder().decode(data.subarray(offsets[first], offsets[end]));
  const part = first === 0 && end === offsets.length - 1
    ? offsets
    : offsets.subarray(first, end + 1);
  return (flags & TextFlag.ASCII) !== 0
    ? { text, starts: part, base: part[0]! }
    : { text, starts: utf16Starts(data, part), base: 0 };
}

/** Counts UTF-16 units: one for each character, and one more for those of four bytes. */
function utf16Starts(data: Uint8Array, offsets: Int32Array): Int32Array {
  const starts = new Int32Array(offsets.length);
  let units = 0;
  let at = offsets[0]!;
  for (let row = 1; row < offsets.length; row++) {
    for (const end = offsets[row]!; at < end; at++) {
      const byte = data[at]!;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    starts[row] = units;
  }
  return starts;
}

/**
 * Slices the cells of rows `first` … `end` out of a piece. Neighbours with the same bytes share one string: tags and
 * table names repeat for thousands of rows, and a comparison costs less than a string.
 */
function sliceTexts(
  cells: (TextCell | null)[],
  source: TextSource,
  piece: Piece,
  first: number,
  end: number,
): void {
  const { data, offsets, validity } = source;
  const { text, starts, base } = piece;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let last = "";
  let lastAt = 0;
  let lastLength = 0;
  let misses = 0;
  for (let row = first; row < end; row++) {
    if (validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0) {
      cells[row] = null;
      continue;
    }
    const at = offsets[row]!;
    const length = offsets[row + 1]! - at;
    if (length === lastLength && misses < maxMisses && sameBytes(view, lastAt, at, length)) {
      misses = 0;
    } else {
      last = text.slice(starts[row - first]! - base, starts[row - first + 1]! - base);
      lastLength = length;
      misses++;
    }
    lastAt = at;
    cells[row] = last;
  }
}

/** Compares four bytes at a time; the last four may overlap those before. */
function sameBytes(view: DataView, left: number, right: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) {
      if (view.getUint8(left + i) !== view.getUint8(right + i)) return false;
    }
    return true;
  }
  for (let i = 0; i < length - 4; i += 4) {
    if (view.getInt32(left + i) !== view.getInt32(right + i)) return false;
  }
  return view.getInt32(left + length - 4) === view.getInt32(right + length - 4);
}

/** Decodes cell by cell; what is not UTF-8 follows the mode. */
function cellDecoder({ data, offsets, field }: TextSource, mode: Mode): (row: number) => TextCell {
  const decoder = mode === "replace" ? textDecoder() : fatalDecoder();
  return (row) => {
    const bytes = data.subarray(offsets[row], offsets[row + 1]);
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      if (mode === "bytes") return bytes.slice();
      const hint = 'choose text: "replace" or "bytes"';
      throw new CodecError(`${cellLabel(field, row)}: the text is not UTF-8; ${hint}`, { cause });
    }
  };
}
