/**
 * A query: started on first use, read once, freed when left early.
 *
 * @module
 */
import type { ColumnBatch } from "./batch.ts";
import type { CellFormats } from "./column.ts";
import { InterfaceError } from "./errors.ts";
import { followSignal } from "./internal/abort.ts";
import { type CallSite, fromCaller } from "./internal/call_site.ts";
import { Result } from "./result.ts";
import type { Call, Execution, RowSource } from "./transports/transport.ts";
import type { Field, Precision, RequestOptions, ValueOptions } from "./types.ts";
import type { ResolvedValueOptions } from "./value_modes.ts";

/**
 * Options of one query. An abort or a time limit ends the wait. It stops the query only in native mode, while its rows are
 * fetched or when nothing else runs on the connection; elsewhere it goes on at the server, where `cancel({ kill: true })`
 * ends it.
 *
 * @typeParam Own The query's own value options; the types of its rows follow from them.
 */
export interface QueryOptions<Own extends ValueOptions = ValueOptions> extends RequestOptions {
  /** How this query's cells look in rows, over the connection's own `values`. */
  values?: Own;
}

/** What a query needs of its connection. */
export interface QueryRunner {
  /** Resolves the limits of the call; throws when they are wrong. */
  call(signal: AbortSignal): Call;
  /** Makes texts of cells. */
  readonly formats: CellFormats;
  /** Sends the statement. */
  execute(call: Call): Promise<Execution>;
  /** Ends the statement at once where the transport can; false when it goes on. */
  stop?(call: Call): boolean;
  /** Kills the statement, sent at `startMs` by `performance.now()`; false when it was not found running. */
  kill(call: Call, startMs: number): Promise<boolean>;
  /** How cells look in rows. */
  readonly values: ResolvedValueOptions;
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  /** Where the query was made: not all engines know who awaits it. */
  readonly site: CallSite;
}

interface Started {
  readonly call: Call;
  readonly startMs: number;
  readonly execution: Promise<Execution>;
}

/**
 * A statement that runs when it is first used: awaited for the whole result, iterated for rows one by one, or read by
 * batches. It can be read once; a second use rejects with `InterfaceError`, because a result cannot be read twice. A
 * query that is not used does not run (use `exec()` for effects). Leaving a loop early frees the result on the server.
 *
 * @typeParam R Type of a row.
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function hottest(url: string) {
 *   await using db = await connect(url);
 *   for await (const row of db.query("select * from weather where temperature > ?", [30])) {
 *     console.log(row["ts"], row["temperature"]);
 *   }
 * }
 * ```
 */
export class Query<R> implements PromiseLike<Result<R>>, AsyncIterable<R>, AsyncDisposable {
  readonly #runner: QueryRunner;
  readonly #controller = new AbortController();
  #started: Started | undefined;
  #used = false;
  /** Whether it has been read to its end. */
  #isOver = false;
  /** Lets go of the caller's signal, which may live longer. */
  #letGo: (() => void) | undefined;

  /** Use `connection.query()` or `statement.query()` instead. */
  constructor(runner: QueryRunner) {
    this.#runner = runner;
  }

  /** Reads the whole result. */
  then<A = Result<R>, B = never>(
    onResult?: ((result: Result<R>) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#readAll().then(onResult, onError);
  }

  /** Reads the whole result and handles its failure. */
  catch<B = never>(onError: (error: unknown) => B | PromiseLike<B>): Promise<Result<R> | B> {
    return this.then(undefined, onError);
  }

  /** Reads the whole result and calls back in either case. */
  finally(onEnd: () => void): Promise<Result<R>> {
    return this.#readAll().finally(onEnd);
  }

  /** Reads row by row; rows are built a batch at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    for await (const batch of this.batches()) yield* batch.rows<R>();
  }

  /**
   * Reads batch by batch.
   *
   * @returns The columns as the server sent them, at most about 4096 rows each.
   */
  async *batches(): AsyncGenerator<ColumnBatch, void, undefined> {
    const { call, execution } = this.#use();
    const { rows } = await execution;
    try {
      for (;;) {
        const batch = await this.#next(call, rows);
        if (batch === null) return;
        yield batch;
      }
    } finally {
      this.#end(rows);
    }
  }

  /**
   * Reads batch by batch as a web stream.
   *
   * @returns The stream; its reader's pace is the server's.
   */
  stream(): ReadableStream<ColumnBatch> {
    const batches = this.batches();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await batches.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        // A generator that waits for a batch would return only behind it.
        this.#giveUp();
        await batches.return();
      },
    }, { highWaterMark: 0 });
  }

  /**
   * The columns of the result; empty for a statement without one. Does not read the result, which stays open on the
   * server until it is read or disposed of.
   */
  async fields(): Promise<Field[]> {
    const rows = await this.#opened();
    return [...rows?.fields ?? []];
  }

  /** The precision of the result's timestamps. Does not read the result, as {@linkcode Query.fields}. */
  async precision(): Promise<Precision> {
    const rows = await this.#opened();
    return rows?.precision ?? "ms";
  }

  /** The first row; undefined when there is none. The rest is not fetched. */
  async first(): Promise<R | undefined> {
    for await (const batch of this.batches()) {
      if (batch.rowCount > 0) return batch.rows<R>()[0];
    }
    return undefined;
  }

  /** The first cell of the first row: null when it is NULL, undefined when there is no row. */
  async value<T = unknown>(): Promise<T | null | undefined> {
    for await (const batch of this.batches()) {
      if (batch.rowCount > 0) return batch.column(0).get(0) as T | null;
    }
    return undefined;
  }

  /**
   * Gives the query up. The native transport stops it. WebSocket has no cancel, so the server goes on with it unless
   * `kill` is set: then the query is looked up among the running ones and killed.
   *
   * @param options `kill` to end it on the server as well.
   * @returns `"stopped"` when the query does not run on the server any more, else `"abandoned"`.
   */
  async cancel(options: { kill?: boolean } = {}): Promise<"stopped" | "abandoned"> {
    const started = this.#started;
    this.#used = true;
    if (started === undefined || this.#isOver) return "stopped";
    const isStopped = this.#runner.stop?.(started.call);
    this.#giveUp();
    const ended = isStopped === true || await this.#kill(started, options.kill, isStopped);
    await this.#release(started);
    return ended ? "stopped" : "abandoned";
  }

  /** Frees the result if it is not read to its end; who is still reading it gets an AbortError. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#used = true;
    if (this.#started === undefined || this.#isOver) return;
    this.#giveUp();
    await this.#release(this.#started);
  }

  /** What the transport should have stopped and could not is killed too; that it ends meanwhile is no failure. */
  async #kill({ call, startMs }: Started, isAsked = false, isStopped?: boolean): Promise<boolean> {
    if (isAsked) return await this.#runner.kill(call, startMs);
    return isStopped === false && await this.#runner.kill(call, startMs).catch(() => false);
  }

  #giveUp(): void {
    this.#controller.abort(new DOMException("the query was cancelled", "AbortError"));
  }

  async #release({ execution }: Started): Promise<void> {
    await execution.then(({ rows }) => this.#end(rows), () => {});
  }

  #end(rows: RowSource | null): void {
    this.#letGo?.();
    void rows?.free();
  }

  async #opened(): Promise<RowSource | null> {
    if (this.#used && this.#started === undefined) throw usedUp();
    return (await this.#start().execution).rows;
  }

  /** The next batch; the end of a query that was given up is not the end of its rows. */
  async #next(call: Call, rows: RowSource | null): Promise<ColumnBatch | null> {
    const batch = await this.#fetch(call, rows);
    if (batch !== null) return batch;
    this.#controller.signal.throwIfAborted();
    this.#isOver = true;
    return null;
  }

  #use(): Started {
    if (this.#used) throw usedUp();
    this.#used = true;
    return this.#start();
  }

  #start(): Started {
    if (this.#started === undefined) {
      const call = this.#runner.call(this.#controller.signal);
      this.#letGo = followSignal(this.#controller, this.#runner.signal);
      const startMs = performance.now();
      this.#started = { call, startMs, execution: this.#execute(call) };
    }
    return this.#started;
  }

  async #execute(call: Call): Promise<Execution> {
    try {
      const execution = await this.#runner.execute(call);
      if (execution.rows === null) this.#letGo?.();
      return execution;
    } catch (error) {
      this.#letGo?.();
      throw fromCaller(error, this.#runner.site);
    }
  }

  async #fetch(call: Call, rows: RowSource | null): Promise<ColumnBatch | null> {
    try {
      return await rows?.next(call) ?? null;
    } catch (error) {
      throw fromCaller(error, this.#runner.site);
    }
  }

  async #readAll(): Promise<Result<R>> {
    const { call, execution } = this.#use();
    const done = await execution;
    const { affectedRows, reqId, rows } = done;
    const batches: ColumnBatch[] = [];
    try {
      for (let batch = await this.#next(call, rows); batch; batch = await this.#next(call, rows)) {
        batches.push(batch);
      }
    } finally {
      this.#end(rows);
    }
    const { fields = [], precision = "ms" } = rows ?? {};
    const { values, formats } = this.#runner;
    const context = { precision, values, formats };
    // REST tells the time behind the rows.
    const { durationNs } = done;
    return new Result<R>({ fields, affectedRows, durationNs, reqId }, batches, context);
  }
}

function usedUp(): InterfaceError {
  return new InterfaceError("this query has been used: a result is read once, so query again");
}
