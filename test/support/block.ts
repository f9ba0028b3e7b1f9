/**
 * Writes raw blocks (protocol.md §3) for tests, independently of the codec.
 *
 * @module
 */

/** One column to write; null is NULL. */
export interface BlockColumn {
  type: number;
  /** The schema's `bytes`. Default: the width, or 66. */
  bytes?: number;
  values: readonly (null | bigint | number | boolean | string | Uint8Array)[];
}

const widths: Record<number, number> = {
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

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function writeFixed(
  view: DataView,
  type: number,
  at: number,
  value: bigint | number | boolean,
): void {
  switch (type) {
    case 6:
      return view.setFloat32(at, value as number, true);
    case 7:
      return view.setFloat64(at, value as number, true);
    case 17:
      view.setBigInt64(at, BigInt.asIntN(64, value as bigint), true);
      return view.setBigInt64(at + 8, (value as bigint) >> 64n, true);
  }
  switch (widths[type]) {
    case 1:
      return view.setInt8(at, Number(value));
    case 2:
      return view.setInt16(at, Number(value), true);
    case 4:
      return view.setInt32(at, Number(value), true);
    default:
      return view.setBigInt64(at, BigInt(value), true);
  }
}

function itemBytes(type: number, value: string | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (type !== 10) return new TextEncoder().encode(value);
  const codes = Uint32Array.from(value, (character) => character.codePointAt(0)!);
  return new Uint8Array(codes.buffer);
}

function variableColumn({ type, values }: BlockColumn): { head: Uint8Array; data: Uint8Array } {
  const offsets = new DataView(new ArrayBuffer(4 * values.length));
  const prefix = type === 18 || type === 19 ? 4 : 2;
  const items: Uint8Array[] = [];
  let end = 0;
  values.forEach((value, row) => {
    if (value === null) return offsets.setInt32(4 * row, -1, true);
    offsets.setInt32(4 * row, end, true);
    const bytes = itemBytes(type, value as string | Uint8Array);
    const length = new Uint8Array(prefix);
    for (let i = 0; i < prefix; i++) length[i] = bytes.length >> (8 * i);
    items.push(length, bytes);
    end += prefix + bytes.length;
  });
  return { head: new Uint8Array(offsets.buffer), data: concat(items) };
}

function fixedColumn({ type, values }: BlockColumn): { head: Uint8Array; data: Uint8Array } {
  const width = widths[type] ?? 0;
  const head = new Uint8Array((values.length + 7) >> 3);
  const data = new DataView(new ArrayBuffer(width * values.length));
  values.forEach((value, row) => {
    if (value === null) head[row >> 3]! |= 0x80 >> (row & 7);
    else writeFixed(data, type, row * width, value as bigint | number | boolean);
  });
  return { head, data: new Uint8Array(data.buffer) };
}

/** Writes a block of the given columns; all have the same number of values. */
export function encodeBlock(columns: readonly BlockColumn[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  const parts = columns.map((column) =>
    [8, 10, 15, 16, 18, 19, 20].includes(column.type) ? variableColumn(column) : fixedColumn(column)
  );
  const head = new DataView(new ArrayBuffer(28 + 9 * columns.length));
  head.setInt32(0, 1, true);
  head.setInt32(8, rows, true);
  head.setInt32(12, columns.length, true);
  head.setUint32(16, 0x80000000, true);
  columns.forEach(({ type, bytes }, i) => {
    head.setInt8(28 + 5 * i, type);
    head.setInt32(29 + 5 * i, bytes ?? widths[type] ?? 66, true);
    head.setInt32(28 + 5 * columns.length + 4 * i, parts[i]!.data.length, true);
  });
  const block = concat([
    new Uint8Array(head.buffer),
    ...parts.flatMap((part) => [part.head, part.data]),
    Uint8Array.of(0),
  ]);
  new DataView(block.buffer).setInt32(4, block.length, true);
  return block;
}

/** Schema bytes of a DECIMAL column. */
export function decimalBytes(size: number, precision: number, scale: number): number {
  return size << 24 | precision << 8 | scale;
}
