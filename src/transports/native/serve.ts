/**
 * The Worker's side: one request at a time, synchronously.
 *
 * @module
 */
import { type Calls, duringCall } from "./calls.ts";
import { failureOf } from "./failure.ts";
import type { NativeLibrary, NativeRuntime } from "./library.ts";
import { loadLibrary, type LoadRequest } from "./load.ts";
import { requests } from "./requests.ts";
import type { WorkerReply, WorkerRequest } from "./worker.ts";

/** What a Worker's global scope offers. */
interface WorkerScope {
  onmessage: ((event: { readonly data: WorkerRequest }) => void) | null;
  postMessage(reply: WorkerReply, transfer: ArrayBuffer[]): void;
}

type Handler = (library: NativeLibrary, args: unknown) => unknown;

function transferables(value: unknown): ArrayBuffer[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).filter((member) => member instanceof ArrayBuffer);
}

/** Serves requests for as long as the Worker lives. The first one is `load`, the last one `unload`. */
export function serve(runtime: Pick<NativeRuntime, "openLibrary">): void {
  const scope = self as unknown as WorkerScope;
  let library: NativeLibrary | undefined;
  let version = "";
  let calls: Calls | undefined;
  const load = (request: LoadRequest) => {
    calls = request.calls;
    const opened = duringCall(calls, () => loadLibrary(runtime, request));
    library = opened.library;
    version = opened.loaded.version;
    return opened.loaded;
  };
  const unload = () => {
    library?.close();
    library = undefined;
  };
  const handle = ({ name, args }: WorkerRequest): unknown => {
    if (name === "load") return load(args as LoadRequest);
    if (name === "unload") return unload();
    const opened = library;
    if (opened === undefined || calls === undefined) {
      throw new Error("the library could not be opened in this thread");
    }
    return duringCall(calls, () => (requests[name] as Handler)(opened, args));
  };
  scope.onmessage = ({ data }) => {
    const { id } = data;
    try {
      const value = handle(data);
      scope.postMessage({ id, value }, transferables(value));
    } catch (error) {
      scope.postMessage({ id, failure: failureOf(error, version) }, []);
    }
  };
}
