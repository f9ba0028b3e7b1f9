/** Reads payloads of `/rest/tmq` for tests; it shares no code with the server or with tdwire's own client. */

/** One block of a payload. */
export interface ReadBlock {
  table: string | null;
  precision: number;
  names: string[];
  types: number[];
  columnIds: number[];
  rows: unknown[][];
}

/** A payload. */
export interface ReadPayload {
  begin: bigint;
  end: bigint;
  blocks: ReadBlock[];
  /** Requests for child tables at the end of a metadata+data message. */
  created: Buffer[];
}

class Reader {
  at = 0;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(count: number): Buffer {
    const part = this.bytes.subarray(this.at, this.at + count);
    if (part.length < count) throw new Error("short payload");
    this.at += count;
    return part;
  }

  uvarint(): number {
    for (let value = 0, factor = 1;; factor *= 128) {
      const byte = this.take(1)[0]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  text(): string {
    const bytes = this.take(this.uvarint());
    if (bytes.at(-1) !== 0) throw new Error("text without NUL");
    return bytes.subarray(0, -1).toString("utf8");
  }
}

/** Head of a `fetch_raw_data` reply. */
export function readFrame(frame: Uint8Array) {
  const bytes = Buffer.from(frame);
  const m = bytes.readUInt32LE(38);
  const code = bytes.readUInt32LE(34);
  return {
    reqId: bytes.readBigUInt64LE(26),
    code,
    message: bytes.subarray(42, 42 + m).toString("utf8"),
    messageId: bytes.readBigUInt64LE(42 + m),
    rawType: code === 0 ? bytes.readUInt16LE(50) : 0,
    data: code === 0 ? bytes.subarray(56, 56 + bytes.readUInt32LE(52)) : Buffer.alloc(0),
  };
}

/** Reads the payload of a message with data. */
export function readPayload(data: Buffer, rawType: number): ReadPayload {
  const reader = new Reader(data);
  if (reader.take(1)[0] !== 100) throw new Error("head version");
  const head = reader.take(reader.take(4).readInt32LE(0));
  const count = reader.take(4).readInt32LE(0);
  const [hasName, hasSchema] = count === 0 ? [0, 0] : reader.take(2);
  const blocks = Array.from(
    { length: count },
    () => readBlock(reader, hasName === 1, hasSchema === 1),
  );
  const created: Buffer[] = [];
  if (rawType === 4) {
    const tables = reader.take(4).readInt32LE(0);
    for (let i = 0; i < tables; i++) created.push(reader.take(reader.uvarint()));
  } else reader.take(8);
  if (reader.at !== data.length) throw new Error(`${data.length - reader.at} bytes too many`);
  return { begin: head.readBigInt64LE(1), end: head.readBigInt64LE(10), blocks, created };
}

function readBlock(reader: Reader, hasName: boolean, hasSchema: boolean): ReadBlock {
  const length = reader.uvarint();
  const head = reader.take(18);
  const block = reader.take(length - 18);
  const count = reader.zigzag();
  reader.zigzag();
  const names: string[] = [], types: number[] = [], columnIds: number[] = [];
  for (let i = 0; i < (hasSchema ? count : 0); i++) {
    types.push(reader.take(2)[0]!);
    reader.zigzag();
    columnIds.push(reader.zigzag());
    names.push(reader.text());
  }
  const table = hasName ? reader.text() : null;
  const columns = readColumns(block);
  const rows = Array.from(
    { length: Number(head.readBigInt64BE(8)) },
    (_, row) => columns.map((column) => column[row]),
  );
  return { table, precision: head[17]!, names, types, columnIds, rows };
}

const sizes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 4,
  7: 8,
  9: 8,
  11: 1,
  12: 2,
  13: 4,
  14: 8,
  17: 16,
  21: 8,
};

/** Reads the columns of a raw block. */
export function readColumns(block: Buffer): unknown[][] {
  if (block.readInt32LE(0) !== 2) throw new Error("block version");
  if (block.readInt32LE(4) !== block.length) throw new Error("block length");
  const rows = block.readInt32LE(8), count = block.readInt32LE(12);
  let at = 28 + 9 * count;
  return Array.from({ length: count }, (_, index) => {
    const type = block[28 + 5 * index]!;
    const size = sizes[type];
    const dataBytes = block.readInt32LE(28 + 5 * count + 4 * index);
    const start = at;
    const dataAt = at + (size === undefined ? 4 * rows : (rows + 7) >> 3);
    at = dataAt + dataBytes;
    return Array.from({ length: rows }, (_, row) => {
      if (size === undefined) {
        const offset = block.readInt32LE(start + 4 * row);
        return offset < 0 ? null : readItem(block.subarray(dataAt + offset), type);
      }
      const isNull = (block[start + (row >> 3)]! & (128 >> (row & 7))) !== 0;
      return isNull ? null : readFixed(block.subarray(dataAt + row * size), type);
    });
  });
}

function readFixed(bytes: Buffer, type: number): unknown {
  switch (type) {
    case 1:
      return bytes[0] === 1;
    case 2:
      return bytes.readInt8(0);
    case 3:
      return bytes.readInt16LE(0);
    case 4:
      return bytes.readInt32LE(0);
    case 6:
      return bytes.readFloatLE(0);
    case 7:
      return bytes.readDoubleLE(0);
    case 11:
      return bytes.readUInt8(0);
    case 12:
      return bytes.readUInt16LE(0);
    case 13:
      return bytes.readUInt32LE(0);
    case 14:
      return bytes.readBigUInt64LE(0);
    default:
      return bytes.readBigInt64LE(0);
  }
}

function readItem(bytes: Buffer, type: number): unknown {
  if (type === 15) return `json ${bytes[0]}`;
  const item = bytes.subarray(2, 2 + bytes.readUInt16LE(0));
  if (type === 8) return item.toString("utf8");
  return type === 10 ? readUcs4(item) : item.toString("hex");
}

/** Text of 4 bytes a character. */
export function readUcs4(bytes: Buffer): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4) text += String.fromCodePoint(bytes.readUInt32LE(i));
  return text;
}
