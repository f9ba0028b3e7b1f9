/**
 * Finding and opening libtaos.
 *
 * @module
 */
import type { Calls } from "./calls.ts";
import { lastFailure, NotFound } from "./failure.ts";
import {
  type LoadAttempt,
  LoadFailure,
  type NativeLibrary,
  type NativeRuntime,
  type Platform,
} from "./library.ts";
import { cText } from "./memory.ts";

/** A bare name is looked up by the loader: LD_LIBRARY_PATH and the like, then the system's folders. */
const usualPaths: Readonly<Record<Platform, readonly string[]>> = {
  linux: [
    "libtaos.so",
    "/usr/lib/libtaos.so",
    "/usr/lib64/libtaos.so",
    "/usr/local/lib/libtaos.so",
    "/usr/local/taos/driver/libtaos.so",
  ],
  darwin: ["libtaos.dylib", "/usr/local/lib/libtaos.dylib", "/usr/local/taos/driver/libtaos.dylib"],
  windows: ["taos.dll", "C:\\TDengine\\driver\\taos.dll", "C:\\Windows\\System32\\taos.dll"],
};

/** Where to look: one given path is the only one. */
export function candidates(
  platform: Platform,
  given: string | undefined,
  fromEnvironment: () => string | undefined,
): readonly string[] {
  if (given !== undefined) return [given];
  const named = fromEnvironment();
  return named ? [named] : usualPaths[platform];
}

/** What is opened, and how it is set up. */
export interface LoadRequest {
  readonly paths: readonly string[];
  /** Whether this is the first thread of the process, which sets the library up. */
  readonly isFirst: boolean;
  readonly configDir: string | undefined;
  readonly calls: Calls;
}

/** What was opened. */
export interface LoadedLibrary {
  readonly path: string;
  readonly version: string;
}

/** Options of taos_options(). */
const charset = 1;
const configFolder = 3;

/**
 * Opens the first library that can be, for the calling thread.
 *
 * @throws {NotFound} with every path and the loader's reason.
 */
export function loadLibrary(
  runtime: Pick<NativeRuntime, "openLibrary">,
  { paths, isFirst, configDir }: Omit<LoadRequest, "calls">,
): { library: NativeLibrary; loaded: LoadedLibrary } {
  const { library, path } = openFirst(runtime, paths);
  // A constant text: what lacks it is no libtaos.
  const version = library.text(library.functions.taos_get_client_info());
  if (isFirst) {
    // The folder first: any other option reads the configuration. Another realm of this process may have had it read.
    if (configDir !== undefined && !library.wasLoaded) {
      setOption(library, path, configFolder, configDir);
    }
    // Texts are bound as UTF-8, whatever the locale of the process.
    setOption(library, path, charset, "UTF-8");
  }
  return { library, loaded: { path, version } };
}

/** The part with the driver is not there, or lacks a function (protocol.md §6.1). */
const driverCodes: ReadonlySet<number> = new Set([0x010b, 0x010c]);
const codeMask = 0xffff;

/**
 * Setting the first option opens the driver, reads taos.cfg and opens the log: what fails there fails until the process
 * ends.
 */
function setOption(library: NativeLibrary, path: string, option: number, value: string): void {
  if (library.functions.taos_options(option, cText(value)) === 0) return;
  const { code, message } = lastFailure(library, 0);
  const question = driverCodes.has(code & codeMask)
    ? "does the loader find libtaosnative, as by LD_LIBRARY_PATH?"
    : "can taos.cfg be read, and its logDir, else /var/log/taos, be written?";
  throw new NotFound([{ path, reason: `it cannot be set up: ${message} (${question})` }]);
}

function openFirst(
  runtime: Pick<NativeRuntime, "openLibrary">,
  paths: readonly string[],
): { library: NativeLibrary; path: string } {
  const tried: LoadAttempt[] = [];
  for (const path of paths) {
    try {
      return { library: runtime.openLibrary(path), path };
    } catch (error) {
      if (!(error instanceof LoadFailure)) throw error;
      tried.push({ path, reason: error.message });
    }
  }
  throw new NotFound(tried);
}
