/**
 * Payloads of messages (protocol.md §5.6), written independently of the client.
 *
 * @module
 */

/** Bytes of numbers of a width, little endian. */
function ints(width: 1 | 4 | 8, ...values: (number | bigint)[]): number[] {
  const bytes = new Uint8Array(width * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (width === 8) view.setBigInt64(8 * i, BigInt(value), true);
    else if (width === 4) view.setInt32(4 * i, Number(value), true);
    else view.setUint8(i, Number(value));
  });
  return [...bytes];
}

/** An unsigned varint of at most 14 bits. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, value >> 7];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value), 0];
  return [...varint(bytes.length), ...bytes];
}

/** A block of one INT column. */
function block(values: readonly number[]): number[] {
  const columns = [4, ...ints(4, 4), ...ints(4, 4 * values.length)];
  const bitmap = new Array<number>(Math.ceil(values.length / 8)).fill(0);
  const rest = [...columns, ...bitmap, ...ints(4, ...values), 0];
  return [...ints(4, 2, 28 + rest.length, values.length, 1, -(2 ** 31), 0, 0), ...rest];
}

/** A message of rows `{ v }` of one table. */
export function dataPayload(
  table: string,
  values: readonly number[],
  begin: number,
  next: number,
): Uint8Array {
  const raw = block(values);
  const head = [100, ...ints(4, 18), 0x11, ...ints(8, begin), 0x11, ...ints(8, next)];
  const schema = [2, 2, 4, 0, 8, 2, ...text("v")];
  const body = [
    ...varint(18 + raw.length),
    ...ints(8, 1, 0),
    0,
    0,
    ...raw,
    ...schema,
    ...text(table),
  ];
  return Uint8Array.from([...head, ...ints(4, 1), 1, 1, ...body, ...ints(8, 0)]);
}

/** A `fetch_raw_data` reply. */
export function rawDataFrame(reqId: bigint, messageId: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(56 + payload.length);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, 2n ** 64n - 1n, true);
  view.setBigUint64(8, 8n, true);
  view.setUint16(16, 1, true);
  view.setBigUint64(26, reqId, true);
  view.setBigUint64(42, BigInt(messageId), true);
  view.setUint16(50, 2, true);
  view.setUint32(52, payload.length, true);
  frame.set(payload, 56);
  return frame;
}
