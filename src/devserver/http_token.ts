/**
 * The token of `Authorization: Taosd`: user and password under DES in ECB mode with a fixed key (protocol.md §1.3).
 * It hides nothing; clients compute it themselves. DES is written out because not every runtime has it.
 *
 * @module
 */

const KEY = bitsOf(Uint8Array.of(0x40, 0xb6, 0x7a, 0x30, 0x56, 0x73, 0xfd, 0x44));

/** Tables of FIPS 46-3; bit positions count from 1. */
const PC1 = table(`57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36
  63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4`);
const PC2 = table(`14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2
  41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32`);
const INITIAL = table(
  `58 50 42 34 26 18 10 2 60 52 44 36 28 20 12 4 62 54 46 38 30 22 14 6 64 56 48 40 32 24 16 8
  57 49 41 33 25 17 9 1 59 51 43 35 27 19 11 3 61 53 45 37 29 21 13 5 63 55 47 39 31 23 15 7`,
);
const FINAL = INITIAL.map((_, i) => INITIAL.indexOf(i + 1) + 1);
const EXPANSION = Array.from(
  { length: 48 },
  (_, i) => (Math.floor(i / 6) * 4 + (i % 6) + 31) % 32 + 1,
);
const PERMUTATION = table(
  `16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25`,
);
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/** One box a line, its 64 values as hexadecimal digits, row by row. */
const BOXES = [
  "e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d",
  "f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9",
  "a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c",
  "7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e",
  "2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453",
  "c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d",
  "4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c",
  "d2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b",
];

const ROUND_KEYS = makeRoundKeys();

/** Makes the token of a user and a password. */
export function formatToken(user: string, password: string): string {
  const name = new TextEncoder().encode(user);
  const secret = new TextEncoder().encode(password);
  const plain = new Uint8Array(24 + Math.max(24, Math.ceil(secret.byteLength / 8) * 8));
  plain.set(name.subarray(0, 24));
  plain.set(secret, 24);
  return btoa(String.fromCharCode(...transform(plain, ROUND_KEYS)));
}

/** Reads user and password from a token; null when it is not one. */
export function parseToken(token: string): { user: string; password: string } | null {
  const bytes = decodeBase64(token);
  if (bytes === null || bytes.byteLength < 48 || bytes.byteLength % 8 !== 0) return null;
  const plain = transform(bytes, ROUND_KEYS.toReversed());
  const text = (part: Uint8Array) => new TextDecoder().decode(part).replace(/\0+$/, "");
  return { user: text(plain.subarray(0, 24)), password: text(plain.subarray(24)) };
}

/** Decodes base64; null when it is not. */
export function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function transform(bytes: Uint8Array, roundKeys: number[][]): Uint8Array {
  const result = new Uint8Array(bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; at += 8) {
    result.set(bytesOf(transformBlock(bitsOf(bytes.subarray(at, at + 8)), roundKeys)), at);
  }
  return result;
}

function transformBlock(block: number[], roundKeys: number[][]): number[] {
  const start = pick(block, INITIAL);
  let [left, right] = [start.slice(0, 32), start.slice(32)];
  for (const key of roundKeys) {
    const mixed = pick(right, EXPANSION).map((bit, i) => bit ^ key[i]!);
    const boxed = BOXES.flatMap((box, i) => substitute(box, mixed.slice(6 * i, 6 * i + 6)));
    const turned = pick(boxed, PERMUTATION);
    [left, right] = [right, left.map((bit, i) => bit ^ turned[i]!)];
  }
  return pick([...right, ...left], FINAL);
}

function substitute(box: string, [a, b, c, d, e, f]: number[]): number[] {
  const row = a! * 2 + f!;
  const column = b! * 8 + c! * 4 + d! * 2 + e!;
  const value = Number.parseInt(box[row * 16 + column]!, 16);
  return [value >> 3, (value >> 2) & 1, (value >> 1) & 1, value & 1];
}

function makeRoundKeys(): number[][] {
  const start = pick(KEY, PC1);
  let [left, right] = [start.slice(0, 28), start.slice(28)];
  return SHIFTS.map((shift) => {
    left = [...left.slice(shift), ...left.slice(0, shift)];
    right = [...right.slice(shift), ...right.slice(0, shift)];
    return pick([...left, ...right], PC2);
  });
}

function pick(bits: number[], positions: number[]): number[] {
  return positions.map((position) => bits[position - 1]!);
}

function bitsOf(bytes: Uint8Array): number[] {
  return Array.from(bytes).flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1)
  );
}

function bytesOf(bits: number[]): Uint8Array {
  return Uint8Array.from(
    { length: bits.length / 8 },
    (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  );
}

function table(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}
