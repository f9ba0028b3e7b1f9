/**
 * Chooses the transport: the only file that names them, each by an `import()` of its own.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { UnsupportedError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";
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
    case "websocket": {
      const { open } = await import("./websocket/transport.ts");
      return {
        transport: await open(options, codec),
        reason: "the URL or the options ask for WebSocket",
      };
    }
    case "auto": {
      const { open } = await import("./websocket/transport.ts");
      const reason = "this version has no native transport: WebSocket stands in";
      options.onEvent({ type: "warning", message: reason });
      return { transport: await open(options, codec), reason };
    }
    case "fetch": {
      const { open } = await import("./fetch/transport.ts");
      return {
        transport: await open(options, codec),
        reason: "the URL or the options ask for REST",
      };
    }
    case "native":
      throw new UnsupportedError("this version has no native transport: use a ws: URL");
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
    const name = options.transport === "fetch"
      ? "the fetch transport"
      : "this version's native transport";
    throw new UnsupportedError(`${name} has no subscriptions; a ws: URL has`);
  }
  const { openConsumer } = await import("./websocket/consumers.ts");
  return await openConsumer(options, request, codec, { onClosed });
}
