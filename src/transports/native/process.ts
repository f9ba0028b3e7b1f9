/**
 * libtaos in this process. The library has one configuration and one set of threads for the whole process, so what is
 * kept here is kept for all connections; nothing is opened before the first of them, and no thread outlives the last.
 *
 * @module
 */
import { InterfaceError } from "../../errors.ts";
import type { ResolvedOptions } from "../../options.ts";
import { type Calls, countCalls, endCalls } from "./calls.ts";
import { requestError } from "./failure.ts";
import type { NativeLibrary, NativeRuntime } from "./library.ts";
import { candidates, type LoadRequest } from "./load.ts";
import { WorkerPool } from "./pool.ts";
import { NativeWorker } from "./worker.ts";

const defaultFolders = { linux: "/etc/taos", darwin: "/etc/taos", windows: "C:\\TDengine\\cfg" };

/** What a connection asks for. */
export type LibraryOptions = Pick<ResolvedOptions, "library" | "configDir">;

/** The library, held by one connection or consumer. */
export interface Lease {
  /** Version text of the library. */
  readonly version: string;
  /** The library in the calling thread: for calls that cannot block. */
  readonly library: NativeLibrary;
  readonly pool: WorkerPool;
  /** What stops calls under way when the process ends. */
  readonly stops: Set<() => void>;
  /** Starts a thread for one owner, who ends it. */
  startWorker(): NativeWorker;
  /** Gives it back; with the last one the threads end. Nothing may be under way. */
  release(): void;
}

/** Threads and users, from the first connection to the last. */
interface Tenancy {
  readonly pool: WorkerPool;
  readonly opened: Promise<Opened>;
  userCount: number;
}

/** How the library was first opened; it stays that way until the process ends. */
interface Opened {
  /** The library in this thread: opening it anew for each tenancy would cost memory that Deno does not give back. */
  readonly library: NativeLibrary;
  readonly path: string;
  readonly version: string;
  readonly configDir: string;
}

const stops = new Set<() => void>();
let calls: Calls | undefined;
let tenancy: Tenancy | undefined;
let settled: Opened | undefined;

/**
 * Opens the library, or joins those who have it open.
 *
 * @throws {LoadError} when it cannot be loaded.
 * @throws {InterfaceError} when the process has another library, or another configuration.
 */
export async function acquireLibrary(
  runtime: NativeRuntime,
  options: LibraryOptions,
): Promise<Lease> {
  requireSame(runtime, options);
  const joined = tenancy ??= openTenancy(runtime, options);
  joined.userCount++;
  const release = () => {
    if (--joined.userCount > 0) return;
    if (tenancy === joined) tenancy = undefined;
    joined.pool.end();
  };
  try {
    const { library, version, path } = await joined.opened;
    // The first two may have come at the same time.
    requireSame(runtime, options);
    const startWorker = () => openWorker(runtime, { paths: [path], isFirst: false });
    return { version, library, pool: joined.pool, stops, startWorker, release: once(release) };
  } catch (error) {
    release();
    throw requestError(error);
  }
}

function openTenancy(runtime: NativeRuntime, options: LibraryOptions): Tenancy {
  let paths = settled === undefined
    ? candidates(runtime.platform, options.library, () => runtime.libraryInEnvironment())
    : [settled.path];
  const pool = new WorkerPool(() => openWorker(runtime, { paths, isFirst: false }));
  const open = async (): Promise<Opened> => {
    const isFirst = settled === undefined;
    const first = openWorker(runtime, { paths, isFirst, configDir: options.configDir });
    pool.add(first);
    const { path, version } = await first.loaded;
    paths = [path];
    return settled ??= settle(runtime, { path, version, configDir: options.configDir });
  };
  return { pool, userCount: 0, opened: Promise.resolve().then(open) };
}

function settle(
  runtime: NativeRuntime,
  { path, version, configDir }:
    & Pick<Opened, "path" | "version">
    & Pick<LibraryOptions, "configDir">,
): Opened {
  runtime.onExit(() => endCalls(calls!, () => stops.forEach((stop) => stop())));
  return {
    library: runtime.openLibrary(path),
    path,
    version,
    configDir: configDir ?? defaultFolders[runtime.platform],
  };
}

function openWorker(
  runtime: NativeRuntime,
  request: Pick<LoadRequest, "paths" | "isFirst"> & Partial<LoadRequest>,
): NativeWorker {
  calls ??= countCalls();
  return new NativeWorker(runtime.startWorker(), { configDir: undefined, calls, ...request });
}

function requireSame(runtime: NativeRuntime, { library, configDir }: LibraryOptions): void {
  if (settled === undefined) return;
  if (library !== undefined && library !== settled.path) {
    throw new InterfaceError(
      `option library: this process has opened ${settled.path}, and can have one libtaos only`,
    );
  }
  if (
    configDir !== undefined && folder(runtime, configDir) !== folder(runtime, settled.configDir)
  ) {
    throw new InterfaceError(
      `option configDir: libtaos of this process is configured by ${settled.configDir}, and can be only once`,
    );
  }
}

/** A folder's name without the separator at its end; case does not count on Windows. */
function folder({ platform }: NativeRuntime, path: string): string {
  return platform === "windows"
    ? path.replace(/[\\/]+$/, "").toLowerCase()
    : path.replace(/(?<=.)\/+$/, "");
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
