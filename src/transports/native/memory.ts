/**
 * Memory of ours that C reads and writes, and numbers in it. Everything is little endian (x86-64, arm64).
 *
 * @module
 */
import { TaosFailure, UsageFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";

const encoder = new TextEncoder();

/** Text for C: UTF-8 and a NUL; null, which C sees as NULL, for undefined. A NUL inside would cut it in silence. */
export function cText(text: string): Uint8Array<ArrayBuffer>;
export function cText(text: string | undefined): Uint8Array<ArrayBuffer> | null;
export function cText(text: string | undefined): Uint8Array<ArrayBuffer> | null {
  if (text === undefined) return null;
  if (text.includes("\0")) throw new UsageFailure("a text for libtaos has a NUL character in it");
  return encoder.encode(`${text}\0`);
}

/** Zeroed memory. It has a buffer of its own: engines move small arrays that have none. */
export function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bytes));
}

/** Numbers in memory of ours. */
export function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy of the library's memory, which must not be NULL unless nothing is wanted. */
export function copyOut(
  library: NativeLibrary,
  from: Address,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const copy = allocate(bytes);
  if (bytes > 0 && from === 0) throw new TaosFailure(-1, `libtaos gave NULL for ${bytes} bytes`);
  if (bytes > 0) library.copyInto(copy, from);
  return copy;
}

const word = 2 ** 32;

/** The address stored at `offset`. */
export function readAddress(view: DataView, offset: number): Address {
  return view.getUint32(offset + 4, true) * word + view.getUint32(offset, true);
}

/** Stores an address at `offset`. */
export function writeAddress(view: DataView, offset: number, address: Address): void {
  view.setUint32(offset, address % word, true);
  view.setUint32(offset + 4, Math.floor(address / word), true);
}
