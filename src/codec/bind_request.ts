/**
 * Columns of values in the codec's terms, and the bind request made of them (wasm/codec `stmt2::request`). All integers
 * are little endian.
 *
 * | at | bind request | |
 * |---|---|---|
 * | 0, 8 | u64, u64 | request id and statement id; left 0, the transport knows them |
 * | 16, 20, 24, 28 | u32 × 4 | tables, rows, tag columns, data columns |
 * | 32 | u32 | bit 0: table names follow, bit 1: a row order follows |
 * | 36 | u32 × tables | rows of each table |
 * | | u32 × rows | row order, if any |
 * | | sources | table names, if any; tag columns; data columns |
 *
 * | at | source | |
 * |---|---|---|
 * | 0 | u8 × 4 | type code, form, whether null marks follow, precision of TIMESTAMP |
 * | 4 | u32 | longest value allowed, 0 = any |
 * | 8 | u8 × rows | null marks, if any: 0 value, 1 NULL, 2 left as it is |
 * | | form 0 | rows × width bytes |
 * | | form 1, 2 | u32 × rows lengths (bytes; UTF-16 units), u32 length of the data, data |
 *
 * @module
 */

/** How the values of a source are given. */
export const SourceForm: {
  /** Values of fixed width, one behind the other. */
  readonly FIXED: 0;
  /** Bytes, with a length in bytes for each row. */
  readonly BYTES: 1;
  /** UTF-8 of all strings joined, with a length in UTF-16 units for each row. */
  readonly TEXT: 2;
} = { FIXED: 0, BYTES: 1, TEXT: 2 };

/** One column of values. */
export interface Source {
  /** Wire code of the data type. */
  readonly typeCode: number;
  /** How the values are given: `SourceForm`. */
  readonly form: 0 | 1 | 2;
  /** Number of rows. */
  readonly rows: number;
  /** Wire number of the precision of TIMESTAMP texts. */
  readonly precision: number;
  /** Longest value in bytes, or in characters for NCHAR; 0 = any. */
  readonly maxLength: number;
  /** One mark a row; null when every row has a value. */
  readonly nulls: Uint8Array | null;
  /** Length of each row's value; null for fixed values. */
  readonly lengths: Uint32Array | null;
  /** The values: fixed ones side by side, else bytes or UTF-8 joined. */
  readonly data: Uint8Array;
}

/** What one `stmt2_bind` carries. */
export interface BindRequest {
  /** One name a table; null when the statement names its table. */
  readonly names: Source | null;
  /** Rows of each table. */
  readonly counts: Uint32Array;
  /** Rows of the columns in the tables' order; null when they are in sequence. */
  readonly order: Uint32Array | null;
  /** Tag columns of one row a table. */
  readonly tags: readonly Source[];
  /** Data columns of one row a row. */
  readonly columns: readonly Source[];
}

const headBytes = 36;

/** Bytes that a source takes in a request. */
export function sourceBytes({ rows, nulls, lengths, data }: Source): number {
  return 8 + (nulls ? rows : 0) + (lengths ? 4 * rows + 4 : 0) + data.byteLength;
}

function bytesOf(array: Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

const keptBytes = 2 ** 20;

/** Memory for requests one after the other: large arrays cost more to get than to fill. */
export class RequestRoom {
  #bytes: Uint8Array = new Uint8Array();

  /** So many bytes, which may hold anything; lent until the next call. */
  lend(length: number): Uint8Array {
    if (length > keptBytes) return new Uint8Array(length);
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(Math.min(2 * length, keptBytes));
    return this.#bytes.subarray(0, length);
  }
}

/** Writes values one behind the other. */
class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(value: number): void {
    this.bytes[this.#at++] = value;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  zeros(length: number): void {
    this.bytes.fill(0, this.#at, this.#at += length);
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  source(source: Source): void {
    this.u8(source.typeCode);
    this.u8(source.form);
    this.u8(source.nulls ? 1 : 0);
    this.u8(source.precision);
    this.u32(source.maxLength);
    if (source.nulls) this.put(source.nulls);
    if (source.lengths) {
      this.put(bytesOf(source.lengths));
      this.u32(source.data.byteLength);
    }
    this.put(source.data);
  }
}

/** Lays a bind request out for the codec, in memory of the room. */
export function formatBindRequest(request: BindRequest, room: RequestRoom): Uint8Array {
  const { names, counts, order, tags, columns } = request;
  const sources = [...(names ? [names] : []), ...tags, ...columns];
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const length = headBytes + counts.byteLength + (order?.byteLength ?? 0) +
    sources.reduce((sum, source) => sum + sourceBytes(source), 0);
  const writer = new Writer(room.lend(length));
  writer.zeros(16);
  for (const value of [counts.length, rows, tags.length, columns.length]) writer.u32(value);
  writer.u32((names ? 1 : 0) | (order ? 2 : 0));
  writer.put(bytesOf(counts));
  if (order) writer.put(bytesOf(order));
  for (const source of sources) writer.source(source);
  return writer.bytes;
}
