/**
 * The ports: what a transport offers to the rest of the client. A transport that lacks an optional port cannot do
 * that part of the work, and {@linkcode requirePort} says so.
 *
 * @module
 */
import type { ColumnBatch } from "../batch.ts";
import { UnsupportedError } from "../errors.ts";
import type { Field, Precision } from "../types.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";

/** The transports by name, as `connection.transport` tells them. */
export type TransportKind = "websocket" | "fetch" | "deno-ffi" | "bun-ffi";

/** One call's identity and limits, resolved from `RequestOptions`. */
export interface Call {
  /** Request id, sent to the server. */
  readonly reqId: bigint;
  /** Aborts the wait with `signal.reason`. */
  readonly signal: AbortSignal | undefined;
  /** Limit of each wait for the server, in milliseconds; 0 = none. */
  readonly timeoutMs: number;
  /** How batches show cells; the documented defaults without it. */
  readonly values?: ResolvedValueOptions;
}

/** The rows of a result, pulled batch by batch. */
export interface RowSource {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  /** The next batch, or null at the end. At most one call at a time. After an error the source is freed. */
  next(call: Call): Promise<ColumnBatch | null>;
  /**
   * Frees what the server holds. May be called at any time and more than once; a call under way is let go.
   *
   * @returns A promise when the server is not done with the rows yet; it is when that resolves. It never rejects.
   */
  free(): void | Promise<void>;
}

/** What a statement did. */
export interface Execution {
  readonly affectedRows: number;
  /** Time the server took, in nanoseconds; over REST known when the rows have been read. */
  readonly durationNs: bigint;
  readonly reqId: bigint;
  /** The result's rows; null when the statement gives no columns. The receiver must drain or free them. */
  readonly rows: RowSource | null;
}

/** A placeholder of a prepared INSERT. */
export interface Placeholder {
  readonly field: Field;
  /** What the placeholder stands for. */
  readonly role: "column" | "tag" | "table";
  /** Precision of the database, for TIMESTAMP; null otherwise. */
  readonly precision: Precision | null;
}

/** A statement prepared on the server. */
export interface PreparedStatement {
  readonly isInsert: boolean;
  /** Placeholders of an INSERT in their order in the SQL; null for a query, and for an INSERT whose table is a `?`. */
  readonly placeholders: readonly Placeholder[] | null;
  /** Number of `?`; for an INSERT whose table is a `?`, 0. */
  readonly parameterCount: number;
  /** Sends one bind request (wasm/codec `stmt2::request`; its head is filled in here) and executes it. */
  execute(frame: Uint8Array, call: Call): Promise<Execution>;
  /** Closes the statement on the server. Never rejects. */
  close(): Promise<void>;
  /**
   * Resolves when, after `close`, nothing that was sent for the statement will be carried out any more. Never rejects.
   * Absent where `close` waits for that.
   */
  ended?(): Promise<void>;
}

/** Runs SQL text. */
export interface QueryPort {
  execute(sql: string, call: Call): Promise<Execution>;
}

/** Prepares statements. */
export interface StatementPort {
  /** Errors of the statement are `StatementError`, or classed by their code, as `errors` says. */
  prepare(sql: string, call: Call, errors: "statement" | "code"): Promise<PreparedStatement>;
  /** Throws `UnsupportedError` when the server cannot bind this type. */
  requireType(typeCode: number): void;
}

/** The text formats of schemaless writing. */
export type LineProtocol = "line" | "telnet" | "json";

/** Units of the times in the line protocol. */
export type LinePrecision = "h" | "m" | "s" | "ms" | "us" | "ns";

/** Text to be written. */
export interface LineRequest {
  readonly protocol: LineProtocol;
  /** Unit of the times; undefined where the format tells it itself. */
  readonly precision: LinePrecision | undefined;
  /** Days that tables made by this request live; undefined = for ever. */
  readonly ttlDays: number | undefined;
  /** Tag whose value is the child table's name. */
  readonly tableNameKey: string | undefined;
  /** Lines joined by line feeds, or JSON. */
  readonly data: string;
  /** The line that a message of the server's complains of. */
  lineOf(message: string): string | undefined;
}

/** What was written: all of the text. */
export interface LineExecution {
  /** Rows the server counted; undefined when it does not tell. */
  readonly affectedRows: number | undefined;
  /** Lines the server counted; undefined when it does not tell. */
  readonly totalRows: number | undefined;
}

/** Writes schemaless text. Failures are `SchemalessError`. */
export interface SchemalessPort {
  write(request: LineRequest, call: Call): Promise<LineExecution>;
}

/** The connection itself. */
export interface SessionPort {
  /** Resolves when the server has answered. */
  ping(call: Call): Promise<void>;
}

/** A live connection to a server. */
export interface Transport {
  readonly kind: TransportKind;
  /** Version text of the server, such as `3.3.7.5`. */
  readonly serverVersion: string;
  /** Whether messages are compressed. */
  readonly compression: boolean;
  readonly query: QueryPort;
  readonly session: SessionPort;
  readonly statements?: StatementPort;
  readonly schemaless?: SchemalessPort;
  /** Ends the query with this request id at once; false when that cannot be. Absent where no query can be ended. */
  readonly stop?: (reqId: bigint) => boolean;
  /** Aborts with a `ConnectionError` when the connection is gone. Absent where only a request finds that out. */
  readonly ended?: AbortSignal;
  /** A request id that no request in flight has. */
  nextReqId(): bigint;
  /** Closes the connection; requests under way reject with `ConnectionError`. Resolves when it is closed. */
  close(): Promise<void>;
}

/** Ports that not every transport has. */
export type OptionalPort = "statements" | "schemaless";

const portNames: Record<OptionalPort, string> = {
  statements: "prepared statements, and no insert() and writer(), which are made of them",
  schemaless: "schemaless writing",
};

/** The port, or an {@linkcode UnsupportedError} that names the transport and one that has it. */
export function requirePort<K extends OptionalPort>(
  transport: Transport,
  name: K,
): NonNullable<Transport[K]> {
  const port = transport[name];
  if (port === undefined) {
    throw new UnsupportedError(
      `${transport.kind === "fetch" ? "REST" : transport.kind} has no ${
        portNames[name]
      }; a ws: URL has`,
    );
  }
  return port as NonNullable<Transport[K]>;
}
