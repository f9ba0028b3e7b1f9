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
import { libraryInEnvironment, openLibrary, platform } from "./library.ts";

/** Starts a thread. Its module is beside this one, as source or compiled. */
function startWorker(): Worker {
  const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
  return new Worker(new URL(file, import.meta.url), { type: "module", name: "tdwire native" });
}

function runtime(): NativeRuntime {
  return { kind: "bun-ffi", platform: platform(), libraryInEnvironment, openLibrary, startWorker };
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
