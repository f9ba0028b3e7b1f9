/**
 * A thread with the library in it, seen from outside: requests go in, replies come out, in order.
 *
 * @module
 */
import { createDeferred, type Deferred } from "../../internal/deferred.ts";
import { type Failure, RequestFailure } from "./failure.ts";
import type { LoadedLibrary, LoadRequest } from "./load.ts";
import type { RequestArguments, RequestName, RequestValue } from "./requests.ts";

/** A request as it crosses threads. */
export interface WorkerRequest {
  readonly id: number;
  readonly name: RequestName | "load" | "unload";
  readonly args: unknown;
}

/** A reply as it crosses threads. */
export interface WorkerReply {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: Failure;
}

/** A Worker that has been told to open the library. */
export class NativeWorker {
  /** What it opened. Later requests wait for it by themselves. */
  readonly loaded: Promise<LoadedLibrary>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Deferred<unknown>>();
  #lastId = 0;
  /** Why it can serve no more. */
  #breakdown: RequestFailure | undefined;

  constructor(worker: Worker, request: LoadRequest) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    this.loaded = this.#post("load", request, []) as Promise<LoadedLibrary>;
    // Whoever makes a request is told; the opening itself is awaited by the first thread's owner only.
    this.loaded.catch((reason: RequestFailure) => this.#breakdown ??= reason);
  }

  /** Whether it can serve no more: it could not open the library, or its thread has ended. */
  get isBroken(): boolean {
    return this.#breakdown !== undefined;
  }

  /** Requests without a reply yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Makes a request; it runs behind those before it. Rejects with {@linkcode RequestFailure}.
   *
   * @param transfer Buffers among the arguments that change hands.
   */
  request<N extends RequestName>(
    name: N,
    args: RequestArguments<N>,
    transfer: ArrayBuffer[] = [],
  ): Promise<RequestValue<N>> {
    return this.#post(name, args, transfer) as Promise<RequestValue<N>>;
  }

  /** Ends the thread behind its last request: a call under way cannot be broken off. */
  end(): void {
    const terminate = () => this.#worker.terminate();
    this.#post("unload", undefined, []).then(terminate, terminate);
  }

  #post(name: WorkerRequest["name"], args: unknown, transfer: ArrayBuffer[]): Promise<unknown> {
    if (this.#breakdown !== undefined) return Promise.reject(this.#breakdown);
    const deferred = createDeferred<unknown>();
    const id = ++this.#lastId;
    this.#pending.set(id, deferred);
    const request: WorkerRequest = { id, name, args };
    this.#worker.postMessage(request, transfer);
    return deferred.promise;
  }

  #settle({ id, value, failure }: WorkerReply): void {
    const deferred = this.#pending.get(id);
    this.#pending.delete(id);
    if (failure === undefined) deferred?.resolve(value);
    else deferred?.reject(new RequestFailure(failure));
  }

  #fail(message: string): void {
    const failure = new RequestFailure({ kind: "bug", message });
    this.#breakdown = failure;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const deferred of pending) deferred.reject(failure);
  }
}
