/**
 * The REST transport: taosAdapter's HTTP endpoints over `fetch` (protocol.md §1), in any runtime.
 *
 * Each request is a session of its own on the server. What a connection keeps is kept here: the current database goes
 * into the path of every request, the time zone and the application's name into its query. USE is carried out once, to
 * see that the database is there, and then remembered; other statements that change a session (`set`, `alter local`)
 * end with their request.
 *
 * With the `timeZone` option the server prints instants with an offset that has no seconds: instants before a zone
 * had standard time come out up to a minute off. Over WebSocket they are exact.
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import { safeUrl } from "../../dsn.ts";
import { UnsupportedError } from "../../errors.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedOptions } from "../../options.ts";
import { id } from "../../sql/template.ts";
import type { Call, SessionPort, Transport } from "../transport.ts";
import { credentialsOf } from "./auth.ts";
import { Endpoint } from "./endpoint.ts";
import { RestSchemaless } from "./ingest.ts";
import { RestQueries } from "./queries.ts";

/** First server version that does not ignore `conn_tz` and `app`. */
const sessionOptionsVersion = "3.3.5.0";

/** Asks for a sign of life; the request goes through to the database, and so shows that the login still holds. */
class RestSession implements SessionPort {
  readonly #queries: RestQueries;

  constructor(queries: RestQueries) {
    this.#queries = queries;
  }

  async ping(call: Call): Promise<void> {
    const { rows } = await this.#queries.execute("select 1", call);
    rows?.free();
  }
}

async function readVersion(queries: RestQueries, call: Call): Promise<string> {
  const { rows } = await queries.execute("select server_version()", call, "connect");
  const batch = await rows?.next(call);
  rows?.free();
  return String(batch?.column(0).get(0) ?? "");
}

/** An option that an old server ignores in silence is refused instead. */
function requireOptions(version: string, { timeZone, applicationName }: ResolvedOptions): void {
  if (isAtLeast(version, sessionOptionsVersion)) return;
  for (const [name, value] of Object.entries({ timeZone, applicationName })) {
    if (value === undefined) continue;
    throw new UnsupportedError(
      `the ${name} option: needs a server of version ${sessionOptionsVersion}; this one is ${version}`,
    );
  }
}

/**
 * Whether bodies come compressed. A page of another origin is not shown the header: there it is what was asked for, as
 * far as the runtime lets a client ask (browsers do not).
 */
function isCompressed(headers: Headers | undefined, options: ResolvedOptions): boolean {
  const encoding = headers?.get("content-encoding");
  if (encoding) return encoding !== "identity";
  const asked = new Request("http://localhost", { headers: { "accept-encoding": "identity" } });
  return options.compression || !asked.headers.has("accept-encoding");
}

/** A host's URL without secrets. */
function hostUrl({ secure, hosts }: ResolvedOptions, hostIndex: number): string {
  return safeUrl(secure ? "https" : "http", hosts[hostIndex]);
}

async function openHost(
  options: ResolvedOptions,
  codec: Codec,
  hostIndex: number,
  signal: AbortSignal,
): Promise<Transport> {
  const url = hostUrl(options, hostIndex);
  const { compression, fetch, database } = options;
  const endpoint = new Endpoint({
    url,
    credentials: await credentialsOf(options),
    compression,
    fetch,
  });
  const nextReqId = requestIds();
  const call = (): Call => ({ reqId: nextReqId(), signal, timeoutMs: 0 });
  const queries = new RestQueries(endpoint, codec, options);
  const serverVersion = await readVersion(queries, call());
  requireOptions(serverVersion, options);
  if (database !== undefined) await queries.execute(`use ${id(database).text}`, call(), "connect");
  options.onEvent({ type: "connect", transport: "fetch", url, serverVersion });
  return {
    kind: "fetch",
    serverVersion,
    compression: isCompressed(queries.headers, options),
    query: queries,
    session: new RestSession(queries),
    schemaless: new RestSchemaless(endpoint, queries, { ...options, serverVersion }),
    nextReqId,
    close: () => {
      endpoint.close();
      options.onEvent({
        type: "disconnect",
        url,
        reason: "the connection is closed",
        expected: true,
      });
      return Promise.resolve();
    },
  };
}

/**
 * Connects to the first host that answers, in the order of the URL; the time limit is for each host. The login is
 * checked, and the database's presence.
 *
 * @throws {ConnectionError} when no host can be reached, naming each with its reason, or the login is refused.
 */
export function open(options: ResolvedOptions, codec: Codec): Promise<Transport> {
  return openFirstHost(options, {
    hostUrl: (i) => hostUrl(options, i),
    open: (i, signal) => openHost(options, codec, i, signal),
    close: (late) => void late.close(),
  });
}
