/**
 * The REST transport: taosAdapter's `/rest/sql` over `fetch` (protocol.md §1), in any runtime.
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
import { type ErrorContext, InterfaceError, isTaosError, UnsupportedError } from "../../errors.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedOptions } from "../../options.ts";
import { formatLiteral } from "../../sql/escape.ts";
import { id } from "../../sql/template.ts";
import type { Precision } from "../../types.ts";
import type { Call, Execution, QueryPort, SessionPort, Transport } from "../transport.ts";
import { credentialsOf } from "./auth.ts";
import { Endpoint, type HttpReply } from "./endpoint.ts";
import { answerError } from "./http_errors.ts";
import { readExecution, StatementBody } from "./results.ts";
import { usedDatabase } from "./statement_kind.ts";

/** First server version that does not ignore `conn_tz` and `app`. */
const sessionOptionsVersion = "3.3.5.0";

/** What a server-side session would hold. */
interface SessionState {
  readonly database: string | undefined;
  /** Precision of the database; undefined when the server did not tell. */
  readonly precision: Precision | undefined;
}

/** Runs SQL and keeps the session's state. */
class RestQueries implements QueryPort {
  readonly #endpoint: Endpoint;
  readonly #codec: Codec;
  readonly #options: ResolvedOptions;
  /** Headers of the last answer. */
  headers: Headers | undefined;
  readonly #inFlight = new Set<bigint>();
  #state: SessionState = { database: undefined, precision: undefined };

  constructor(endpoint: Endpoint, codec: Codec, options: ResolvedOptions) {
    this.#endpoint = endpoint;
    this.#codec = codec;
    this.#options = options;
  }

  async execute(sql: string, call: Call, context?: ErrorContext): Promise<Execution> {
    const { reqId } = call;
    if (this.#inFlight.has(reqId)) {
      throw new InterfaceError(`reqId ${reqId} belongs to a request in flight`);
    }
    this.#inFlight.add(reqId);
    try {
      const used = usedDatabase(sql);
      const execution = await this.#run(sql, call, context);
      if (used !== undefined) {
        this.#state = { database: used, precision: await this.#precisionOf(used, call) };
      }
      return execution;
    } finally {
      this.#inFlight.delete(reqId);
    }
  }

  async #run(sql: string, call: Call, context?: ErrorContext): Promise<Execution> {
    const { database, precision = "ms" } = this.#state;
    const { timeZone, applicationName } = this.#options;
    const reply = await this.#endpoint.post({
      path: database === undefined ? "/rest/sql" : `/rest/sql/${encodeURIComponent(database)}`,
      // The server reads a signed number; both ways of writing the highest ids are the same 64 bits.
      query: {
        req_id: String(BigInt.asIntN(64, call.reqId)),
        conn_tz: timeZone,
        app: applicationName,
        timing: "true",
      },
      body: sql,
      what: "a statement",
      ...(context && { context }),
    }, call);
    this.headers = reply.headers;
    const facts = { reqId: call.reqId, sql, ...(context && { context }) };
    const { url } = this.#endpoint;
    if (reply.status !== 200) throw await refusal(reply, url, facts, call);
    const parser = this.#codec.openRest();
    return await readExecution(
      new StatementBody({ reply, parser, facts, url, precision }),
      sql,
      call,
    );
  }

  /** Only a result without any timestamp needs it, so a server that does not tell is no failure. */
  async #precisionOf(database: string, call: Call): Promise<Precision | undefined> {
    const name = formatLiteral(database, 0, this.#codec);
    const sql = `select \`precision\` from information_schema.ins_databases where name = ${name}`;
    try {
      const { rows } = await this.#run(sql, call);
      const batch = await rows?.next(call);
      rows?.free();
      return batch?.column(0).get(0) as Precision | undefined;
    } catch (error) {
      if (!isTaosError(error) || error.kind !== "server") throw error;
      return undefined;
    }
  }
}

async function refusal(
  reply: HttpReply,
  url: string,
  facts: Parameters<typeof answerError>[1],
  call: Call,
): Promise<Error> {
  return answerError({ status: reply.status, text: await reply.text(call), url }, facts);
}

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
