/**
 * Opens connections.
 *
 * @module
 */
import { initCodec } from "./codec/load.ts";
import type { Connection } from "./connection.ts";
import { openConnection } from "./open_connection.ts";
import type { ConnectOptions } from "./options.ts";
import { socketFactory } from "./runtime.ts";
import { openTransport } from "./transports/select.ts";
import type { ValueOptions } from "./types.ts";

/**
 * Connects to a server.
 *
 * @typeParam V The value options; the types of rows follow from them.
 * @param url `ws://user:password@host:6041/database`; several hosts are tried in order. Default `ws://localhost:6041`.
 * @param options Options; they win over what the URL says.
 * @returns The connection, to be closed: `await using` does it.
 * @throws {InterfaceError} when URL or options are wrong; no secret is quoted.
 * @throws {ConnectionError} when no host answers (each is named with its reason), or the login is refused.
 * @throws {TimeoutError} when it takes longer than `connectTimeoutMs`.
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function main(url: string) {
 *   await using db = await connect(url);
 *   const { rows } = await db.query("select server_version() as version");
 *   console.log(rows[0]?.["version"]);
 * }
 * ```
 */
export async function connect<const V extends ValueOptions = Record<never, never>>(
  url?: string | URL,
  options?: ConnectOptions<V>,
): Promise<Connection<V>> {
  return await openConnection({ initCodec, openTransport, socketFactory }, url, options);
}
