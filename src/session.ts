/**
 * The session that all requests of a connection share: its limits, its current database, and the statements kept for
 * it.
 *
 * @module
 */
import type { Codec } from "./codec/codec.ts";
import { ClientCode, ConnectionError, InterfaceError, TaosError } from "./errors.ts";
import { followSignal } from "./internal/abort.ts";
import { callSite } from "./internal/call_site.ts";
import { Gate } from "./internal/gate.ts";
import { requireTimeout, toReqId } from "./internal/request_limits.ts";
import { killQuery } from "./kill_query.ts";
import { Query, type QueryOptions } from "./query.ts";
import { insertLiterals } from "./sql/escape.ts";
import type { SqlValue } from "./sql/param.ts";
import { commandOf, isPreparable, scanSql } from "./sql/scan.ts";
import type { StatementContext } from "./statements/context.ts";
import { currentDatabase, describeTable } from "./statements/describe_table.ts";
import { Inserter } from "./statements/insert.ts";
import { ParameterRunner } from "./statements/parameters.ts";
import { StatementCache } from "./statements/statement_cache.ts";
import {
  type Call,
  type Execution,
  requirePort,
  type StatementPort,
  type Transport,
} from "./transports/transport.ts";
import type { RequestOptions } from "./types.ts";
import { type ResolvedValueOptions, resolveValueOptions } from "./value_modes.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly transport: Transport;
  readonly codec: Codec;
  readonly values: ResolvedValueOptions;
  readonly requestTimeoutMs: number;
}

/** The parts that need prepared statements. */
interface Prepared {
  readonly cache: StatementCache;
  readonly inserter: Inserter;
  readonly runner: ParameterRunner;
  readonly context: StatementContext;
}

/** One session on a transport. */
export class Session {
  readonly transport: Transport;
  readonly codec: Codec;
  readonly #values: ResolvedValueOptions;
  readonly #requestTimeoutMs: number;
  /** Lets a change of the database run alone. */
  readonly #gate = new Gate();
  /** Ends the waits for what a connection that is gone will never do. */
  readonly #end = new AbortController();
  /** Counts changes of the database. */
  #generation = 0;
  #prepared: Prepared | undefined;

  constructor({ transport, codec, values, requestTimeoutMs }: SessionParts) {
    this.transport = transport;
    this.codec = codec;
    this.#values = values;
    this.#requestTimeoutMs = requestTimeoutMs;
    followSignal(this.#end, transport.ended);
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    const { CONNECTION_CLOSED: code } = ClientCode;
    this.#end.abort(new ConnectionError("the connection is closed", { code }));
    await this.transport.close();
  }

  /** Resolves the limits of a call. */
  call(options: RequestOptions = {}, signal: AbortSignal | undefined = options.signal): Call {
    const { reqId, timeoutMs = this.#requestTimeoutMs } = options;
    requireTimeout(timeoutMs);
    const id = reqId === undefined ? this.transport.nextReqId() : toReqId(reqId);
    return { reqId: id, signal, timeoutMs };
  }

  /** Runs work beside other work, but not while the database changes. */
  shared<T>(call: Call, work: () => Promise<T>): Promise<T> {
    return this.#gate.shared({ ...call, what: "use() before this request" }, work);
  }

  /** A query that runs by `execute`; `sql` is what it is looked up by when it is to be killed. */
  query<R>(
    execute: (call: Call) => Promise<Execution>,
    options: QueryOptions = {},
    sql = "",
  ): Query<R> {
    const { signal } = options;
    const { stop } = this.transport;
    const values = resolveValueOptions(options.values, this.#values);
    return new Query<R>({
      signal,
      site: callSite(this.query),
      values,
      formats: this.codec,
      call: (combined) => ({ ...this.call(options, combined), values }),
      execute,
      ...(stop && { stop: ({ reqId }: Call) => stop(reqId) }),
      kill: ({ reqId }, startMs) => killQuery(this, { reqId, sql, startMs }),
    });
  }

  /** Runs a statement: prepared where it has parameters and the server can, with literals where it cannot. */
  async run(sql: string, params: readonly SqlValue[], call: Call): Promise<Execution> {
    if (typeof sql !== "string" || sql.trim() === "") {
      throw new InterfaceError("the statement is empty");
    }
    if (!Array.isArray(params)) {
      throw new InterfaceError("parameters must be an array; options are the argument behind it");
    }
    if (params.length === 0) {
      return await (commandOf(sql) === "use" ? this.change(sql, call) : this.#execute(sql, call));
    }
    const shape = scanSql(sql);
    if (shape.placeholders.length !== params.length) {
      throw new InterfaceError(
        `${params.length} parameters were given for ${shape.placeholders.length} placeholders`,
      );
    }
    if (this.transport.statements !== undefined && isPreparable(shape)) {
      const { runner } = this.statements();
      return await this.shared(call, () => runner.run(sql, shape, params, call));
    }
    if (shape.tableIsParameter) {
      throw new InterfaceError(
        "parameter 1 is a table, which no literal is: put its name in by id()",
      );
    }
    return await this.#execute(insertLiterals(sql, shape.placeholders, params, this.codec), call);
  }

  /** Runs a statement that changes the database; statements kept from before would go to the old one. */
  async change(sql: string, call: Call): Promise<Execution> {
    const limits = { ...call, what: "requests in flight before use()" };
    return await this.#gate.alone(limits, async () => {
      try {
        const execution = await this.transport.query.execute(sql, call);
        this.#changed();
        return execution;
      } catch (error) {
        // Without an answer the database may have changed all the same.
        const isUnchanged = error instanceof TaosError && error.outcome !== "unknown";
        if (!isUnchanged) this.#changed();
        throw error;
      }
    });
  }

  /** The parts that need prepared statements; throws where the transport has none. */
  statements(): Prepared {
    if (this.#prepared === undefined) {
      const context = this.#context(requirePort(this.transport, "statements"));
      const cache = new StatementCache(context.port);
      const inserter = new Inserter(context, cache);
      this.#prepared = { cache, context, inserter, runner: new ParameterRunner(context, cache) };
    }
    return this.#prepared;
  }

  #changed(): void {
    this.#generation++;
    this.#prepared?.cache.clear();
  }

  #execute(sql: string, call: Call): Promise<Execution> {
    return this.shared(call, () => this.transport.query.execute(sql, call));
  }

  #context(port: StatementPort): StatementContext {
    const { codec, transport } = this;
    const inner = ({ signal, timeoutMs }: Call) => ({
      reqId: transport.nextReqId(),
      signal,
      timeoutMs,
    });
    return {
      codec,
      port,
      ended: this.#end.signal,
      call: (options) => this.call(options),
      shared: (call, work) => this.shared(call, work),
      generation: () => this.#generation,
      describe: (table, call) => describeTable(transport.query, table, inner(call)),
      database: (call) => currentDatabase(transport.query, inner(call)),
      query: (execute, options) => this.query(execute, options),
    };
  }
}
