/**
 * An opened libtaos: its functions and its memory, as each runtime's FFI gives them. One per thread.
 *
 * @module
 */
import type { CType, FunctionName, prototypes } from "./symbols.ts";

/** An address in this process; 0 is NULL. Exact: user space ends below 2^53 on all 64-bit systems. */
export type Address = number;

interface ArgumentTypes {
  void: never;
  i32: number;
  u16: number;
  i64: bigint;
  u64: bigint;
  pointer: Address;
  buffer: Uint8Array | null;
}

interface ResultTypes extends Omit<ArgumentTypes, "void" | "buffer"> {
  void: void;
  buffer: never;
}

type Arguments<P extends readonly CType[]> = { [I in keyof P]: ArgumentTypes[P[I]] };

/** The functions, as they are called. One that the library lacks throws {@linkcode MissingFunction}. */
export type NativeFunctions = {
  readonly [N in FunctionName]: (
    ...args: Arguments<(typeof prototypes)[N]["parameters"]>
  ) => ResultTypes[(typeof prototypes)[N]["result"]];
};

/** libtaos in one thread. */
export interface NativeLibrary {
  /** Its functions. */
  readonly functions: NativeFunctions;
  /** Whether the process had it already when this thread opened it. */
  readonly wasLoaded: boolean;
  /** Whether it has the function. */
  has(name: FunctionName): boolean;
  /** Address of memory of ours; it stays valid as long as the bytes are kept and not transferred. */
  addressOf(bytes: Uint8Array<ArrayBuffer>): Address;
  /** Copies from the library's memory until `target` is full. */
  copyInto(target: Uint8Array<ArrayBuffer>, from: Address): void;
  /** The text that begins there and ends with a NUL; empty for NULL. */
  text(at: Address): string;
  /** Gives back what this thread holds. The library itself stays in the process for good. */
  close(): void;
}

/** Thrown when a function is called that the library does not have. */
export class MissingFunction extends Error {
  /** The function. */
  readonly functionName: FunctionName;

  /** `functionName` is missing. */
  constructor(functionName: FunctionName) {
    super(`libtaos has no ${functionName}`);
    this.functionName = functionName;
  }
}

/** What calls a missing function. */
export function missing(name: FunctionName): () => never {
  return () => {
    throw new MissingFunction(name);
  };
}

/** Why one path was not it. */
export interface LoadAttempt {
  readonly path: string;
  /** The loader's own words. */
  readonly reason: string;
}

/** Thrown when the library cannot be opened; its message is the loader's reason. */
export class LoadFailure extends Error {}

/** Operating systems by the names of their libraries. */
export type Platform = "linux" | "darwin" | "windows";

/** What a runtime brings. */
export interface NativeRuntime {
  readonly kind: "deno-ffi" | "bun-ffi";
  readonly platform: Platform;
  /** What TDENGINE_LIBRARY says, if it says something and may be read. */
  libraryInEnvironment(): string | undefined;
  /** Opens the library for the calling thread. Throws {@linkcode LoadFailure}. */
  openLibrary(path: string): NativeLibrary;
  /** Starts a thread that serves requests (`serve`). Throws {@linkcode LoadFailure}. */
  startWorker(): Worker;
  /** Runs work when the process ends by itself or is told to exit. */
  onExit(work: () => void): void;
}
