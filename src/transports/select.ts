/**
 * Chooses the transport: the only file that names them, each by an `import()` of its own.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { makeFirstCalls } from "../codec/first_calls.ts";
import { UnsupportedError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";
import { ffiRuntime } from "../runtime.ts";
import type { ConsumerLink, ConsumerRequest } from "./consumer_port.ts";
import type { Transport } from "./transport.ts";

/** A transport, and why it is this one. */
export interface OpenedTransport {
  readonly transport: Transport;
  readonly reason: string;
}

/** Opens the transport that the options ask for. */
export async function openTransport(
  options: ResolvedOptions,
  codec: Codec,
): Promise<OpenedTransport> {
  switch (options.transport) {
    case "websocket":
      return {
        transport: await openWebSocket(options, codec),
        reason: "the URL or the options ask for WebSocket",
      };
    case "auto": {
      const attempt = await tryNative(options, (native) => native.open(options, codec));
      if ("opened" in attempt) return { transport: attempt.opened, reason: "libtaos is here" };
      const reason = warnOfStandIn(options, attempt.obstacle);
      return { transport: await openWebSocket(options, codec), reason };
    }
    case "fetch": {
      const { open } = await import("./fetch/transport.ts");
      return {
        transport: await open(options, codec),
        reason: "the URL or the options ask for REST",
      };
    }
    case "native": {
      const native = await nativeModule() ?? noFfi();
      return {
        transport: await native.open(options, codec),
        reason: "the URL or the options ask for libtaos",
      };
    }
  }
}

async function openWebSocket(options: ResolvedOptions, codec: Codec): Promise<Transport> {
  const { open } = await import("./websocket/transport.ts");
  const opening = open(options, codec);
  // By a timer: the handshake is on its way by then.
  setTimeout(() => {
    try {
      makeFirstCalls(codec);
    } catch {
      // Whatever it is, a query meets it again and tells its caller.
    }
  });
  return await opening;
}

/** What the two native transports have in common. */
type NativeModule = typeof import("./deno_ffi/transport.ts");

async function nativeModule(): Promise<NativeModule | undefined> {
  switch (ffiRuntime()) {
    case "deno":
      return await import("./deno_ffi/transport.ts");
    case "bun":
      return await import("./bun_ffi/transport.ts");
    default:
      return undefined;
  }
}

function noFfi(): never {
  throw new UnsupportedError("native mode needs Deno or Bun: use a ws: URL here");
}

/** What was opened natively, or why libtaos cannot be had. */
type Attempt<T> = { readonly opened: T } | { readonly obstacle: string };

/** Opens by libtaos where it loads; a server that cannot be reached is no reason to try another way. */
async function tryNative<T>(
  options: ResolvedOptions,
  open: (native: NativeModule) => Promise<T>,
): Promise<Attempt<T>> {
  const native = await nativeModule();
  if (native === undefined) return { obstacle: "this runtime has no FFI" };
  const obstacle = native.obstacle(options);
  if (obstacle !== undefined) return { obstacle };
  try {
    return { opened: await open(native) };
  } catch (error) {
    if (error instanceof native.LoadError) return { obstacle: error.message };
    throw error;
  }
}

/** Why WebSocket stands in, which is also an event. */
function warnOfStandIn({ onEvent }: ResolvedOptions, obstacle: string): string {
  const message = `${obstacle}: WebSocket stands in`;
  onEvent({ type: "warning", message });
  return message;
}

/** Opens a membership in a consumer group; `onClosed` is told when it is lost or closed. */
export async function openConsumerLink(
  options: ResolvedOptions,
  request: ConsumerRequest,
  codec: Codec,
  onClosed: (url: string, reason: string, expected: boolean) => void,
): Promise<ConsumerLink> {
  const listener = { onClosed };
  switch (options.transport) {
    case "fetch":
      throw new UnsupportedError("REST has no subscriptions; a ws: URL has");
    case "native": {
      const native = await nativeModule() ?? noFfi();
      return await native.openConsumer(options, request, codec, listener);
    }
    case "auto": {
      const attempt = await tryNative(
        options,
        (native) => native.openConsumer(options, request, codec, listener),
      );
      if ("opened" in attempt) return attempt.opened;
      warnOfStandIn(options, attempt.obstacle);
    }
  }
  const { openConsumer } = await import("./websocket/consumers.ts");
  return await openConsumer(options, request, codec, listener);
}
