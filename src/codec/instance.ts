/**
 * One instance of the WebAssembly module, replaced when it has grown or broken.
 *
 * @module
 */
import { CodecError } from "../errors.ts";
import type { Bindings, CodecFault } from "./bindings.ts";

/**
 * Linear memory never shrinks. An instance whose memory is larger than this after a call, in bytes, is given up, so
 * that one huge block does not cost memory for ever. Usual blocks need a few megabytes.
 */
export const maxMemoryBytes: number = 64 * 2 ** 20;

/** Makes the error for an input that the codec refuses. */
export type FaultMapper = (fault: CodecFault) => Error;

/** Calls into the module. */
export class Instance {
  readonly #module: WebAssembly.Module;
  readonly #instantiate: (module: WebAssembly.Module) => Bindings;
  #bindings: Bindings | undefined;

  constructor(module: WebAssembly.Module, instantiate: (module: WebAssembly.Module) => Bindings) {
    this.#module = module;
    this.#instantiate = instantiate;
    this.#bindings = instantiate(module);
  }

  /**
   * Makes one call.
   *
   * @param operation The call.
   * @param refusal Makes the error for an input that the codec refuses.
   * @throws What `refusal` makes; {@linkcode CodecError} when the codec itself broke off, or ran out of memory.
   */
  call<T>(operation: (bindings: Bindings) => T, refusal: FaultMapper = codecError): T {
    const bindings = this.#bindings ??= this.#fresh();
    let result: T;
    try {
      result = operation(bindings);
    } catch (thrown) {
      if (isFault(thrown)) throw refusal(thrown);
      // After a trap its memory may hold anything.
      this.#bindings = undefined;
      throw trapError(thrown);
    }
    if (bindings.memory.buffer.byteLength > maxMemoryBytes) this.#bindings = undefined;
    return result;
  }

  #fresh(): Bindings {
    try {
      return this.#instantiate(this.#module);
    } catch (cause) {
      throw new CodecError("the codec could not be instantiated again", { cause });
    }
  }
}

/** Whether a call has refused its input, and not broken off. */
export function isFault(thrown: unknown): thrown is CodecFault {
  return typeof thrown === "object" && thrown !== null && "offset" in thrown && "needed" in thrown;
}

/** The error for an input that the codec refuses. */
export function codecError({ message, offset, needed, available }: CodecFault): CodecError {
  return new CodecError(message, {
    offset: offset < 0 ? undefined : offset,
    needed: needed < 0 ? undefined : needed,
    available: available < 0 ? undefined : available,
  });
}

/** The error for a call that broke off. */
export function trapError(cause: unknown): CodecError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(`the codec broke off: ${reason}`, { cause });
}
