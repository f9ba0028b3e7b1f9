/**
 * The options that say which server a command talks to.
 *
 * @module
 */

import { env } from "node:process";
import { connect, type Connection, type ConnectOptions, type ValueOptions } from "../../mod.ts";

/** Options of every command that connects. */
export const connectionOptions = {
  url: { type: "string" },
  database: { type: "string", short: "d" },
} as const;

/** Their part of a help text. */
export const CONNECTION_HELP =
  `  --url <url>          Server: ws://user:password@host:6041/database, or http://… for REST
                       (default: $TDENGINE_URL, else ws://localhost:6041)
  -d, --database <db>  Database, over the one in the URL
`;

/** What `readArguments` gives for {@linkcode connectionOptions}. */
export interface ConnectionValues {
  url?: string | undefined;
  database?: string | undefined;
}

/** The URL of the server: `--url`, else `TDENGINE_URL`, else the client's default. */
export function serverUrl({ url }: ConnectionValues): string {
  return url ?? (env["TDENGINE_URL"] || "ws://localhost:6041");
}

/**
 * Connects to the server that the options name.
 *
 * @param values The options given.
 * @param options More options of the connection.
 * @returns The connection, to be closed.
 */
export function openConnection<const V extends ValueOptions>(
  values: ConnectionValues,
  options: ConnectOptions<V> = {},
): Promise<Connection<V>> {
  const { database } = values;
  return connect(serverUrl(values), { ...options, ...(database !== undefined && { database }) });
}
