/**
 * Statements over `/rest/sql`, and what a session on the server would keep for them (protocol.md §1.2).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import { type ErrorContext, InterfaceError, isTaosError } from "../../errors.ts";
import type { ResolvedOptions } from "../../options.ts";
import { formatLiteral } from "../../sql/escape.ts";
import type { Precision } from "../../types.ts";
import type { Call, Execution, QueryPort } from "../transport.ts";
import type { Endpoint, HttpReply } from "./endpoint.ts";
import { answerError } from "./http_errors.ts";
import { readExecution, StatementBody } from "./results.ts";
import { usedDatabase } from "./statement_kind.ts";

/** What a server-side session would hold. */
interface SessionState {
  readonly database: string | undefined;
  /** Precision of the database; undefined when the server did not tell. */
  readonly precision: Precision | undefined;
}

/** Runs SQL and keeps the session's state. */
export class RestQueries implements QueryPort {
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

  /** The current database. */
  get database(): string | undefined {
    return this.#state.database;
  }

  execute(sql: string, call: Call, context?: ErrorContext): Promise<Execution> {
    return this.inFlight(call.reqId, async () => {
      const used = usedDatabase(sql);
      const execution = await this.#run(sql, call, context);
      if (used !== undefined) {
        this.#state = { database: used, precision: await this.#precisionOf(used, call) };
      }
      return execution;
    });
  }

  /** Does work under a request id that no other request in flight has. */
  async inFlight<T>(reqId: bigint, work: () => Promise<T>): Promise<T> {
    if (this.#inFlight.has(reqId)) {
      throw new InterfaceError(`reqId ${reqId} belongs to a request in flight`);
    }
    this.#inFlight.add(reqId);
    try {
      return await work();
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
