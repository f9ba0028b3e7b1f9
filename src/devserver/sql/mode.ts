/**
 * MODE: of several values that are equally frequent, the one the server's hash table comes to last.
 *
 * The table has 64 places, doubled while it is filled by three quarters; a value's place is its MurmurHash3.
 *
 * @module
 */
import { type AggregateFunction, wrongArgument } from "./function_types.ts";
import { callSql, type Script, script } from "./script.ts";
import { asBytes, typed } from "./typed.ts";
import { isDecimal, isText, Type } from "./types.ts";

const [seed, smallest] = [0x12345678, 64];

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

/** Returns the 32 bits of MurmurHash3. */
export function murmurHash(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = seed, at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate(hash ^ scramble(view.getUint32(at, true)), 13), 5) + 0xe6546b64 | 0;
  }
  let tail = 0;
  for (let index = bytes.length - 1; index >= at; index--) tail = (tail << 8) | bytes[index]!;
  if (at < bytes.length) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function placeOf(bytes: Uint8Array, distinct: bigint): bigint {
  let places = smallest;
  while (Number(distinct) >= places * 0.75) places *= 2;
  return BigInt(murmurHash(bytes) & (places - 1));
}

/** Writes a value as the server keeps it, little endian. */
function keep(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  write(view);
  return new Uint8Array(view.buffer, 0, size);
}

const placeOfInteger = script(
  "mode_integer",
  ["BIGINT", "BIGINT", "BIGINT"],
  "BIGINT",
  (value, size, distinct) =>
    placeOf(keep(Number(size), (view) => view.setBigInt64(0, value, true)), distinct),
);
const placeOfFloat = script(
  "mode_float",
  ["DOUBLE", "BIGINT", "BIGINT"],
  "BIGINT",
  (value, size, distinct) =>
    placeOf(
      keep(Number(size), (view) =>
        size === 4n ? view.setFloat32(0, value, true) : view.setFloat64(0, value, true)),
      distinct,
    ),
);
const placeOfText = script(
  "mode_text",
  ["BLOB", "BIGINT"],
  "BIGINT",
  (bytes, distinct) => {
    const key = new Uint8Array(bytes.length + 2);
    new DataView(key.buffer).setUint16(0, bytes.length, true);
    key.set(bytes, 2);
    return placeOf(key, distinct);
  },
);

/** The most frequent value. */
export const mode: AggregateFunction = {
  arguments: [1, 1],
  compile(call) {
    const value = call.args[0]!, { code, length } = value.type;
    if (isDecimal(value.type) || code === Type.json || value.constant) {
      throw wrongArgument(call.name);
    }
    const place = isText(value.type) || code === Type.varbinary || code === Type.geometry
      ? callSql(placeOfText, asBytes({ ...value, sql: "e['key']" }), "len(m)")
      : code === Type.float || code === Type.double
      ? callSql(placeOfFloat, "e['key']", String(length), "len(m)")
      : callSql(
        placeOfInteger,
        code === Type.ubigint
          ? "CASE WHEN e['key'] > 9223372036854775807 THEN e['key']::HUGEINT - 18446744073709551616::HUGEINT ELSE e['key'] END"
          : "e['key']",
        String(length),
        "len(m)",
      );
    const items = `list_transform(m, lambda e: {c: e['value'], p: ${place}, k: e['key']})`;
    const sql =
      `list_transform([map_entries(histogram(${value.sql}))], lambda m: list_sort(${items})[-1]['k'])[1]`;
    return { ...typed(sql, value.type), bytes: value.bytes };
  },
};

/** What DuckDB calls for it. */
export const modeScripts: readonly Script[] = [placeOfInteger, placeOfFloat, placeOfText];
