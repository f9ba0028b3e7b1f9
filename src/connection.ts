/**
 * A connection: queries, statements and inserts over one transport.
 *
 * @module
 */
import { withDeadline } from "./internal/abort.ts";
import type { Query, QueryOptions } from "./query.ts";
import type { Point } from "./schemaless/point.ts";
import {
  type LineOptions,
  lineRequest,
  type LineResult,
  lineResult,
  type LineText,
  type PointOptions,
} from "./schemaless/write_lines.ts";
import type { Session } from "./session.ts";
import type { SqlValue } from "./sql/param.ts";
import { fragment, id, type TemplateValue } from "./sql/template.ts";
import type { ExecResult, InsertResult } from "./statements/context.ts";
import type { InsertOptions } from "./statements/insert.ts";
import type { InsertData } from "./statements/insert_data.ts";
import type { TableName } from "./statements/insert_sql.ts";
import { Statement } from "./statements/statement.ts";
import { requirePort, type TransportKind } from "./transports/transport.ts";
import type { RequestOptions, ValueOptions } from "./types.ts";
import type { ChosenOptions, Row } from "./value_modes.ts";
import { Writer } from "./writer/writer.ts";
import { checkWait, type WaitOptions, type WriterOptions } from "./writer/writer_options.ts";

/**
 * A connection to a server, made by `connect()`. Requests may be made side by side; they share one session.
 *
 * @typeParam V The value options the connection was opened with; the types of rows follow from them.
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function newest(url: string) {
 *   await using db = await connect(url);
 *   return await db.sql`select last_row(*) from weather where city = ${"Seattle"}`.first();
 * }
 * ```
 */
export class Connection<V extends ValueOptions = ValueOptions> implements AsyncDisposable {
  /** The transport in use. */
  readonly transport: TransportKind;
  /** Why this transport and not another. */
  readonly transportReason: string;
  /** Version text of the server, such as `3.3.7.5`. */
  readonly serverVersion: string;
  /** Whether messages are compressed. */
  readonly compression: boolean;
  readonly #session: Session;
  /** Writers that may hold rows. */
  readonly #writers = new Set<Writer>();

  /** Use `connect()` instead. */
  constructor(session: Session, transportReason: string) {
    const { kind, serverVersion, compression } = session.transport;
    this.#session = session;
    this.transport = kind;
    this.transportReason = transportReason;
    this.serverVersion = serverVersion;
    this.compression = compression;
  }

  /**
   * Makes a query with options. It runs when it is awaited, iterated or read in another way.
   *
   * @typeParam R Type of a row. Default: what follows from the value options, the query's over the connection's.
   * @typeParam Own Value options of this query.
   * @param sql The statement; `?` stands for a value.
   * @param params One value a placeholder.
   * @param options Limits of the request, and how cells look.
   * @returns The query, to be read once.
   */
  query<
    R extends Row<ChosenOptions<V, Own>>,
    const Own extends ValueOptions = Record<never, never>,
  >(
    sql: string,
    params: readonly SqlValue[],
    options: QueryOptions<Own> | undefined,
  ): Query<R>;
  /**
   * Makes a query. It runs when it is awaited, iterated or read in another way.
   *
   * @typeParam R Type of a row. Default: what follows from the value options.
   * @param sql The statement; `?` stands for a value.
   * @param params One value a placeholder.
   * @param options Limits of the request, and how cells look.
   * @returns The query, to be read once.
   */
  query<R = Row<V>>(
    sql: string,
    params?: readonly SqlValue[],
    options?: QueryOptions,
  ): Query<R>;
  /**
   * Makes a query.
   *
   * @param sql The statement.
   * @param params One value a placeholder.
   * @param options Limits of the request, and how cells look.
   * @returns The query, to be read once.
   */
  query(
    sql: string,
    params: readonly SqlValue[] = [],
    options?: QueryOptions,
  ): Query<unknown> {
    return this.#session.query((call) => this.#session.run(sql, params, call), options, sql);
  }

  /**
   * Makes a query from a template: values become parameters, `id()` quotes names, fragments nest.
   *
   * @typeParam R Type of a row.
   * @param strings The template's texts.
   * @param values Values, names and fragments in it.
   * @returns The query, to be read once.
   */
  sql<R = Row<V>>(strings: TemplateStringsArray, ...values: TemplateValue[]): Query<R> {
    const { text, params } = fragment(strings, ...values);
    return this.query<R>(text, params);
  }

  /**
   * Runs any statement for its effect; a result is freed unread.
   *
   * @param sql The statement; `?` stands for a value.
   * @param params One value a placeholder.
   * @param options Limits of the request.
   * @returns Rows written, the server's time, and the request id.
   * @throws {DatabaseError} when the server refuses it; its class and code say why.
   */
  async exec(
    sql: string,
    params: readonly SqlValue[] = [],
    options?: RequestOptions,
  ): Promise<ExecResult> {
    const { affectedRows, durationNs, reqId, rows } = await this.#session.run(
      sql,
      params,
      this.#session.call(options),
    );
    rows?.free();
    return { affectedRows, durationNs, reqId };
  }

  /**
   * Prepares an INSERT, or a SELECT with parameters.
   *
   * @param sql The statement.
   * @param options Limits of the request.
   * @returns The statement, to be closed.
   * @throws {StatementError} when the server cannot prepare it.
   * @throws {InterfaceError} for an INSERT without a `?` among its values.
   */
  async prepare(sql: string, options?: RequestOptions): Promise<Statement<V>> {
    const { context } = this.#session.statements();
    const call = this.#session.call(options);
    const prepared = await this.#session.shared(
      call,
      () => context.port.prepare(sql, call, "statement"),
    );
    try {
      return new Statement<V>(context, sql, prepared);
    } catch (error) {
      void prepared.close();
      throw error;
    }
  }

  /**
   * Writes columns, rows or a batch. All values are checked before anything is sent; rows that can only be iterated are
   * checked, and sent, 16 384 at a time.
   *
   * @param table The table: one name taken as it is, or `id("database", "table")`. With a `tbname` column in the data
   * it is the super table whose children the rows go to.
   * @param data Columns by name, rows, or a batch; or anything that iterates rows or batches.
   * @param options `using` and `tags` create the table; limits of the request. An abort rejects with `signal.reason`,
   * which cannot tell that parts sent before stay written: `onPart` does. Every other failure tells in its `outcome`
   * and `hint`.
   * @returns Rows and tables written, and the number of requests it took.
   * @throws {InterfaceError} naming column and row of a value that does not fit; nothing is sent then.
   */
  async insert(
    table: TableName,
    data: InsertData,
    options: InsertOptions = {},
  ): Promise<InsertResult> {
    return await this.#session.statements().inserter.insert(table, data, options);
  }

  /**
   * Makes a writer, which gathers rows and writes them in batches.
   *
   * @param options Where the rows go, the size of batches, and how many rows are held.
   * @returns The writer, to be closed.
   */
  writer(options: WriterOptions): Writer {
    const { context, inserter } = this.#session.statements();
    const writer: Writer = new Writer(options, {
      context,
      inserter,
      onClosed: () => this.#writers.delete(writer),
    });
    this.#writers.add(writer);
    return writer;
  }

  /**
   * Writes schemaless text: InfluxDB line protocol, OpenTSDB telnet lines, or OpenTSDB JSON. The server creates super
   * tables, columns and child tables as it needs them, in the current database. Nothing to write = no request.
   *
   * @param lines One text of any number of lines, or a list of lines; JSON texts and objects make one array.
   * @param options The format, unit and limits of the request.
   * @returns Rows written, lines in the request, and the request id.
   * @throws {SchemalessError} when the server refuses it, with the offending line where the server tells it.
   */
  writeLines(lines: LineText, options: LineOptions): Promise<LineResult>;
  /**
   * Writes points of `line`, `telnet` or `json`, all of one format.
   *
   * @param points The points.
   * @param options Limits of the request.
   * @returns Rows written, points in the request, and the request id.
   * @throws {InterfaceError} naming the point and the tag or field that the format cannot express; nothing is sent.
   * @throws {SchemalessError} when the server refuses it, with the offending line where the server tells it.
   */
  writeLines(points: Point | readonly Point[], options?: PointOptions): Promise<LineResult>;
  /**
   * Writes schemaless text or points.
   *
   * @param lines Text, or points.
   * @param options Format of text, and limits of the request.
   * @returns What was written.
   */
  async writeLines(
    lines: LineText | Point | readonly Point[],
    options: PointOptions | LineOptions = {},
  ): Promise<LineResult> {
    const { transport, codec } = this.#session;
    const port = requirePort(transport, "schemaless");
    const call = this.#session.call(options);
    const request = lineRequest(lines, options, codec);
    if (request === null) return { affectedRows: 0, totalRows: 0, reqId: call.reqId };
    const done = await this.#session.shared(call, () => port.write(request, call));
    return lineResult(request, done, call.reqId);
  }

  /**
   * Changes the current database of all requests to come. Waits for requests in flight and holds back later ones.
   *
   * @param database The database's name, taken as it is.
   * @param options Limits of the request.
   */
  async use(database: string, options?: RequestOptions): Promise<void> {
    const call = this.#session.call(options);
    await this.#session.change(`use ${id(database).text}`, call);
  }

  /**
   * Asks for the current database.
   *
   * @param options Limits of the request.
   * @returns Its name; null when there is none.
   */
  async currentDatabase(options?: RequestOptions): Promise<string | null> {
    return await this.query("select database()", [], options).value<string>() || null;
  }

  /**
   * Asks the server for a sign of life.
   *
   * @param options Limits of the request.
   * @returns The round trip in milliseconds.
   */
  async ping(options?: RequestOptions): Promise<number> {
    const start = performance.now();
    await this.#session.transport.session.ping(this.#session.call(options));
    return performance.now() - start;
  }

  /**
   * Closes the connection, its writers first. Requests in flight, and later ones, reject with `ConnectionError`.
   *
   * @param options Limits of the wait for the writers; none by default, because each of their requests has its own.
   * @throws {WriteError} when a writer that was still open could not write its rows; the connection is closed then too.
   * @throws {TimeoutError} when the writers were not done in time; what they still held their own `close()` tells.
   */
  async close(options: WaitOptions = {}): Promise<void> {
    checkWait(options);
    const closing = Promise.allSettled([...this.#writers].map((writer) => writer.close()));
    try {
      const limits = { ...options, what: "the connection's writers" };
      const writers = await withDeadline(limits, () => closing);
      const failed = writers.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    } finally {
      await this.#session.close();
    }
  }

  /** Closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
