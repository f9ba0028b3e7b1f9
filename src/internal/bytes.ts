/**
 * Small conversions of bytes and bits.
 *
 * @module
 */

type Base64Constructor = typeof Uint8Array & {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
};

/** Bytes of a base64 text. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 } = Uint8Array as Base64Constructor;
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Base64 of bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const hexDigits = "0123456789abcdef";

/** Lower-case hex of bytes, two digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexDigits[byte >> 4]! + hexDigits[byte & 15]!;
  return text;
}

/** Whether bit `index` of an Arrow bitmap (least significant bit first) is set. Null stands for all set. */
export function isSet(bits: Uint8Array | null, index: number): boolean {
  return bits === null || ((bits[index >> 3]! >> (index & 7)) & 1) === 1;
}

/**
 * Joins byte arrays one behind the other.
 *
 * @param parts The arrays.
 * @returns An array of its own.
 */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
