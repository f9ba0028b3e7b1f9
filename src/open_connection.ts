/**
 * Opens connections with what an entry of the package brings along.
 *
 * @module
 */
import type { Codec } from "./codec/codec.ts";
import { Connection } from "./connection.ts";
import { type ConnectOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import type { SocketFactory } from "./runtime.ts";
import { Session } from "./session.ts";
import type { OpenedTransport } from "./transports/select.ts";
import type { ValueOptions } from "./types.ts";
import { resolveValueOptions } from "./value_modes.ts";

/** What an entry brings along. */
export interface ConnectionParts {
  /** Gives the codec. */
  initCodec(): Promise<Codec>;
  /** Tells how WebSockets are opened; undefined where there are none. */
  socketFactory(): Promise<SocketFactory | undefined>;
  /** Opens the transport that the options ask for. */
  openTransport(options: ResolvedOptions, codec: Codec): Promise<OpenedTransport>;
}

/** `connect()` of an entry. */
export async function openConnection<V extends ValueOptions>(
  { initCodec, openTransport, socketFactory }: ConnectionParts,
  url: string | URL | undefined,
  options: ConnectOptions<V> | undefined,
): Promise<Connection<V>> {
  const resolved = { ...resolveOptions<V>(url, options), socketFactory };
  const values = resolveValueOptions(options?.values);
  const codec = await initCodec();
  const { transport, reason } = await openTransport(resolved, codec);
  const { requestTimeoutMs } = resolved;
  return new Connection<V>(new Session({ transport, codec, values, requestTimeoutMs }), reason);
}
