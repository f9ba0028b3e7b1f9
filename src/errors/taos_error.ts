/**
 * The base of the error tree, and the codes of failures that happen on this side.
 *
 * @module
 */
import { redactSql } from "../redact.ts";
import { serverCodes } from "../error_codes.ts";

/** What kind of failure an error tells of. */
export type ErrorKind = "connection" | "authentication" | "timeout" | "server" | "usage" | "codec";

/**
 * Whether the request was carried out: never sent, refused as a whole, done in part, or unknown because the
 * answer is missing.
 */
export type ErrorOutcome = "not-sent" | "rejected" | "partial" | "unknown";

/** What an error carries beside its message; everything left out gets the default of its class. */
export interface ErrorDetails {
  /** Server code (16 bits) or one of {@linkcode ClientCode}. */
  code?: number | undefined;
  /** The failure underneath. */
  cause?: unknown;
  /** Request id the failed request had. */
  reqId?: bigint | undefined;
  /** The statement; stored without its literals and shortened to 200 characters. */
  sql?: string | undefined;
  /** What to do about it. */
  hint?: string | undefined;
  /** Was the request carried out? */
  outcome?: ErrorOutcome | undefined;
  /** Is it worth sending a read again? */
  retryable?: boolean | undefined;
  /** Kind of failure. */
  kind?: ErrorKind | undefined;
}

/** Codes of failures raised by the client itself; outside the server's 16 bits. */
export const ClientCode: {
  /** The call itself is wrong. */
  readonly USAGE: 0x1_0001;
  /** The transport or the server's version cannot do it. */
  readonly UNSUPPORTED: 0x1_0002;
  /** The server could not be reached. */
  readonly CONNECT_FAILED: 0x1_0003;
  /** The connection broke while it was in use. */
  readonly CONNECTION_LOST: 0x1_0004;
  /** The connection had been closed by this side. */
  readonly CONNECTION_CLOSED: 0x1_0005;
  /** A time limit of this side ran out. */
  readonly TIMEOUT: 0x1_0006;
  /** Bytes that cannot be. */
  readonly CODEC: 0x1_0007;
} = {
  USAGE: 0x1_0001,
  UNSUPPORTED: 0x1_0002,
  CONNECT_FAILED: 0x1_0003,
  CONNECTION_LOST: 0x1_0004,
  CONNECTION_CLOSED: 0x1_0005,
  TIMEOUT: 0x1_0006,
  CODEC: 0x1_0007,
} as const;

/** Found by `Symbol.for`, so that errors of another copy of this package are recognised too. */
const brand: unique symbol = Symbol.for("tdwire.TaosError");

/** `0x2603` for a server code: four digits, upper case. */
function hexCode(code: number): string {
  return `0x${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function codeNameOf(code: number): string {
  const name = Object.entries(ClientCode).find(([, value]) => value === code)?.[0];
  return name === undefined ? serverCodes.get(code)?.name ?? "UNKNOWN" : `TDWIRE_CODE_${name}`;
}

/** Server codes stand in front of the message, once. */
function withCode(code: number, message: string): string {
  if (code > 0xffff || /^\[0x[0-9a-f]+\]/i.test(message)) return message;
  return `[${hexCode(code)}] ${message}`;
}

/**
 * The base of every error of this package. Programs decide by class, `code` and `kind`; messages are for people.
 *
 * @example Telling errors apart
 * ```ts
 * import { InterfaceError, TaosError } from "@tdwire/client";
 * import { equal, ok } from "node:assert/strict";
 *
 * const error = new InterfaceError("the table name is empty");
 * ok(error instanceof TaosError);
 * equal(error.kind, "usage");
 * equal(error.outcome, "not-sent");
 * ```
 */
export class TaosError extends Error {
  static {
    this.prototype.name = "TaosError";
    Object.defineProperty(this.prototype, brand, { value: true });
  }
  /** Server code such as `0x2603`, or one of {@linkcode ClientCode}. */
  readonly code: number;
  /** Name of the code, such as `TSDB_CODE_PAR_TABLE_NOT_EXIST`; `UNKNOWN` when it is not in the table. */
  readonly codeName: string;
  /** Kind of failure. */
  readonly kind: ErrorKind;
  /** Whether the request was carried out. */
  readonly outcome: ErrorOutcome;
  /** Whether sending a read again may help. For a write, look at `outcome` too. */
  readonly retryable: boolean;
  /** What to do about it. */
  declare readonly hint?: string;
  /** Request id of the failed request. */
  declare readonly reqId?: bigint;
  /** The statement without its literals, at most 200 characters. */
  declare readonly sql?: string;

  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What went wrong; a server code is put in front of it.
   * @param details Everything else.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    const code = details.code ?? ClientCode.USAGE;
    super(
      withCode(code, message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.codeName = codeNameOf(code);
    this.kind = details.kind ?? "usage";
    this.outcome = details.outcome ?? "unknown";
    this.retryable = details.retryable ?? false;
    if (details.hint !== undefined) this.hint = details.hint;
    if (details.reqId !== undefined) this.reqId = details.reqId;
    if (details.sql !== undefined) this.sql = redactSql(details.sql);
  }
}

/** Adds the statement to an error of the server or of the way to it, unless it has one. */
export function addSql(error: unknown, sql: string): void {
  if (error instanceof TaosError && error.kind !== "usage" && error.sql === undefined) {
    Object.assign(error, { sql: redactSql(sql) });
  }
}

/**
 * Tells whether a caught value is an error of this package. Unlike `instanceof` it also recognises errors from
 * another realm or from a second copy of the package.
 *
 * @param value Anything that was thrown.
 * @returns Whether it has the fields of {@linkcode TaosError}.
 * @example
 * ```ts
 * import { isTaosError, TimeoutError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(isTaosError(new TimeoutError("too slow")), true);
 * equal(isTaosError(new Error("something else")), false);
 * ```
 */
export function isTaosError(value: unknown): value is TaosError {
  return typeof value === "object" && value !== null &&
    (value as { [brand]?: unknown })[brand] === true;
}
