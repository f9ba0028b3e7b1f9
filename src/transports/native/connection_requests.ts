/**
 * Requests about connections (protocol.md §6.2).
 *
 * @module
 */
import { type ConnectionSettings, setConnectionOptions } from "./connection_options.ts";
import { lastFailure } from "./failure.ts";
import type { Address, NativeLibrary } from "./library.ts";
import { cText } from "./memory.ts";

/** Where to connect, and as whom. */
export interface ConnectArguments extends ConnectionSettings {
  /** Undefined: taos.cfg decides, with port 0. */
  readonly host: string | undefined;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly totp: string | undefined;
  readonly bearerToken: string | undefined;
}

/** A connection that is open. */
export interface ConnectValue {
  readonly taos: Address;
  /** What the library knows of the server: its version is somewhere in it. */
  readonly serverInfo: string;
}

/** Connects. */
export function connect(library: NativeLibrary, args: ConnectArguments): ConnectValue {
  const taos = login(library, args);
  if (taos === 0) throw lastFailure(library, 0);
  try {
    setConnectionOptions(library, taos, args);
    const serverInfo = library.text(library.functions.taos_get_server_info(taos));
    return { taos, serverInfo };
  } catch (error) {
    library.functions.taos_close(taos);
    throw error;
  }
}

/** Closes a connection, of which nothing may be open any more. */
export function close({ functions }: NativeLibrary, { taos }: { readonly taos: Address }): void {
  functions.taos_close(taos);
}

function login({ functions }: NativeLibrary, args: ConnectArguments): Address {
  const [host, database] = [cText(args.host), cText(args.database)];
  const { port, totp, bearerToken } = args;
  if (bearerToken !== undefined) {
    return functions.taos_connect_token(host, cText(bearerToken), database, port);
  }
  const [user, password] = [cText(args.user), cText(args.password)];
  return totp === undefined
    ? functions.taos_connect(host, user, password, database, port)
    : functions.taos_connect_totp(host, user, password, cText(totp), database, port);
}
