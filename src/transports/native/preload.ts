/**
 * Loading libtaos before the runtime's FFI does. Bun and Deno export `uv_*` functions of their own, and libtaos would
 * bind its libuv calls to them and take the process down; RTLD_DEEPBIND, which only glibc has, makes it prefer its own.
 * What is loaded here is never closed, so that the library stays where its own threads run.
 *
 * @module
 */
import { type Address, LoadFailure, type Platform } from "./library.ts";
import { cText } from "./memory.ts";
import type { Prototype } from "./symbols.ts";

type Call = (...args: unknown[]) => unknown;

/** A library of the system. */
export interface SystemLibrary {
  readonly functions: Readonly<Record<string, Call>>;
  close(): void;
}

/** What the runtime lends. */
export interface SystemLoader {
  /** Opens a library of the system. Throws {@linkcode LoadFailure}. */
  open(path: string, table: Readonly<Record<string, Prototype>>): SystemLibrary;
  /** The text that begins there. */
  text(at: Address): string;
}

const table: Readonly<Record<string, Prototype>> = {
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  dlerror: { parameters: [], result: "pointer" },
};

/** RTLD_NOW. */
const now = 2;
/** RTLD_DEEPBIND of glibc. */
const deepBind = 8;

/** How the system's loader is called; `noLoad` is its RTLD_NOLOAD. */
interface System {
  readonly library: string;
  /** The part of libtaos that has the native driver, as libtaos itself asks for it. */
  readonly driver: string;
  readonly flags: number;
  readonly noLoad: number;
}

const systems: Readonly<Record<Platform, System | undefined>> = {
  linux: { library: "libc.so.6", driver: "libtaosnative.so", flags: now | deepBind, noLoad: 4 },
  darwin: {
    library: "/usr/lib/libSystem.B.dylib",
    driver: "libtaosnative.dylib",
    flags: now,
    noLoad: 16,
  },
  windows: undefined,
};

/**
 * Loads the library at `path`, and the one that has the native driver, beside it or where the loader finds it, if any.
 *
 * @returns Whether it was in the process already, opened by another realm than this one.
 * @throws {LoadFailure} when it cannot be loaded.
 */
export function preload(path: string, platform: Platform, loader: SystemLoader): boolean {
  const system = systems[platform];
  if (system === undefined) return false;
  const { functions: { dlopen, dlerror }, close } = loader.open(system.library, table);
  const load = (file: string, flags = system.flags) => dlopen!(cText(file), flags) !== 0;
  try {
    if (load(path, now | system.noLoad)) return true;
    // From about 3.3.6 on libtaos is a shell that opens its driver by itself, without the flag.
    const beside = path.replace(/libtaos(?=\.[^/]*$)/, "libtaosnative");
    if (!load(beside)) load(system.driver);
    if (!load(path)) throw new LoadFailure(loader.text(dlerror!() as Address));
    return false;
  } finally {
    close();
  }
}
