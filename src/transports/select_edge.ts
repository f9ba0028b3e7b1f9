/**
 * Chooses the transport in edge workers. The two that work there are linked statically: a worker is one file, and
 * bundlers would follow an `import()` of a native transport too.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { UnsupportedError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";
import type { ConsumerLink, ConsumerRequest } from "./consumer_port.ts";
import { open as openFetch } from "./fetch/transport.ts";
import type { OpenedTransport } from "./select.ts";
import { openConsumer } from "./websocket/consumers.ts";
import { open as openWebSocket } from "./websocket/transport.ts";

/** Opens the transport that the options ask for. */
export async function openTransport(
  options: ResolvedOptions,
  codec: Codec,
): Promise<OpenedTransport> {
  switch (options.transport) {
    case "fetch":
      return {
        transport: await openFetch(options, codec),
        reason: "the URL or the options ask for REST",
      };
    case "websocket":
    case "auto":
      return {
        transport: await openWebSocket(options, codec),
        reason: "WebSocket, unless REST is asked for",
      };
    case "native":
      throw new UnsupportedError("edge workers have no native transport: use a ws: URL");
  }
}

/** Opens a membership in a consumer group; `onClosed` is told when it is lost or closed. */
export async function openConsumerLink(
  options: ResolvedOptions,
  request: ConsumerRequest,
  codec: Codec,
  onClosed: (url: string, reason: string, expected: boolean) => void,
): Promise<ConsumerLink> {
  if (options.transport === "fetch" || options.transport === "native") {
    throw new UnsupportedError(
      `${
        options.transport === "fetch" ? "REST" : options.transport
      } has no subscriptions here; a ws: URL has`,
    );
  }
  return await openConsumer(options, request, codec, { onClosed });
}
