/**
 * The codec's first calls, made ahead of the first query.
 *
 * @module
 */
import type { Codec } from "./codec.ts";

/** Words of a block with one row of one INT column (protocol.md §3); 43 bytes count. */
const words = [1, 43, 1, 1, 0x8000_0000, 0, 0, 0x0404, 0x0400, 0x1_0000, 0];

/**
 * Makes the calls that every query makes. Engines compile a function when it is first called, which takes a millisecond
 * or two: it is well spent while a server is being reached.
 */
export function makeFirstCalls(
  codec: Pick<Codec, "decodeBlock" | "encodeFetch" | "encodeQuery">,
): void {
  codec.decodeBlock(new Uint8Array(Uint32Array.from(words).buffer, 0, 43));
  codec.encodeQuery(0n, "select 1");
  codec.encodeFetch(0n, 0n);
}
