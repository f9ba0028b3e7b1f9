/**
 * Prepared statements as the caller sees them.
 *
 * @module
 */
import { DatabaseError, InterfaceError, StatementError } from "../errors.ts";
import { Gate } from "../internal/gate.ts";
import type { Query, QueryOptions } from "../query.ts";
import type { SqlValue } from "../sql/param.ts";
import type { Call, Execution, PreparedStatement } from "../transports/transport.ts";
import type { Field, ValueOptions } from "../types.ts";
import type { ChosenOptions, Row } from "../value_modes.ts";
import { BoundTables, type TableData } from "./bound_tables.ts";
import type { ExecuteOptions, InsertResult, StatementContext } from "./context.ts";
import { encodeBindRequest } from "./encode.ts";
import { executeParts } from "./execute_parts.ts";
import {
  chooseColumns,
  groupPlaceholders,
  type Placeholders,
  readUnknownInsert,
} from "./placeholders.ts";
import { HeldRows } from "./held_rows.ts";
import { RowBuffer } from "./row_buffer.ts";
import { selectRequest } from "./select_params.ts";

/**
 * A statement prepared on the server. Bound data is checked at once, kept until `execute` succeeds, and dropped by
 * `reset`. After a failed execute the statement is prepared anew by the next one.
 *
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function load(url: string) {
 *   await using db = await connect(url);
 *   await using insert = await db.prepare("insert into ? using meters tags(?) values(?, ?)");
 *   insert.bind({ name: "d1", tags: [7], columns: [[1_700_000_000_000n, 1_700_000_000_001n], [1.5, null]] });
 *   return (await insert.execute()).affectedRows;
 * }
 * ```
 * @typeParam V The connection's value options; the types of rows follow from them.
 */
export class Statement<V extends ValueOptions = ValueOptions> implements AsyncDisposable {
  /** Whether it is an INSERT. */
  readonly isInsert: boolean;
  readonly #context: StatementContext;
  readonly #sql: string;
  /** The statement on the server; undefined after a failure. */
  #prepared: PreparedStatement | undefined;
  #placeholders: Placeholders | undefined;
  #parameterCount: number;
  #bound: BoundTables | undefined;
  #buffer: RowBuffer | undefined;
  /** Data bound before the columns of its table are known. */
  #early: TableData[] = [];
  #closed = false;
  /** Of the session when the statement was prepared: its names mean tables of that database. */
  readonly #generation: number;
  /** One execution at a time, and none while a result is being read. */
  readonly #turn = new Gate();

  /** Use `connection.prepare()` instead. */
  constructor(context: StatementContext, sql: string, prepared: PreparedStatement) {
    this.#context = context;
    this.#sql = sql;
    this.#prepared = prepared;
    this.#generation = context.generation();
    this.isInsert = prepared.isInsert;
    this.#parameterCount = prepared.parameterCount;
    if (prepared.placeholders !== null) {
      this.#know(groupPlaceholders(prepared.placeholders, context.port));
    }
  }

  /**
   * The placeholders of an INSERT in the order of the SQL; empty for a SELECT, whose parameters have no declared type.
   * Those of `insert into ? values(…)` are known once an `execute` has learnt of its first table.
   */
  get parameters(): Field[] {
    return this.#placeholders?.all.map(({ field }) => field) ?? [];
  }

  /** Number of placeholders; see `parameters` for `insert into ? values(…)`. */
  get parameterCount(): number {
    return this.#parameterCount;
  }

  /**
   * Binds rows of one table, column by column. May be called for many tables, and again for the same one.
   *
   * @param table The table's name and tags where the statement has placeholders for them, and its columns.
   * @returns This statement.
   * @throws {InterfaceError} naming column and row of a value that does not fit; nothing of this call is bound then.
   */
  bind(table: TableData): this {
    this.#requireInsert("bind");
    if (this.#bound === undefined) this.#early.push(requireName(table));
    else this.#bound.add(table);
    return this;
  }

  /**
   * Binds one row.
   *
   * @param row Values in the order of the placeholders, or by their names (`tbname` is the table's).
   * @returns This statement.
   * @throws {InterfaceError} naming the value that does not fit; rows are counted from 0 since the last `execute`.
   */
  bindRow(row: readonly unknown[] | Readonly<Record<string, unknown>>): this {
    this.#requireInsert("bindRow");
    if (this.#buffer === undefined) {
      throw new InterfaceError(
        "bindRow needs an INSERT that names its table or has USING: bind by columns instead",
      );
    }
    this.#buffer.add(row);
    return this;
  }

  /**
   * Writes what is bound, and drops it when that has succeeded.
   *
   * @param options Limits of the call, and who is told of each of its requests.
   * @returns Rows and tables written.
   * @throws {StatementError} when the server refuses it; what is bound stays bound.
   */
  async execute(options: ExecuteOptions = {}): Promise<InsertResult> {
    this.#requireInsert("execute");
    const call = this.#context.call(options);
    const { ended } = this.#context;
    const limits = { ...call, ended, what: "an earlier execute of this statement" };
    return await this.#turn.alone(limits, () => this.#insert(call, options));
  }

  /**
   * Runs a SELECT with parameters and options.
   *
   * @typeParam R Type of a row. Default: what follows from the value options, the query's over the connection's.
   * @typeParam Own Value options of this query.
   * @param params One value a placeholder.
   * @param options Limits of the call, and how cells look.
   * @returns The query; it starts on first use, after the statement's earlier results have been read or left.
   */
  query<
    R extends Row<ChosenOptions<V, Own>>,
    const Own extends ValueOptions = Record<never, never>,
  >(
    params: readonly SqlValue[],
    options: QueryOptions<Own> | undefined,
  ): Query<R>;
  /**
   * Runs a SELECT with parameters.
   *
   * @typeParam R Type of a row. Default: what follows from the value options.
   * @param params One value a placeholder.
   * @param options Limits of the call, and how cells look.
   * @returns The query; it starts on first use, after the statement's earlier results have been read or left.
   */
  query<R = Row<V>>(params: readonly SqlValue[], options?: QueryOptions): Query<R>;
  /**
   * Runs a SELECT.
   *
   * @param params One value a placeholder.
   * @param options Limits of the call, and how cells look.
   * @returns The query.
   */
  query(params: readonly SqlValue[], options?: QueryOptions): Query<unknown> {
    if (this.isInsert) throw new InterfaceError("query() is for SELECT: use execute()");
    return this.#context.query((call) => this.#select(params, call), options);
  }

  /** Drops what is bound. */
  reset(): void {
    this.#bound?.clear();
    this.#buffer?.clear();
    this.#early = [];
  }

  /** Closes the statement on the server. Later calls reject with `InterfaceError`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.reset();
    await this.#prepared?.close();
  }

  /** Closes the statement. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireInsert(method: string): void {
    if (this.#closed) throw new InterfaceError("the statement is closed");
    if (!this.isInsert) throw new InterfaceError(`${method}() is for INSERT: use query()`);
  }

  #know(placeholders: Placeholders, early: readonly TableData[] = []): void {
    if (placeholders.columns.length === 0) {
      throw new InterfaceError("the INSERT has no ? among its values, and so no rows: use exec()");
    }
    const bound = new BoundTables(placeholders, this.#context.codec);
    for (const data of early) bound.add(data);
    this.#bound = bound;
    this.#placeholders = placeholders;
    this.#parameterCount = placeholders.all.length;
    this.#buffer = new RowBuffer(placeholders, this.#context.codec);
  }

  async #insert(call: Call, { onPart }: ExecuteOptions): Promise<InsertResult> {
    return await this.#context.shared(call, async () => {
      if (this.#bound === undefined) await this.#learn(call);
      const bound = this.#bound!;
      this.#buffer!.drain((table) => bound.add(table));
      const { tags, columns } = this.#placeholders!;
      const placeholders = [...tags, ...columns];
      const tables = bound.tableCount;
      if (tables === 0) throw new InterfaceError("nothing is bound");
      let isWritten = false;
      try {
        const frames = bound.take().map((request) =>
          encodeBindRequest(request, placeholders, this.#context.codec)
        );
        const statement = await this.#ensure(call);
        const result = await this.#guard(() => executeParts(statement, frames, call, onPart));
        isWritten = true;
        return { ...result, tables };
      } finally {
        bound.settle(isWritten);
      }
    });
  }

  /** Learns the columns of `insert into ? values(…)` from the first table bound. */
  async #learn(call: Call): Promise<void> {
    const [first] = this.#early;
    if (first?.name === undefined) throw new InterfaceError("nothing is bound");
    const insert = readUnknownInsert(this.#sql);
    const known = await this.#context.describe(first.name, call).catch(rethrowAsStatementError);
    const columns = chooseColumns(insert, known);
    const field: Field = { name: "tbname", type: "VARCHAR", typeCode: 8, length: 0 };
    const table = { field, role: "table" as const, precision: null };
    this.#know(groupPlaceholders([table, ...columns], this.#context.port), this.#early);
    this.#early = [];
  }

  async #select(params: readonly SqlValue[], call: Call): Promise<Execution> {
    if (this.#closed) throw new InterfaceError("the statement is closed");
    if (params.length !== this.#parameterCount) {
      throw new InterfaceError(
        `${params.length} parameters were given for ${this.#parameterCount} placeholders`,
      );
    }
    const frame = encodeBindRequest(
      selectRequest(params, this.#context.codec),
      [],
      this.#context.codec,
    );
    const { ended } = this.#context;
    const what = "an earlier result of this statement to be read to its end";
    const limits = { ...call, ended, what };
    return await this.#turn.hold(limits, async (leave) => {
      const execution = await this.#context.shared(call, async () => {
        const statement = await this.#ensure(call);
        return await this.#guard(() => statement.execute(frame, call));
      });
      if (execution.rows === null) leave();
      return { ...execution, rows: execution.rows && new HeldRows(execution.rows, leave) };
    });
  }

  async #ensure(call: Call): Promise<PreparedStatement> {
    // It may have been closed while this call waited for its turn.
    if (this.#closed) throw new InterfaceError("the statement is closed");
    if (this.#context.generation() !== this.#generation) {
      throw new InterfaceError("use() has changed the database since: prepare the statement again");
    }
    return this.#prepared ??= await this.#context.port.prepare(this.#sql, call, "statement");
  }

  /** After a failure the server repeats the old error for ever (protocol.md §12.14), so the statement is given up. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const broken = this.#prepared;
      this.#prepared = undefined;
      void broken?.close();
      throw error;
    }
  }
}

/** What the server refuses inside of a statement is a {@linkcode StatementError}, whatever request it was. */
function rethrowAsStatementError(error: unknown): never {
  throw error instanceof DatabaseError ? new StatementError(error.message, error) : error;
}

function requireName(table: TableData): TableData {
  if (table.name !== undefined) return table;
  throw new InterfaceError("bind needs the name of the table");
}
