/**
 * Makes the codec on first use, from wherever an entry of the package has the module.
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import { Codec } from "./codec.ts";
import { instantiate } from "./generated/bindings.ts";

/** The codec's WebAssembly module: compiled, or as bytes to compile. */
export type CodecModule = WebAssembly.Module | BufferSource;

/**
 * Gives the codec.
 *
 * @param module The module. Default: the codec loaded before, else the module that the entry has.
 * @returns The codec.
 */
export type InitCodec = (module?: CodecModule | Promise<CodecModule>) => Promise<Codec>;

interface Loaded {
  readonly source: CodecModule | Promise<CodecModule> | undefined;
  readonly codec: Promise<Codec>;
}

/**
 * Makes the function that loads the codec. The codec is kept for the realm: instances and their memory are not made
 * twice, and a failure is not kept.
 *
 * @param bundled Gives the module that the entry has; called on first use.
 * @returns The function.
 */
export function codecLoader(bundled: () => CodecModule | Promise<CodecModule>): InitCodec {
  let loaded: Loaded | undefined;
  /** What `loaded` goes back to when it fails. */
  let good: Loaded | undefined;
  return (module) => {
    if (loaded !== undefined && (module === undefined || module === loaded.source)) {
      return loaded.codec;
    }
    const entry: Loaded = { source: module, codec: load(module ?? bundled) };
    loaded = entry;
    const onLoaded = () => void (good = entry);
    const onFailure = () => {
      if (loaded === entry) loaded = good;
    };
    entry.codec.then(onLoaded, onFailure);
    return entry.codec;
  };
}

type ModuleSource = CodecModule | Promise<CodecModule> | (() => CodecModule | Promise<CodecModule>);

async function load(source: ModuleSource): Promise<Codec> {
  try {
    const module = await (typeof source === "function" ? source() : source);
    return new Codec(await compiled(module), instantiate);
  } catch (cause) {
    const instead = "pass a compiled WebAssembly.Module to initCodec() or import tdwire/edge";
    throw loadError("codec", cause, instead);
  }
}

function compiled(module: CodecModule): Promise<WebAssembly.Module> | WebAssembly.Module {
  // Not `instanceof`: Vercel's edge runtime compiles in another realm than it runs in.
  const isCompiled = Object.prototype.toString.call(module) === "[object WebAssembly.Module]";
  return isCompiled ? module as WebAssembly.Module : WebAssembly.compile(module as BufferSource);
}

/** Why a runtime refuses the module of `what`, and what to do instead where it refuses bytes. */
export function loadError(
  what: "codec" | "component",
  cause: unknown,
  instead: string,
): CodecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(`the ${what} could not be loaded: ${reason}`, {
    cause,
    hint:
      "A page with a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src. Where compiling bytes is " +
      `forbidden, ${instead}.`,
  });
}
