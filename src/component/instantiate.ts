/**
 * Instances of the component in JavaScript.
 *
 * @module
 */
import { trapError } from "../codec/instance.ts";
import { loadError } from "../codec/loader.ts";
import { CodecError } from "../errors.ts";
import { decodeBase64 } from "../internal/bytes.ts";
import type { CodecComponent } from "./types.ts";

/** A fault of `wit/codec.wit` as jco throws it. */
interface Fault {
  readonly message: string;
  readonly offset?: bigint;
  readonly needed?: bigint;
  readonly available?: bigint;
  readonly column?: number;
  readonly row?: number;
}

type Call = (...args: unknown[]) => unknown;
type Interfaces = Record<keyof CodecComponent, Record<string, Call>>;

/**
 * Makes an instance of the component, by jco's JavaScript. An instance that has broken off (a `CodecError` that says so)
 * is to be replaced by another.
 *
 * @param core The component's core module, for runtimes that forbid compiling bytes. Default: the bytes that come with
 * the package.
 * @returns The instance, with memory of its own.
 * @throws {CodecError} When the runtime refuses to compile or to instantiate the module.
 * @example
 * ```ts
 * import { instantiateCodec } from "@tdwire/client/component";
 * import { equal } from "node:assert/strict";
 *
 * const { timestamps } = await instantiateCodec();
 * equal(timestamps.parse("2023-11-14T22:13:20Z", "milliseconds"), 1_700_000_000_000n);
 * ```
 */
export async function instantiateCodec(
  core?: WebAssembly.Module | BufferSource,
): Promise<CodecComponent> {
  try {
    const { instantiate } = await import("./generated/transpiled.ts");
    const source = core ?? await coreBytes();
    const module = source instanceof WebAssembly.Module
      ? source
      : await WebAssembly.compile(source);
    return withErrors(await instantiate(() => module, {}) as Interfaces);
  } catch (cause) {
    const instead = "pass its compiled core module to instantiateCodec(), or import tdwire/edge";
    throw loadError("component", cause, instead);
  }
}

async function coreBytes(): Promise<BufferSource> {
  const { coreBase64 } = await import("./generated/core_bytes.ts");
  return decodeBase64(coreBase64);
}

function withErrors({ block, stmt2, tmq, timestamps }: Interfaces): CodecComponent {
  const wrapped = Object.entries({ block, stmt2, tmq, timestamps }).map(([name, calls]) => {
    const entries = Object.entries(calls).map(([name, call]) => [name, throwingErrors(call)]);
    return [name, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(wrapped) as unknown as CodecComponent;
}

function throwingErrors(call: Call): Call {
  return (...args) => {
    try {
      return call(...args);
    } catch (thrown) {
      if (thrown instanceof WebAssembly.RuntimeError) throw trapError(thrown);
      if (thrown instanceof Error) throw thrown;
      throw faultError(thrown as Fault);
    }
  };
}

function faultError({ message, offset, needed, available, column, row }: Fault): CodecError {
  const number = (value: bigint | undefined) => value === undefined ? undefined : Number(value);
  // The codec's own messages name column and row already.
  const place = /, (?:column|row) \d/.test(message) ? [] : [["column", column], ["row", row]];
  const where = place.filter(([, index]) => index !== undefined).map((part) => part.join(" "));
  return new CodecError([message, ...where].join(", "), {
    offset: number(offset),
    needed: number(needed),
    available: number(available),
  });
}
