/**
 * The error tree. Every error of this package is a {@linkcode TaosError}; what the server answered is classed by
 * {@linkcode databaseError}.
 *
 * @module
 */
import { serverCodes } from "./error_codes.ts";
import { ConnectionError } from "./errors/client_errors.ts";
import { familyOf } from "./errors/family.ts";
import {
  DatabaseError,
  OperationalError,
  ProgrammingError,
  ResultError,
  SchemalessError,
  StatementError,
  TmqError,
} from "./errors/server_errors.ts";
import type { ErrorDetails } from "./errors/taos_error.ts";
import { redactMessage } from "./redact.ts";

export { addSql, ClientCode, isTaosError, TaosError } from "./errors/taos_error.ts";
export type { ErrorDetails, ErrorKind, ErrorOutcome } from "./errors/taos_error.ts";
export {
  CodecError,
  ConnectionError,
  InterfaceError,
  TimeoutError,
  UnsupportedError,
} from "./errors/client_errors.ts";
export type { CodecErrorDetails } from "./errors/client_errors.ts";
export {
  DatabaseError,
  OperationalError,
  ProgrammingError,
  ResultError,
  SchemalessError,
  StatementError,
  TmqError,
} from "./errors/server_errors.ts";
export type { SchemalessErrorDetails, TmqErrorDetails } from "./errors/server_errors.ts";

/**
 * The interface a server code came from. `"connect"` is the login: there the network's codes mean that the server
 * cannot be reached. Without one the class follows from the code alone.
 */
export type ErrorContext = "connect" | "statement" | "schemaless" | "tmq" | "result";

/** What is known of a failed request. */
export interface ServerErrorDetails extends Omit<ErrorDetails, "code" | "kind"> {
  /** The interface it came from. */
  context?: ErrorContext | undefined;
  /** Rows that were written all the same (schemaless). */
  affectedRows?: number | undefined;
  /** The line the server complained of (schemaless). */
  line?: string | undefined;
  /** Whether the consumer is of no further use (tmq). Default: by code. */
  fatal?: boolean | undefined;
}

/**
 * Makes the error for a code the server answered with.
 *
 * @param code The code: 16 bits, or libtaos's negative 32 bits.
 * @param message The server's text. A text that says nothing (empty, or "success") gives way to the client's own.
 * @param details What is known of the request; `outcome` is `"rejected"` unless the code leaves it open.
 * @returns The error, to be thrown.
 */
export function databaseError(
  code: number,
  message: string,
  details: ServerErrorDetails = {},
): DatabaseError | ConnectionError {
  const serverCode = code & 0xffff;
  const facts = serverCodes.get(serverCode);
  const { context, ...rest } = details;
  return classed(serverCode, context, serverText(message, facts?.text, details.sql), {
    ...rest,
    code: serverCode,
    hint: details.hint ?? facts?.hint,
    retryable: details.retryable ?? facts?.retryable,
    outcome: details.outcome ?? (facts?.unknown === true ? "unknown" : undefined),
    fatal: details.fatal ?? facts?.fatal,
  });
}

function serverText(message: string, ownText: string | undefined, sql: string | undefined): string {
  const text = message.trim();
  if (text === "" || text.toLowerCase() === "success") {
    return ownText ?? "the server gave no reason";
  }
  return sql === undefined ? text : redactMessage(text, sql);
}

type Details = ServerErrorDetails & { code: number };

function classed(
  code: number,
  context: ErrorContext | undefined,
  text: string,
  details: Details,
): DatabaseError | ConnectionError {
  switch (context) {
    case "statement":
      return new StatementError(text, details);
    case "schemaless":
      return new SchemalessError(text, details);
    case "tmq":
      return new TmqError(text, details);
    case "result":
      return new ResultError(text, details);
  }
  const family = familyOf(code);
  if (family === "authentication" || (context === "connect" && code === userNotExist)) {
    return new ConnectionError(text, {
      ...details,
      kind: "authentication",
      outcome: details.outcome ?? "rejected",
    });
  }
  if (context === "connect" && code <= lastRpcCode) {
    return new ConnectionError(text, { ...details, outcome: details.outcome ?? "rejected" });
  }
  if (family === "programming") return new ProgrammingError(text, details);
  if (family === "operational") return new OperationalError(text, details);
  return new DatabaseError(text, details);
}

/** 0x0351 refuses a login, but also answers DROP USER. */
const userNotExist = 0x0351;
const lastRpcCode = 0x00ff;
