/**
 * JavaScript values → columns of variable length: text as one joined string, bytes side by side.
 *
 * @module
 */
import { isWellFormed } from "../internal/text.ts";
import { DataType } from "../data_type.ts";
import { joinBytes } from "../internal/bytes.ts";
import { Param } from "../sql/param.ts";
import { type Source, SourceForm } from "../codec/bind_request.ts";
import { NullMarks, refused, type Target } from "./target.ts";

const encoder = new TextEncoder();
const binaryTypes: ReadonlySet<number> = new Set([
  DataType.VARBINARY,
  DataType.GEOMETRY,
  DataType.BLOB,
  DataType.MEDIUMBLOB,
]);
const decimalText = /^[+-]?\d+(\.\d+)?$/;

function isDecimal(typeCode: number): boolean {
  return typeCode === DataType.DECIMAL || typeCode === DataType.DECIMAL64;
}

/** Bytes of a value, or undefined when it is not binary. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The text of a value, or undefined when the type takes no such value. */
function textOf({ field: { typeCode } }: Target, value: unknown): string | undefined {
  if (isDecimal(typeCode)) {
    const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
    return typeof text === "string" && decimalText.test(text) ? text : undefined;
  }
  if (typeof value === "string") return value;
  const isJson = typeCode === DataType.JSON && typeof value === "object" &&
    !ArrayBuffer.isView(value);
  return isJson ? JSON.stringify(value) : undefined;
}

/** Texts and bytes of a column as they come; bytes stand only where the type takes them. */
function cellsOf(
  target: Target,
  values: ArrayLike<unknown>,
  nulls: NullMarks,
): (string | Uint8Array)[] {
  const { typeCode } = target.field;
  const takesText = !binaryTypes.has(typeCode);
  const takesBytes = !takesText || typeCode === DataType.VARCHAR;
  const cells = new Array<string | Uint8Array>(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value === "string" && takesText && !isDecimal(typeCode)) cells[row] = value;
    else if (nulls.take(row, value)) cells[row] = "";
    else {
      const plain = value instanceof Param ? value.value : value;
      const cell = (takesBytes ? bytesOf(plain) : undefined) ??
        (takesText ? textOf(target, plain) : undefined);
      if (cell === undefined) {
        const hint = takesText ? undefined : "Give a Uint8Array; of a GEOMETRY, its WKB.";
        throw refused(target, row, plain, "is not a value for", hint);
      }
      cells[row] = cell;
    }
  }
  return cells;
}

/** UTF-8 of a text. Most text is ASCII, which takes as many bytes as it has characters. */
function encodeText(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  return encoder.encodeInto(text, bytes).read === text.length ? bytes : encoder.encode(text);
}

function textSource(
  target: Target,
  texts: readonly string[],
  lengths: Uint32Array,
  nulls: Uint8Array | null,
): Source {
  const joined = texts.join("");
  if (!isWellFormed(joined)) {
    const row = texts.findIndex((text) => !isWellFormed(text));
    throw refused(
      target,
      Math.max(row, 0),
      texts[row],
      "has half a surrogate pair and is not a value for",
    );
  }
  return source(target, SourceForm.TEXT, lengths, encodeText(joined), nulls);
}

function bytesSource(
  target: Target,
  cells: readonly Uint8Array[],
  nulls: Uint8Array | null,
): Source {
  const lengths = Uint32Array.from(cells, (cell) => cell.byteLength);
  return source(target, SourceForm.BYTES, lengths, joinBytes(cells), nulls);
}

function source(
  { field }: Target,
  form: Source["form"],
  lengths: Uint32Array,
  data: Uint8Array,
  nulls: Uint8Array | null,
): Source {
  const { typeCode } = field;
  const checksLength = !isDecimal(typeCode) && typeCode !== DataType.JSON;
  const maxLength = checksLength ? field.length : 0;
  return { typeCode, form, rows: lengths.length, precision: 0, maxLength, nulls, lengths, data };
}

/** Lengths of values in UTF-16 units; undefined when not all of them are strings. */
function lengthsOf(values: ArrayLike<unknown>): Uint32Array | undefined {
  const lengths = new Uint32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value !== "string") return undefined;
    lengths[row] = value.length;
  }
  return lengths;
}

/** Converts values for a column of variable length or of DECIMAL, which travels as text. */
export function convertVariable(target: Target, values: ArrayLike<unknown>): Source {
  const { typeCode } = target.field;
  const takesText = !binaryTypes.has(typeCode);
  const plain = takesText && !isDecimal(typeCode) && Array.isArray(values)
    ? lengthsOf(values)
    : undefined;
  if (plain !== undefined) return textSource(target, values as string[], plain, null);
  const nulls = new NullMarks(target, values.length);
  const cells = cellsOf(target, values, nulls);
  const lengths = takesText ? lengthsOf(cells) : undefined;
  if (lengths !== undefined) return textSource(target, cells as string[], lengths, nulls.marks);
  const bytes = cells.map((cell) => typeof cell === "string" ? encoder.encode(cell) : cell);
  return bytesSource(target, bytes, nulls.marks);
}

/** A source of TIMESTAMP texts, which the codec parses. */
export function timestampTexts(
  target: Target,
  texts: readonly string[],
  nulls: Uint8Array | null,
  precision: number,
): Source {
  return { ...textSource(target, texts, lengthsOf(texts)!, nulls), maxLength: 0, precision };
}
