/**
 * The native transport in Deno.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { ResolvedOptions } from "../../options.ts";
import { LoadFailure, type NativeRuntime } from "../native/library.ts";
import { type ConsumerListener, openConsumer as openNativeConsumer } from "../native/consumers.ts";
import { openNative } from "../native/transport.ts";
import type { ConsumerLink, ConsumerRequest } from "../consumer_port.ts";
import type { Transport } from "../transport.ts";
import { deno, libraryInEnvironment, openLibrary, platform } from "./library.ts";

/** Starts a thread. Its module is beside this one, as source or compiled. */
function startWorker(): Worker {
  const file = import.meta.url.endsWith(".ts") ? "worker.ts" : "worker.js";
  const url = new URL(file, import.meta.url);
  if (url.protocol === "file:") {
    const { state } = deno().permissions.querySync({ name: "read", path: url });
    if (state !== "granted") {
      throw new LoadFailure(
        "native mode needs the flags --allow-ffi and --allow-read: it starts threads, whose module Deno must read " +
          `(${url.pathname})`,
      );
    }
  }
  return new Worker(url, { type: "module", name: "tdwire native" });
}

function runtime(): NativeRuntime {
  return {
    kind: "deno-ffi",
    platform: platform(),
    libraryInEnvironment,
    openLibrary,
    startWorker,
    onExit: (work) => addEventListener("unload", work),
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

/** Why native code cannot be loaded here, if that is known beforehand; asking for leave would stop the program. */
export function obstacle({ library }: ResolvedOptions): string | undefined {
  const descriptor = { name: "ffi", ...(library !== undefined && { path: library }) };
  const { state } = deno().permissions.querySync(descriptor);
  return state === "granted" ? undefined : "Deno runs without --allow-ffi";
}
