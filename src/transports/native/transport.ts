/**
 * The native transport: libtaos in threads of its own (protocol.md §6).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { HostPort } from "../../dsn.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import type { ResolvedOptions } from "../../options.ts";
import type { Call, Execution, QueryPort, SessionPort, Transport } from "../transport.ts";
import { NativeConnection } from "./connection.ts";
import { requestError } from "./failure.ts";
import { resultField } from "./fields.ts";
import type { NativeRuntime } from "./library.ts";
import { requireNative, serversOf, serverUrl, versionIn } from "./native_options.ts";
import { acquireLibrary } from "./process.ts";
import type { QueryValue } from "./result_requests.ts";
import { elapsedNs, openRows } from "./results.ts";
import { NativeSchemaless } from "./schemaless.ts";
import { NativeStatements } from "./statements.ts";

/** Runs SQL on a connection. */
class NativeQueries implements QueryPort {
  readonly #connection: NativeConnection;
  readonly #codec: Codec;

  constructor(connection: NativeConnection, codec: Codec) {
    this.#connection = connection;
    this.#codec = codec;
  }

  execute(sql: string, call: Call): Promise<Execution> {
    const stop = () => this.#connection.killAlone();
    return this.#connection.run(call.reqId, stop, () => this.#query(sql, call, stop));
  }

  async #query(sql: string, call: Call, stop: () => boolean): Promise<Execution> {
    const connection = this.#connection;
    const { reqId, signal, timeoutMs } = call;
    const startMs = performance.now();
    const value = await connection.request("query", { taos: connection.taos, sql, reqId }, {
      signal,
      timeoutMs,
      reqId,
      what: "waiting for the query",
      errors: { sql },
      onAbandoned: stop,
      onLate: (late) => void this.#rows(late, reqId)?.free(),
    });
    return {
      affectedRows: value.affectedRows,
      durationNs: elapsedNs(startMs),
      reqId,
      rows: this.#rows(value, reqId),
    };
  }

  #rows({ open }: QueryValue, reqId: bigint) {
    if (open === undefined) return null;
    const handle = { open, reqId, isOwn: true, toField: resultField };
    return openRows(this.#connection, this.#codec, handle);
  }
}

/** Asks about the session. */
class NativeSession implements SessionPort {
  readonly #queries: QueryPort;

  constructor(queries: QueryPort) {
    this.#queries = queries;
  }

  /** libtaos answers `select 1` by itself; what databases there are it must ask. */
  async ping(call: Call): Promise<void> {
    const { rows } = await this.#queries.execute("show databases", call);
    rows?.free();
  }
}

interface OpenedServer {
  readonly connection: NativeConnection;
  readonly serverInfo: string;
  readonly url: string;
}

/** Connects to one server. What comes too late is for the caller to close. */
async function openServer(
  runtime: NativeRuntime,
  options: ResolvedOptions,
  server: HostPort,
  signal: AbortSignal,
): Promise<OpenedServer> {
  const url = serverUrl(server);
  const { user, password, database, totp, bearerToken, timeZone, applicationName } = options;
  const login = { user, password, database, totp, bearerToken, timeZone, applicationName };
  const place = { host: server.host || undefined, port: server.port };
  const lease = await acquireLibrary(runtime, options);
  try {
    signal.throwIfAborted();
    const ticket = lease.pool.request("connect", { ...login, ...place });
    signal.addEventListener("abort", () => lease.pool.withdraw(ticket), { once: true });
    const { taos, serverInfo } = await ticket.value;
    const reason = "the connection is closed";
    const onClosed = () => options.onEvent({ type: "disconnect", url, reason, expected: true });
    return { connection: new NativeConnection(lease, taos, onClosed), serverInfo, url };
  } catch (error) {
    lease.release();
    throw requestError(error, { context: "connect" });
  }
}

/** The text about the server may be empty in old libraries. */
async function versionOf(serverInfo: string, queries: QueryPort, call: Call): Promise<string> {
  const version = versionIn(serverInfo);
  if (version !== undefined) return version;
  const { rows } = await queries.execute("select server_version()", call);
  const batch = await rows?.next(call);
  rows?.free();
  return String(batch?.column(0).get(0) ?? "");
}

/**
 * Connects through libtaos to the first server that answers; without a host taos.cfg decides.
 *
 * @throws {LoadError} when libtaos cannot be loaded.
 * @throws {InterfaceError} when libtaos is configured otherwise already, or lacks a function.
 * @throws {ConnectionError} when no server can be reached, or the login is refused.
 */
export async function openNative(
  runtime: NativeRuntime,
  options: ResolvedOptions,
  codec: Codec,
): Promise<Transport> {
  requireNative(options);
  const hosts = serversOf(options);
  const { connection, serverInfo, url } = await openFirstHost<OpenedServer>(
    { ...options, hosts },
    {
      hostUrl: (index) => serverUrl(hosts[index]),
      open: (index, signal) => openServer(runtime, options, hosts[index]!, signal),
      close: (late) => void late.connection.close(),
    },
  );
  const nextReqId = requestIds();
  const query = new NativeQueries(connection, codec);
  try {
    const { signal, connectTimeoutMs: timeoutMs } = options;
    const serverVersion = await versionOf(serverInfo, query, {
      reqId: nextReqId(),
      signal,
      timeoutMs,
    });
    options.onEvent({ type: "connect", transport: runtime.kind, url, serverVersion });
    return {
      kind: runtime.kind,
      serverVersion,
      compression: false,
      query,
      session: new NativeSession(query),
      statements: new NativeStatements(connection, codec),
      schemaless: new NativeSchemaless(connection),
      nextReqId,
      stop: (reqId) => connection.stop(reqId),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
