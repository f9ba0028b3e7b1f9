/**
 * Loads the codec on first use.
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import { decodeBase64 } from "../internal/bytes.ts";
import { Codec } from "./codec.ts";
import { instantiate } from "./generated/bindings.ts";

/** The codec's WebAssembly module: compiled, or as bytes to compile. */
export type CodecModule = WebAssembly.Module | BufferSource;

interface Loaded {
  readonly source: CodecModule | Promise<CodecModule> | undefined;
  readonly codec: Promise<Codec>;
}

let loaded: Loaded | undefined;

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
  if (loaded !== undefined && (module === undefined || module === loaded.source)) {
    return loaded.codec;
  }
  const before = loaded;
  const entry: Loaded = { source: module, codec: load(module) };
  loaded = entry;
  entry.codec.catch(() => {
    if (loaded === entry) loaded = before;
  });
  return entry.codec;
}

async function load(source: CodecModule | Promise<CodecModule> | undefined): Promise<Codec> {
  try {
    const module = source === undefined ? await inlinedBytes() : await source;
    return new Codec(await compiled(module), instantiate);
  } catch (cause) {
    throw loadError(cause);
  }
}

async function inlinedBytes(): Promise<BufferSource> {
  const { wasmBase64 } = await import("./generated/wasm_bytes.ts");
  return decodeBase64(wasmBase64);
}

function compiled(module: CodecModule): Promise<WebAssembly.Module> | WebAssembly.Module {
  return module instanceof WebAssembly.Module ? module : WebAssembly.compile(module);
}

function loadError(cause: unknown): CodecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(`the codec could not be loaded: ${reason}`, {
    cause,
    hint:
      "A page with a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src. Where compiling bytes is " +
      "forbidden, pass a compiled WebAssembly.Module to initCodec() or import tdwire/edge.",
  });
}
