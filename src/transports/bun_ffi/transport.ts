/**
 * The native transport in Bun.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { ResolvedOptions } from "../../options.ts";
import type { NativeRuntime } from "../native/library.ts";
import { type ConsumerListener, openConsumer as openNativeConsumer } from "../native/consumers.ts";
import { openNative } from "../native/transport.ts";
import type { ConsumerLink, ConsumerRequest } from "../consumer_port.ts";
import type { Transport } from "../transport.ts";
import { libraryInEnvironment, onExit, openLibrary, platform } from "./library.ts";

/** Where `bun build --compile` puts the thread's module when it is named as an entry, as the README says. */
const compiledWorker = "./node_modules/tdwire/dist/src/transports/bun_ffi/worker.js";

/** The module of a thread: beside this one, as source or built, or in the executable that has both. */
function workerModule(): string | URL {
  const { url } = import.meta;
  if (/\/(\$bunfs|~BUN)\//.test(url)) return compiledWorker;
  return new URL(url.endsWith(".ts") ? "./worker.ts" : "./worker.js", url);
}

/** Starts a thread. */
function startWorker(): Worker {
  return new Worker(workerModule(), { type: "module", name: "tdwire native" });
}

function runtime(): NativeRuntime {
  return {
    kind: "bun-ffi",
    platform: platform(),
    libraryInEnvironment,
    openLibrary,
    startWorker,
    onExit,
  };
}

export { LoadError } from "../native/failure.ts";

/** Connects through libtaos. */
export function open(options: ResolvedOptions, codec: Codec): Promise<Transport> {
  return openNative(runtime(), options, codec);
}

/** Joins a consumer group through libtaos. */
export function openConsumer(
  options: ResolvedOptions,
  request: ConsumerRequest,
  codec: Codec,
  listener: ConsumerListener,
): Promise<ConsumerLink> {
  return openNativeConsumer(runtime(), options, request, codec, listener);
}

/** Why native code cannot be loaded here, if that is known beforehand. */
export function obstacle(): undefined {}
