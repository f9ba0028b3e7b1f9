/**
 * libtaos through Bun's FFI.
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

interface BunSymbol {
  readonly args: readonly string[];
  readonly returns: string;
}

type Call = (...args: unknown[]) => unknown;

interface BunLibrary {
  readonly symbols: Readonly<Record<string, Call>>;
  close(): void;
}

/** The slice of `bun:ffi` that is used. */
interface BunFfi {
  dlopen(path: string, symbols: Record<string, BunSymbol>): BunLibrary;
  ptr(bytes: Uint8Array): number;
  toArrayBuffer(at: number, offset: number, length: number): ArrayBuffer;
  readonly CString: new (at: number) => { toString(): string };
}

interface BunProcess {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule(name: string): unknown;
  on(event: "exit", listener: () => void): void;
}

function bunProcess(): BunProcess {
  return (globalThis as unknown as { process: BunProcess }).process;
}

function ffi(): BunFfi {
  return bunProcess().getBuiltinModule("bun:ffi") as BunFfi;
}

/** The operating system. */
export function platform(): Platform {
  const { platform } = bunProcess();
  if (platform === "win32") return "windows";
  return platform === "darwin" ? platform : "linux";
}

/** Runs work when the process ends by itself or is told to exit. */
export function onExit(work: () => void): void {
  bunProcess().on("exit", work);
}

/** TDENGINE_LIBRARY. */
export function libraryInEnvironment(): string | undefined {
  return bunProcess().env["TDENGINE_LIBRARY"];
}

const bunTypes: Readonly<Record<CType, string>> = {
  void: "void",
  i32: "i32",
  u16: "u16",
  i64: "i64",
  u64: "u64",
  pointer: "ptr",
  buffer: "ptr",
};

function symbolOf({ parameters, result }: Prototype): BunSymbol {
  return { args: parameters.map((type) => bunTypes[type]), returns: bunTypes[result] };
}

function dlopen(path: string, table: Readonly<Record<string, Prototype>>): BunLibrary {
  const symbols = Object.entries(table).map(([name, prototype]) =>
    [name, symbolOf(prototype)] as const
  );
  return ffi().dlopen(path, Object.fromEntries(symbols));
}

/** Bun opens all functions or none: for an older library they are opened one by one. */
function dlopenEach(path: string, table: Readonly<Record<string, Prototype>>): BunLibrary {
  const libraries: BunLibrary[] = [];
  for (const [name, prototype] of Object.entries(table)) {
    try {
      libraries.push(dlopen(path, { [name]: prototype }));
    } catch (error) {
      if (!isMissingSymbol(error)) throw error;
    }
  }
  return {
    symbols: Object.assign({}, ...libraries.map(({ symbols }) => symbols)) as BunLibrary["symbols"],
    close: () => libraries.forEach((library) => library.close()),
  };
}

/** `Symbol "taos_connect" not found in "libtaos.so"`. */
function isMissingSymbol(error: unknown): boolean {
  return /^Symbol ".*" not found/.test((error as Error).message);
}

function openTable(path: string, table: Readonly<Record<string, Prototype>>): BunLibrary {
  try {
    return dlopen(path, table);
  } catch (error) {
    if (isMissingSymbol(error)) return dlopenEach(path, table);
    const { message } = error as Error;
    throw new LoadFailure(message.replace(/^Failed to open library ".*?": /, ""));
  }
}

/** Calls as the table declares them; functions that the library lacks throw when they are called. */
function callable({ symbols }: BunLibrary, table: Readonly<Record<string, Prototype>>) {
  return Object.fromEntries(
    Object.entries(table).map(([name, { result }]) => {
      const call = symbols[name];
      if (call === undefined) return [name, missing(name as FunctionName)];
      // NULL is null here.
      return [name, result === "pointer" ? (...args: unknown[]) => call(...args) ?? 0 : call];
    }),
  ) as Record<string, Call>;
}

/** Opens the library for the calling thread. */
export function openLibrary(path: string): NativeLibrary {
  const { CString, ptr, toArrayBuffer } = ffi();
  const text = (at: Address): string => at === 0 ? "" : new CString(at).toString();
  const wasLoaded = preload(path, platform(), {
    open: (path, table) => {
      const library = openTable(path, table);
      return { functions: callable(library, table), close: () => library.close() };
    },
    text,
  });
  const library = openTable(path, prototypes);
  return {
    functions: callable(library, prototypes) as unknown as NativeFunctions,
    wasLoaded,
    has: (name) => library.symbols[name] !== undefined,
    addressOf: (bytes) => ptr(bytes),
    copyInto: (target, from) =>
      target.set(new Uint8Array(toArrayBuffer(from, 0, target.byteLength))),
    text,
    close() {
      // Nothing else holds the library there, and its own threads run on.
      if (platform() !== "windows") library.close();
    },
  };
}
