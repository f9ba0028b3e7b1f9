/**
 * Connection URLs: text → {@linkcode Target}. No I/O.
 *
 * `scheme://user:password@host:port,host:port/database?key=value`, parsed here because `new URL` hides an explicit
 * port 443 of `wss:` and cannot hold two hosts. User, password, database and values are percent-decoded exactly once
 * (`+` stands for itself). No message quotes a part of the URL that may hold a secret.
 *
 * @module
 */
import { decode, parseQuery, type UrlOptions } from "./dsn_options.ts";
import { InterfaceError } from "./errors.ts";

export type { UrlOptions } from "./dsn_options.ts";

/** The transport a URL asks for; `"auto"` is chosen when the connection is opened. */
export type TransportHint = "auto" | "native" | "websocket" | "fetch";

/** The schemes after their synonyms are folded. */
export type Scheme = "ws" | "wss" | "http" | "https" | "taos+native" | "taos";

/** One server. */
export interface HostPort {
  /** Name or address; IPv6 without brackets. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** What a URL says. */
export interface Target {
  /** The scheme, without synonyms. */
  readonly scheme: Scheme;
  /** The transport the scheme stands for. */
  readonly transport: TransportHint;
  /** Whether the connection is encrypted (`wss:`, `https:`). */
  readonly secure: boolean;
  /** The servers; at least one, except for native transports, where none means that taos.cfg decides. */
  readonly hosts: readonly HostPort[];
  /** User, decoded. */
  readonly user?: string;
  /** Password, decoded. */
  readonly password?: string;
  /** Database, decoded. */
  readonly database?: string;
  /** Options of the query part. */
  readonly options: UrlOptions;
}

interface SchemeFacts {
  scheme: Scheme;
  transport: TransportHint;
  secure: boolean;
}

const webSocket: SchemeFacts = { scheme: "ws", transport: "websocket", secure: false };
const secureWebSocket: SchemeFacts = { scheme: "wss", transport: "websocket", secure: true };

const schemes: ReadonlyMap<string, SchemeFacts> = new Map([
  ["ws", webSocket],
  ["wss", secureWebSocket],
  ["taosws", webSocket],
  ["taos+ws", webSocket],
  ["taos+wss", secureWebSocket],
  ["http", { scheme: "http", transport: "fetch", secure: false }],
  ["https", { scheme: "https", transport: "fetch", secure: true }],
  ["taos+native", { scheme: "taos+native", transport: "native", secure: false }],
  ["taos", { scheme: "taos", transport: "auto", secure: false }],
]);

const nativePort = 6030;
const adapterPort = 6041;
const cloudHost = /(^|\.)cloud\.(tdengine|taosdata)\.com$/i;

/** The parts of a URL, undecoded. */
interface Parts {
  facts: SchemeFacts;
  userInfo: string | undefined;
  hostList: string;
  path: string;
  query: string;
}

/**
 * Parses a connection URL.
 *
 * @param text The URL. A `URL` object works too, but has dropped an explicit port 443 of `wss:` already.
 * @returns What it says; ports are filled in.
 * @throws {InterfaceError} When it is not a connection URL; the message names the part at fault and quotes no secret.
 */
export function parseDsn(text: string | URL): Target {
  const { facts, userInfo, hostList, path, query } = split(String(text).trim());
  const [user, password] = userInfo === undefined ? [] : parseUserInfo(userInfo);
  const database = parseDatabase(path);
  const target: Target = {
    ...facts,
    hosts: parseHosts(hostList, facts),
    ...(user && { user }),
    ...(password !== undefined && { password }),
    ...(database && { database }),
    options: parseQuery(query),
  };
  if (facts.transport === "native" && target.hosts.length > 1) {
    throw new InterfaceError(
      "taos+native: takes one host; taos.cfg names further ones (firstEp, secondEp)",
    );
  }
  return target;
}

/**
 * The servers a WebSocket or REST connection tries: those of the URL, on taosAdapter's port where the URL means
 * libtaos's (`taos:`).
 *
 * @param target What the URL says.
 * @returns At least one server.
 */
export function adapterHosts(target: Target): readonly HostPort[] {
  if (target.transport !== "auto" && target.transport !== "native") return target.hosts;
  if (target.hosts.length === 0) return [{ host: "localhost", port: adapterPort }];
  return target.hosts.map(({ host }) => ({ host, port: webPort(host) }));
}

/**
 * Writes an address for messages and events: no user, no password, no token.
 *
 * @param scheme The scheme, such as `"wss"`.
 * @param server The server; none when taos.cfg decides.
 * @param database The database, if any.
 * @returns For example `wss://localhost:6041/power`.
 */
export function safeUrl(scheme: string, server?: HostPort, database?: string): string {
  const host = server?.host.includes(":") ? `[${server.host}]` : server?.host;
  const address = server === undefined ? "" : `${host}:${server.port}`;
  return `${scheme}://${address}${
    database === undefined ? "" : `/${encodeURIComponent(database)}`
  }`;
}

function split(text: string): Parts {
  const [, name, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):([^]*)$/.exec(text) ?? [];
  const facts = name === undefined ? undefined : schemes.get(name.toLowerCase());
  if (facts === undefined || rest === undefined || !/^(\/\/|$)/.test(rest)) {
    const known = [...schemes.keys()].map((scheme) => `${scheme}://`).join(" ");
    // No more is quoted than a host and a port: a password may stand in the rest.
    const hint = /^[\w.-]+:\d+$/.test(text) ? { hint: `did you mean ws://${text}?` } : {};
    throw new InterfaceError(`the URL must begin with one of ${known}`, hint);
  }
  const [, authority = "", path = "", query = "", fragment = ""] =
    /^\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(rest) ?? [];
  if (`${path}${query}${fragment}`.includes("@")) {
    throw new InterfaceError(
      "the URL has an @ behind its first / ? or #: write / ? # and @ in user, password and values " +
        "percent-encoded (%2F %3F %23 %40)",
    );
  }
  if (fragment !== "") throw new InterfaceError("the URL has a # part, which means nothing here");
  const at = authority.lastIndexOf("@");
  return {
    facts,
    userInfo: at < 0 ? undefined : authority.slice(0, at),
    hostList: authority.slice(at + 1),
    path,
    query,
  };
}

/** An empty password (`root:@host`) is one that was given: the default must not take its place. */
function parseUserInfo(userInfo: string): [user: string, password?: string] {
  const colon = userInfo.indexOf(":");
  if (colon < 0) return [decode(userInfo, "user")];
  return [decode(userInfo.slice(0, colon), "user"), decode(userInfo.slice(colon + 1), "password")];
}

function parseDatabase(path: string): string {
  const name = path.replace(/^\//, "").replace(/\/$/, "");
  if (name.includes("/")) {
    throw new InterfaceError("the URL's path must be one database name; write / in a name as %2F");
  }
  return decode(name, "database");
}

function parseHosts(list: string, facts: SchemeFacts): HostPort[] {
  const isWeb = facts.transport === "websocket" || facts.transport === "fetch";
  if (list === "") return isWeb ? [{ host: "localhost", port: adapterPort }] : [];
  const hosts = list.split(",").map((item, index): HostPort => {
    const { host, port } = parseHost(item, `host ${index + 1} of the URL`);
    return { host, port: port ?? (isWeb ? webPort(host) : nativePort) };
  });
  return hosts.filter(({ host, port }, index) =>
    index === hosts.findIndex((other) => other.host === host && other.port === port)
  );
}

function webPort(host: string): number {
  return cloudHost.test(host) ? 443 : adapterPort;
}

function parseHost(text: string, what: string): { host: string; port: number | undefined } {
  if (text === "") throw new InterfaceError(`${what} is empty`);
  const found = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.]+)?)\]|([^\s:[\]<>^|\\%"`{}]*))(?::([^:]*))?$/.exec(
    text,
  );
  if (found === null) {
    throw new InterfaceError(
      `${what} is not a host name; an IPv6 address stands in brackets: [::1]`,
    );
  }
  const [, address, name, port] = found;
  return { host: address ?? (name || "localhost"), port: parsePort(port, what) };
}

/** The text is not quoted: where the host was forgotten, it is the password. */
function parsePort(text: string | undefined, what: string): number | undefined {
  if (text === undefined || text === "") return undefined;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new InterfaceError(`the port of ${what} must be a number from 1 to 65535`);
}
