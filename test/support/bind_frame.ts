/**
 * Reads `stmt2_bind` frames (protocol.md §4.1) for tests, independently of the codec.
 *
 * @module
 */

/** One bind block: a column's or a tag's values. */
export interface BindBlock {
  readonly type: number;
  readonly marks: readonly number[];
  /** Lengths of the values, for types of variable length. */
  readonly lengths: readonly number[] | null;
  readonly data: readonly number[];
}

/** One table of a bind. */
export interface BindTable {
  readonly name: string | null;
  readonly tags: readonly BindBlock[];
  readonly columns: readonly BindBlock[];
}

/** A whole frame. */
export interface BindFrame {
  readonly reqId: bigint;
  readonly statementId: bigint;
  readonly columnIndex: number;
  readonly tables: readonly BindTable[];
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  u8 = () => this.#view.getUint8(this.at++);
  u16 = () => this.#view.getUint16((this.at += 2) - 2, true);
  u32 = () => this.#view.getUint32((this.at += 4) - 4, true);
  u64 = () => this.#view.getBigUint64((this.at += 8) - 8, true);

  take(count: number): number[] {
    if (this.at + count > this.#bytes.length) {
      throw new Error(`${count} bytes at ${this.at} are too many`);
    }
    return [...this.#bytes.subarray(this.at, this.at += count)];
  }

  times<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  block(): BindBlock {
    const start = this.at;
    const total = this.u32();
    const type = this.u32();
    const rows = this.u32();
    const marks = this.take(rows);
    const lengths = this.u8() === 1 ? this.times(rows, this.u32) : null;
    const data = this.take(this.u32());
    if (this.at !== start + total) {
      throw new Error(`the block at ${start} is not ${total} bytes long`);
    }
    return { type, marks, lengths, data };
  }

  /** A section of blocks: byte lengths of the tables' parts, then the parts. */
  section(tables: number, blocks: number): BindBlock[][] {
    const lengths = this.times(tables, this.u32);
    return lengths.map((length) => {
      const start = this.at;
      const part = this.times(blocks, () => this.block());
      if (this.at !== start + length) {
        throw new Error(`the part at ${start} is not ${length} bytes long`);
      }
      return part;
    });
  }

  names(tables: number): string[] {
    const lengths = this.times(tables, this.u16);
    return lengths.map((length) => {
      const bytes = this.take(length);
      if (bytes.pop() !== 0) throw new Error("a table name does not end with NUL");
      return new TextDecoder().decode(Uint8Array.from(bytes));
    });
  }
}

/** Reads a frame; throws when any length in it is wrong. */
export function readBindFrame(frame: Uint8Array): BindFrame {
  const head = new Reader(frame);
  const [reqId, statementId, action, version] = [head.u64(), head.u64(), head.u64(), head.u16()];
  if (action !== 9n || version !== 1) throw new Error("not a stmt2_bind frame of version 1");
  const columnIndex = head.u32() | 0;
  const payload = new Reader(frame.subarray(30));
  const [total, count, tagCount, columnCount, namesAt, tagsAt, columnsAt] = payload.times(
    7,
    payload.u32,
  );
  if (total !== frame.length - 30) {
    throw new Error(`the payload is ${frame.length - 30} bytes, not ${total}`);
  }
  const at = (offset: number) => new Reader(frame.subarray(30), offset);
  const names = namesAt ? at(namesAt).names(count!) : null;
  const tags = tagsAt ? at(tagsAt).section(count!, tagCount!) : null;
  const columns = columnsAt ? at(columnsAt).section(count!, columnCount!) : null;
  const tables = Array.from({ length: count! }, (_, i) => ({
    name: names?.[i] ?? null,
    tags: tags?.[i] ?? [],
    columns: columns?.[i] ?? [],
  }));
  return { reqId, statementId, columnIndex, tables };
}

/** The values of a block: null, undefined for one left as it is, else bytes. */
export function valuesOf({ marks, lengths, data }: BindBlock): (Uint8Array | null | undefined)[] {
  const width = data.length / marks.length;
  let at = 0;
  return marks.map((mark, row) => {
    const length = lengths?.[row] ?? width;
    const value = Uint8Array.from(data.slice(at, at + length));
    at += length;
    return mark === 0 ? value : mark === 1 ? null : undefined;
  });
}
