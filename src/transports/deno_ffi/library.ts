/**
 * libtaos through Deno's FFI.
 *
 * @module
 */
import {
  type Address,
  LoadFailure,
  missing,
  type NativeFunctions,
  type NativeLibrary,
  type Platform,
} from "../native/library.ts";
import { preload } from "../native/preload.ts";
import { type CType, type FunctionName, type Prototype, prototypes } from "../native/symbols.ts";

interface DenoSymbol {
  readonly parameters: readonly string[];
  readonly result: string;
  readonly optional: boolean;
}

type Call = (...args: unknown[]) => unknown;

interface DenoLibrary {
  readonly symbols: Readonly<Record<string, Call | null>>;
  close(): void;
}

interface PointerView {
  copyInto(target: Uint8Array): void;
  getCString(): string;
}

/** The slice of Deno that is used. */
interface DenoFfi {
  dlopen(path: string, symbols: Record<string, DenoSymbol>): DenoLibrary;
  readonly UnsafePointer: {
    create(address: bigint): object | null;
    of(bytes: Uint8Array): object | null;
    value(pointer: object | null): bigint;
  };
  readonly UnsafePointerView: new (pointer: object) => PointerView;
  readonly build: { readonly os: string };
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(descriptor: { name: string; variable?: string; path?: string | URL }): {
      readonly state: string;
    };
  };
}

/** Deno, whose presence the caller has made sure of. */
export function deno(): DenoFfi {
  return (globalThis as unknown as { Deno: DenoFfi }).Deno;
}

/** The operating system. */
export function platform(): Platform {
  const { os } = deno().build;
  return os === "darwin" || os === "windows" ? os : "linux";
}

/** TDENGINE_LIBRARY, where Deno need not ask whether it may be read. */
export function libraryInEnvironment(): string | undefined {
  const { env, permissions } = deno();
  const variable = "TDENGINE_LIBRARY";
  const isAllowed = permissions.querySync({ name: "env", variable }).state === "granted";
  return isAllowed ? env.get(variable) : undefined;
}

/** Addresses travel as numbers: a pointer object each would have to be made and looked into. */
const denoTypes: Readonly<Record<CType, string>> = {
  void: "void",
  i32: "i32",
  u16: "u16",
  i64: "i64",
  u64: "u64",
  pointer: "usize",
  buffer: "buffer",
};

function symbolOf({ parameters, result }: Prototype): DenoSymbol {
  return {
    parameters: parameters.map((type) => denoTypes[type]),
    result: denoTypes[result],
    optional: true,
  };
}

function dlopen(path: string, table: Readonly<Record<string, Prototype>>): DenoLibrary {
  const symbols = Object.entries(table).map(([name, prototype]) =>
    [name, symbolOf(prototype)] as const
  );
  try {
    return deno().dlopen(path, Object.fromEntries(symbols));
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "NotCapable" || name === "PermissionDenied") {
      throw new LoadFailure(`native mode needs the flag --allow-ffi (${message})`);
    }
    throw new LoadFailure(message.replace(/^(?:Could not open library: )+/, ""));
  }
}

/** Calls as the table declares them; functions that the library lacks throw when they are called. */
function callable(library: DenoLibrary, table: Readonly<Record<string, Prototype>>) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { result }]) => {
      const call = library.symbols[name];
      if (!call) return [name, missing(name as FunctionName)];
      return [name, result === "pointer" ? (...args: unknown[]) => Number(call(...args)) : call];
    }),
  ) as Record<string, Call>;
}

function view(at: Address): PointerView {
  const { UnsafePointer, UnsafePointerView } = deno();
  return new UnsafePointerView(UnsafePointer.create(BigInt(at))!);
}

const text = (at: Address): string => at === 0 ? "" : view(at).getCString();

/** Opens the library for the calling thread. */
export function openLibrary(path: string): NativeLibrary {
  const wasLoaded = preload(path, platform(), {
    open: (path, table) => {
      const library = dlopen(path, table);
      return { functions: callable(library, table), close: () => library.close() };
    },
    text,
  });
  const library = dlopen(path, prototypes);
  const { UnsafePointer } = deno();
  return {
    functions: callable(library, prototypes) as unknown as NativeFunctions,
    wasLoaded,
    has: (name) => library.symbols[name] !== null,
    addressOf: (bytes) => Number(UnsafePointer.value(UnsafePointer.of(bytes))),
    copyInto: (target, from) => view(from).copyInto(target),
    text,
    close() {
      // Nothing else holds the library there, and its own threads run on.
      if (platform() !== "windows") library.close();
    },
  };
}
