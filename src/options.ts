/**
 * The options of a connection, and their one validation.
 *
 * @module
 */
import { adapterHosts, type HostPort, parseDsn, type Target, type TransportHint } from "./dsn.ts";
import { InterfaceError } from "./errors.ts";
import type { ClientEvent } from "./events.ts";
import { checkOptions, resolveTimeZone } from "./internal/option_checks.ts";
import type { SocketFactory } from "./runtime.ts";
import type { ValueOptions } from "./types.ts";
import { type ResolvedValueOptions, resolveValueOptions } from "./value_modes.ts";

/** A token, or a function that is asked for one each time a connection is opened. */
export type TokenSource = string | (() => string | Promise<string>);

/** Options of `connect()`. They win over what the URL says. */
export interface ConnectOptions<V extends ValueOptions = ValueOptions> {
  /** User. Default `"root"`. */
  user?: string | undefined;
  /** Password, as it is: no percent-encoding. Default `"taosdata"`. */
  password?: string | undefined;
  /** Database the connection starts in. Default: none. */
  database?: string | undefined;
  /** Token of TDengine Cloud, sent in the URL of the request. */
  token?: TokenSource | undefined;
  /** Token of TDengine itself (server 3.4); takes the place of user and password. */
  bearerToken?: string | undefined;
  /** One-time code as second factor beside user and password (server 3.4). */
  totp?: string | undefined;
  /** IANA time zone in which the server reads and shows time literals. Default: the server's. */
  timeZone?: string | undefined;
  /** Name of the program in `show connections`; at most 23 bytes of UTF-8. */
  applicationName?: string | undefined;
  /** Folder of taos.cfg (native only); one for the whole process. Default `/etc/taos`, on Windows `C:\TDengine\cfg`. */
  configDir?: string | undefined;
  /**
   * Path of libtaos (native only); one for the whole process. Default: what TDENGINE_LIBRARY says, else where the
   * system looks for libraries and TDengine installs its own.
   */
  library?: string | undefined;
  /** The transport; the URL's scheme decides unless this is given. Default `"auto"`. */
  transport?: TransportHint | undefined;
  /** Time limit for opening a connection, in milliseconds; 0 = none. Default 10 000. */
  connectTimeoutMs?: number | undefined;
  /** Time limit of each request, in milliseconds; 0 = none. Default 60 000. */
  requestTimeoutMs?: number | undefined;
  /** Asks for compressed messages; a hint: browsers always negotiate it. Default false. */
  compression?: boolean | undefined;
  /** How cells look in rows. */
  values?: V | undefined;
  /** Aborts the opening of the connection; it has no effect afterwards. */
  signal?: AbortSignal | undefined;
  /** The WebSocket constructor to use. Default: the runtime's, or the package `ws` in Node. */
  WebSocket?: typeof WebSocket | undefined;
  /** The `fetch` to use. Default: the runtime's. */
  fetch?: typeof fetch | undefined;
  /**
   * A Worker that runs `tdwire/decode-worker`: the blocks of results are decoded there, and this thread only looks at
   * the columns. It stays yours: several connections may share it, and none ends it. WebSocket only.
   */
  decodeWorker?: Worker | undefined;
  /** Receives what happens to the connection. What it throws is ignored. */
  onEvent?: ((event: ClientEvent) => void) | undefined;
}

/** Options after URL, options and defaults have been put together. */
export interface ResolvedOptions {
  /** What the URL says. */
  readonly target: Target;
  /** The transport to use; `"auto"` means native where it can be had, else WebSocket. */
  readonly transport: TransportHint;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** Servers for libtaos; empty when taos.cfg decides. */
  readonly nativeHosts: readonly HostPort[];
  /** Servers for WebSocket and REST; at least one. */
  readonly hosts: readonly HostPort[];
  /** User. */
  readonly user: string;
  /** Password. */
  readonly password: string;
  /** Database the connection starts in. */
  readonly database: string | undefined;
  /** Cloud token. */
  readonly token: TokenSource | undefined;
  /** Token of TDengine itself. */
  readonly bearerToken: string | undefined;
  /** One-time code. */
  readonly totp: string | undefined;
  /** IANA time zone, spelled as the time zone database spells it. */
  readonly timeZone: string | undefined;
  /** Name of the program. */
  readonly applicationName: string | undefined;
  /** Folder of taos.cfg. */
  readonly configDir: string | undefined;
  /** Path of libtaos. */
  readonly library: string | undefined;
  /** Milliseconds; 0 = none. */
  readonly connectTimeoutMs: number;
  /** Milliseconds; 0 = none. */
  readonly requestTimeoutMs: number;
  /** Whether compression is asked for. */
  readonly compression: boolean;
  /** How cells look in rows, every mode chosen. */
  readonly values: ResolvedValueOptions;
  /** Aborts the opening. */
  readonly signal: AbortSignal | undefined;
  /** The WebSocket constructor to use. */
  readonly WebSocket: typeof WebSocket | undefined;
  /** How sockets are opened without that, as the entry of the package knows it. */
  readonly socketFactory?: () => Promise<SocketFactory | undefined>;
  /** The `fetch` to use. */
  readonly fetch: typeof fetch | undefined;
  /** The Worker that decodes blocks. */
  readonly decodeWorker: Worker | undefined;
  /** Receives events; never throws. */
  readonly onEvent: (event: ClientEvent) => void;
}

const defaultUrl = "ws://localhost:6041";

/**
 * Puts URL, options and defaults together: options win over the URL, the URL over the defaults.
 *
 * @param url The connection URL. Default `ws://localhost:6041`, or `taos+native:` with `transport: "native"`.
 * @param options The options as the caller gave them.
 * @param otherNames Names of further options that the caller has taken care of.
 * @returns All options, checked.
 * @throws {InterfaceError} Naming the option or the part of the URL that is wrong; never with a secret.
 */
export function resolveOptions<V extends ValueOptions = ValueOptions>(
  url: string | URL | undefined,
  options: ConnectOptions<V> = {},
  otherNames: readonly string[] = [],
): ResolvedOptions {
  checkOptions(options, otherNames);
  const target = parseDsn(url ?? (options.transport === "native" ? "taos+native:" : defaultUrl));
  const given = merge(target, options);
  checkOptions(given, otherNames);
  return {
    ...chosenTransport(target, options.transport),
    target,
    user: given.user ?? "root",
    password: given.password ?? "taosdata",
    database: given.database,
    token: given.token,
    bearerToken: given.bearerToken,
    totp: given.totp,
    timeZone: given.timeZone === undefined ? undefined : resolveTimeZone(given.timeZone),
    applicationName: given.applicationName,
    configDir: given.configDir,
    library: given.library,
    connectTimeoutMs: given.connectTimeoutMs ?? 10_000,
    requestTimeoutMs: given.requestTimeoutMs ?? 60_000,
    compression: given.compression ?? false,
    values: resolveValueOptions(options.values),
    signal: options.signal,
    WebSocket: options.WebSocket,
    fetch: options.fetch,
    decodeWorker: options.decodeWorker,
    onEvent: quiet(options.onEvent),
  };
}

/** An option that is there but undefined leaves what the URL says. */
function merge<V extends ValueOptions>(
  target: Target,
  options: ConnectOptions<V>,
): ConnectOptions<V> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { user, password, database } = target;
  return { user, password, database, ...target.options, ...Object.fromEntries(given) };
}

/** A listener's own failure must not break the connection that calls it. */
function quiet(listener: ConnectOptions["onEvent"]): (event: ClientEvent) => void {
  return (event) => {
    try {
      listener?.(event);
    } catch {
      // Nobody to tell: the listener is where failures are told.
    }
  };
}

function chosenTransport(
  target: Target,
  asked: TransportHint = "auto",
): Pick<ResolvedOptions, "transport" | "secure" | "nativeHosts" | "hosts"> {
  const isNative = target.transport === "native" || target.transport === "auto";
  const isWeb = target.transport !== "native";
  if (asked === "native" && !isNative || (asked === "websocket" || asked === "fetch") && !isWeb) {
    throw new InterfaceError(
      `option transport: "${asked}" does not go with a ${target.scheme}: URL`,
    );
  }
  return {
    transport: asked === "auto" ? target.transport : asked,
    secure: target.secure,
    nativeHosts: isNative ? target.hosts : [],
    hosts: adapterHosts(target),
  };
}
