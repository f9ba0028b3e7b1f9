/**
 * Errors that the server answered with.
 *
 * @module
 */
import { type ErrorDetails, TaosError } from "./taos_error.ts";

/** Details of a {@linkcode SchemalessError}. */
export interface SchemalessErrorDetails extends ErrorDetails {
  /** Rows written before the failure. Default 0. */
  affectedRows?: number | undefined;
  /** The line the server complained of, when it says which. */
  line?: string | undefined;
}

/** Details of a {@linkcode TmqError}. */
export interface TmqErrorDetails extends ErrorDetails {
  /** Whether the consumer is of no further use. Default false. */
  fatal?: boolean | undefined;
}

/**
 * The server answered with an error code.
 *
 * @example
 * ```ts
 * import { DatabaseError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const error = new DatabaseError("Insufficient privilege for operation", { code: 0x0303 });
 * equal(error.message, "[0x0303] Insufficient privilege for operation");
 * equal(error.codeName, "TSDB_CODE_MND_NO_RIGHTS");
 * ```
 */
export class DatabaseError extends TaosError {
  static {
    this.prototype.name = "DatabaseError";
  }
  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message The server's text.
   * @param details Further facts. Without a code it is the adapter's generic 0xFFFF.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, {
      ...details,
      code: details.code ?? 0xffff,
      kind: details.kind ?? "server",
      outcome: details.outcome ?? "rejected",
    });
  }
}

/**
 * The SQL is wrong, or the objects it names: syntax, a missing table or database, a value that does not fit.
 *
 * @example
 * ```ts
 * import { DatabaseError, ProgrammingError } from "@tdwire/client";
 * import { ok } from "node:assert/strict";
 *
 * ok(new ProgrammingError("Table does not exist", { code: 0x2603 }) instanceof DatabaseError);
 * ```
 */
export class ProgrammingError extends DatabaseError {
  static {
    this.prototype.name = "ProgrammingError";
  }
}

/**
 * The server cannot do it at present: network, vnode, replication, memory, licence, limits.
 *
 * @example
 * ```ts
 * import { OperationalError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const error = new OperationalError("Sync leader is restoring", { code: 0x0914, retryable: true });
 * equal(error.retryable, true);
 * ```
 */
export class OperationalError extends DatabaseError {
  static {
    this.prototype.name = "OperationalError";
  }
}

/**
 * Preparing, binding or executing a statement failed, whatever the code.
 *
 * @example
 * ```ts
 * import { StatementError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new StatementError("Stmt API usage error", { code: 0x022a }).code, 0x022a);
 * ```
 */
export class StatementError extends DatabaseError {
  static {
    this.prototype.name = "StatementError";
  }
}

/**
 * Writing schemaless lines failed, whatever the code.
 *
 * @example
 * ```ts
 * import { SchemalessError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const error = new SchemalessError("Invalid line", { code: 0x3002, affectedRows: 2, line: "weather" });
 * equal(error.affectedRows, 2);
 * equal(error.line, "weather");
 * ```
 */
export class SchemalessError extends DatabaseError {
  static {
    this.prototype.name = "SchemalessError";
  }
  /** Rows written before the failure. */
  readonly affectedRows: number;
  /** The line the server complained of, when it says which. */
  declare readonly line?: string;

  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message The server's text.
   * @param details Rows and line, and further facts. With rows written the outcome is `"partial"`.
   */
  constructor(message: string, details: SchemalessErrorDetails = {}) {
    const affectedRows = details.affectedRows ?? 0;
    super(message, {
      ...details,
      outcome: details.outcome ?? (affectedRows > 0 ? "partial" : undefined),
    });
    this.affectedRows = affectedRows;
    if (details.line !== undefined) this.line = details.line;
  }
}

/**
 * A call of a consumer failed, whatever the code. The consumer stays usable unless `fatal` is true.
 *
 * @example
 * ```ts
 * import { TmqError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new TmqError("Consumer closed", { code: 0x4002, fatal: true }).fatal, true);
 * ```
 */
export class TmqError extends DatabaseError {
  static {
    this.prototype.name = "TmqError";
  }
  /** Whether the consumer is of no further use and has to be opened again. */
  readonly fatal: boolean;

  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message The server's text.
   * @param details Further facts.
   */
  constructor(message: string, details: TmqErrorDetails = {}) {
    super(message, details);
    this.fatal = details.fatal ?? false;
  }
}

/**
 * Fetching the rows of a result failed after the query itself had succeeded.
 *
 * @example
 * ```ts
 * import { ResultError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new ResultError("Query killed", { code: 0x022d }).name, "ResultError");
 * ```
 */
export class ResultError extends DatabaseError {
  static {
    this.prototype.name = "ResultError";
  }
}
