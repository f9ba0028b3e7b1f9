/**
 * What statements and inserts need of their connection.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import type { Query, QueryOptions } from "../query.ts";
import type { Call, Execution, Placeholder, StatementPort } from "../transports/transport.ts";
import type { RequestOptions } from "../types.ts";

/** A connection, as statements see it. */
export interface StatementContext {
  readonly codec: Codec;
  readonly port: StatementPort;
  /** Aborts when the connection is gone. */
  readonly ended: AbortSignal;
  /** Resolves the limits of a call. */
  call(options: RequestOptions | undefined): Call;
  /** Runs work of the session beside other work, but not while the database changes. */
  shared<T>(call: Call, work: () => Promise<T>): Promise<T>;
  /** Counts changes of the database: a statement prepared before one may mean another table. */
  generation(): number;
  /** The columns of a table, tags left out; `table` is a name as bound. */
  describe(table: string, call: Call): Promise<Placeholder[]>;
  /** The current database; null when there is none. */
  database(call: Call): Promise<string | null>;
  /** A query that runs by `execute`. */
  query<R>(
    execute: (call: Call) => Promise<Execution>,
    options: QueryOptions | undefined,
  ): Query<R>;
}

/** What a statement did. */
export interface ExecResult {
  /** Rows written. */
  readonly affectedRows: number;
  /** Time the server took, in nanoseconds. */
  readonly durationNs: bigint;
  /** Request id that the statement ran with. */
  readonly reqId: bigint;
}

/** What an insert has written so far. */
export interface WrittenParts {
  /** Rows written. */
  readonly affectedRows: number;
  /** Requests that are done. */
  readonly parts: number;
}

/** Options of an insert, which may take several requests. */
export interface ExecuteOptions extends RequestOptions {
  /**
   * Called after each request with what is written by now. A call that is aborted rejects with the signal's reason, which
   * cannot tell: what was told here stays written, and of the request under way nobody knows. What it throws ends the
   * insert.
   */
  onPart?(written: WrittenParts): void;
}

/** What an insert did. */
export interface InsertResult extends ExecResult {
  /** Tables written to. */
  readonly tables: number;
  /** Requests it took. More than one are not atomic together; 0 when there was nothing to write. */
  readonly parts: number;
}
