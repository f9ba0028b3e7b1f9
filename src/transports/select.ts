/**
 * Chooses the transport: the only file that names them, each by an `import()` of its own.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { UnsupportedError } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Transport } from "./transport.ts";

/** A transport, and why it is this one. */
export interface OpenedTransport {
  readonly transport: Transport;
  readonly reason: string;
}

/** Opens the transport that the options ask for. */
export async function openTransport(options: ResolvedOptions, codec: Codec): Promise<OpenedTransport> {
  switch (options.transport) {
    case "websocket": {
      const { open } = await import("./websocket/transport.ts");
      return { transport: await open(options, codec), reason: "the URL or the options ask for WebSocket" };
    }
    case "auto": {
      const { open } = await import("./websocket/transport.ts");
      const reason = "this version has no native transport: WebSocket stands in";
      return { transport: await open(options, codec), reason };
    }
    case "fetch": {
      const { open } = await import("./fetch/transport.ts");
      return { transport: await open(options, codec), reason: "the URL or the options ask for REST" };
    }
    case "native":
      throw new UnsupportedError("this version has no native transport: use a ws: URL");
  }
}
