/**
 * Finding and opening libtaos.
 *
 * @module
 */
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
 * @throws {TaosFailure} when it refuses an option.
 */
export function loadLibrary(
  runtime: Pick<NativeRuntime, "openLibrary">,
  { paths, isFirst, configDir }: LoadRequest,
): { library: NativeLibrary; loaded: LoadedLibrary } {
  const { library, path } = openFirst(runtime, paths);
  const { functions: taos } = library;
  // Set up by another realm of this process it takes no options any more.
  if (isFirst && !library.wasLoaded) {
    // The folder first: any other option reads the configuration.
    if (configDir !== undefined) setOption(library, configFolder, configDir);
    // Texts are bound as UTF-8, whatever the locale of the process.
    setOption(library, charset, "UTF-8");
  }
  return { library, loaded: { path, version: library.text(taos.taos_get_client_info()) } };
}

function setOption(library: NativeLibrary, option: number, value: string): void {
  const code = library.functions.taos_options(option, cText(value));
  if (code !== 0) throw lastFailure(library, 0);
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
