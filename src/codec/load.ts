/**
 * The codec with the bytes that come with the package.
 *
 * @module
 */
import { decodeBase64 } from "../internal/bytes.ts";
import type { Codec } from "./codec.ts";
import { codecLoader, type CodecModule, type InitCodec } from "./loader.ts";

const load: InitCodec = codecLoader(inlinedBytes);

async function inlinedBytes(): Promise<BufferSource> {
  const { wasmBase64 } = await import("./generated/wasm_bytes.ts");
  return decodeBase64(wasmBase64);
}

/**
 * Loads the codec. It is instantiated once; later calls give the same codec, unless they bring another module. A
 * failure is not kept: the next call tries again.
 *
 * @param module The module, for runtimes that forbid compiling bytes. Default: the codec loaded before, else the bytes
 * that come with the package.
 * @returns The codec.
 * @throws {CodecError} When the runtime refuses to compile or to instantiate the module; the hint says what to do.
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const codec = await initCodec();
 * equal(codec.formatTimestamp(1_700_000_000_000n, "ms"), "2023-11-14T22:13:20.000Z");
 * equal(await initCodec(), codec);
 * ```
 */
export function initCodec(module?: CodecModule | Promise<CodecModule>): Promise<Codec> {
  return load(module);
}
