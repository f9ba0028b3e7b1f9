/**
 * The seam between the protocol half of the embedded server (server, http, socket, blocks) and its database half
 * (sql/, store): sessions that execute SQL and give rows in TDengine's terms.
 *
 * @module
 */
import type { TopicEngine } from "./tmq/topic_engine.ts";

/** Resolution of a database's timestamps. */
export type Precision = "ms" | "us" | "ns";

/** Version a server has that is given none. */
export const defaultVersion = "3.3.7.5";

/** One column of a result, or one placeholder of an INSERT. Type codes as in protocol.md §3.3. */
export interface EngineField {
  /** Name of the column or placeholder. */
  name: string;
  /** Type code. */
  typeCode: number;
  /** Declared length: bytes (VARCHAR n), characters (NCHAR n), size of fixed types, 4095 JSON, 4194304 BLOB. */
  length: number;
  /** DECIMAL only, else 0. */
  precision: number;
  /** DECIMAL only, else 0. */
  scale: number;
}

/**
 * A cell. BOOL boolean; up to 32-bit integers, FLOAT and DOUBLE number; BIGINT, BIGINT UNSIGNED and TIMESTAMP (ticks)
 * bigint; VARCHAR, VARBINARY, GEOMETRY (WKB) and BLOB bytes; NCHAR and JSON (text) string; DECIMAL the scaled
 * integer as bigint.
 */
export type Cell = null | boolean | number | bigint | string | Uint8Array;

/** A result with columns. */
export interface RowSet {
  /** Tells a result from an update. */
  kind: "rows";
  /** Its columns. */
  fields: EngineField[];
  /** Resolution of its timestamps. */
  precision: Precision;
  /** Blocks of at most 4096 rows, each as one array of cells a column. Leaving the iteration early frees the cursor. */
  blocks: AsyncIterable<Cell[][]>;
}

/** The outcome of a statement without columns. */
export interface Update {
  /** Tells an update from a result. */
  kind: "update";
  /** Number of rows written or deleted. */
  affectedRows: number;
}

/** A placeholder of a prepared INSERT (protocol.md §2.7.1): 1 column, 2 tag, 4 table name. */
export interface Placeholder extends EngineField {
  /** What it stands for. */
  bindType: 1 | 2 | 4;
}

/** The values bound for one table. A value of `undefined` is NONE (leave as it is). */
export interface BoundTable {
  /** Name of the table; null when the SQL names it. */
  name: string | null;
  /** One value a tag placeholder. */
  tags: (Cell | undefined)[];
  /** Column-major: one array a column placeholder. TIMESTAMP ticks or text; NCHAR, JSON and DECIMAL text. */
  columns: (Cell | undefined)[][];
  /** Type code of each column's bind block. */
  columnTypes: number[];
  /** Type code of each tag's bind block. */
  tagTypes: number[];
}

/** A prepared statement. */
export interface Prepared {
  /** True for an INSERT. */
  isInsert: boolean;
  /** Placeholders of an INSERT whose table is known, in their order in the SQL; null for a query or an unknown table. */
  fields: Placeholder[] | null;
  /** Number of `?`. */
  parameterCount: number;
  /** Resolution of the database of an INSERT's table, told to clients with its TIMESTAMP placeholders; default ms. */
  precision?: Precision;
  /** Executes with bound values: of each table, or of a query's parameters as the only row of one. */
  execute(tables: BoundTable[]): Promise<RowSet | Update>;
}

/** Text of one of the schemaless formats (protocol.md §2.6). */
export interface SchemalessText {
  /** 1 InfluxDB line protocol, 2 OpenTSDB telnet, 3 OpenTSDB JSON. */
  protocol: number;
  /** Unit of the times in the line protocol; an unknown one is nanoseconds. */
  precision: string;
  /** The text. */
  data: string;
  /** Tag whose value is the child table's name, or null. */
  tableNameKey: string | null;
}

/** The outcome of schemaless writing. */
export interface SchemalessUpdate {
  /** Number of rows written. */
  affectedRows: number;
  /** Number of lines of the text. */
  totalRows: number;
}

/** One client connection. */
export interface Session {
  /** The current database, or null. */
  database: string | null;
  /** IANA zone in which literals without zone are read. */
  timeZone: string;
  /** Executes one statement; a query runs under the request's id. */
  execute(sql: string, requestId?: bigint): Promise<RowSet | Update>;
  /** `needFields` true answers 0x022B for `insert into ? values(…)`, as the real server does (protocol.md §12.8). */
  prepare(sql: string, needFields: boolean): Promise<Prepared>;
  /** Writes schemaless text; where it is missing the server cannot. */
  writeLines?(text: SchemalessText): Promise<SchemalessUpdate>;
  /** Rejects when the server would refuse the SQL, without executing it; where it is missing a read is executed. */
  validate?(sql: string): Promise<void>;
  /** Stops the queries that are running or open: their client is gone. Writes go on. */
  interrupt?(): void;
  /** Frees the session. */
  close(): Promise<void>;
}

/** The database. */
export interface Engine {
  /** True when user and password may log in. */
  authenticate(user: string, password: string): boolean;
  /** Opens the session of one client. */
  openSession(user: string): Session;
  /** Topics; where it is missing `/rest/tmq` is not there. */
  topics?: TopicEngine;
  /** Closes the database; sessions are closed before. */
  close(): Promise<void>;
}

/**
 * A failure with TDengine's code (low 16 bits) and message.
 *
 * @example
 * ```ts
 * import { ServerError } from "@tdwire/client/devserver";
 * import { equal } from "node:assert/strict";
 *
 * equal(new ServerError(0x2603, "Table does not exist").code, 0x2603);
 * ```
 */
export class ServerError extends Error {
  /** Name of the class. */
  override name = "ServerError";
  /** Code, such as `0x2603`. */
  readonly code: number;
  /**
   * Makes the failure of a code.
   *
   * @param code The code.
   * @param message TDengine's text for it.
   */
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
