/**
 * Errors that this side raises by itself.
 *
 * @module
 */
import { ClientCode, type ErrorDetails, TaosError } from "./taos_error.ts";

/**
 * The call itself is wrong: a bad argument, option or URL, a use after closing, a second use of a query.
 *
 * @example
 * ```ts
 * import { InterfaceError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new InterfaceError("no such option").name, "InterfaceError");
 * ```
 */
export class InterfaceError extends TaosError {
  static {
    this.prototype.name = "InterfaceError";
  }
  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What is wrong with the call.
   * @param details Further facts; nothing was sent unless they say otherwise.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, {
      ...details,
      code: details.code ?? ClientCode.USAGE,
      kind: details.kind ?? "usage",
      outcome: details.outcome ?? "not-sent",
    });
  }
}

/**
 * This transport or this server's version cannot do what was asked; the message names the one that can.
 *
 * @example
 * ```ts
 * import { InterfaceError, UnsupportedError } from "@tdwire/client";
 * import { ok } from "node:assert/strict";
 *
 * ok(new UnsupportedError("REST has no subscriptions: use ws:") instanceof InterfaceError);
 * ```
 */
export class UnsupportedError extends InterfaceError {
  static {
    this.prototype.name = "UnsupportedError";
  }
  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What is missing, and where it is to be had.
   * @param details Further facts.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { ...details, code: details.code ?? ClientCode.UNSUPPORTED });
  }
}

/**
 * The server cannot be reached, refused the login, or the connection is lost or closed. `kind` is
 * `"authentication"` for a refused login, else `"connection"`.
 *
 * @example
 * ```ts
 * import { ConnectionError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new ConnectionError("nobody listens there").kind, "connection");
 * ```
 */
export class ConnectionError extends TaosError {
  static {
    this.prototype.name = "ConnectionError";
  }
  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What happened; never with a password or a token in it.
   * @param details Further facts. Without a code it is a failure to connect: nothing was sent, and it may be tried again.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    const code = details.code ?? ClientCode.CONNECT_FAILED;
    const kind = details.kind ?? "connection";
    super(message, {
      ...details,
      code,
      kind,
      outcome: details.outcome ?? (code === ClientCode.CONNECTION_LOST ? "unknown" : "not-sent"),
      retryable: details.retryable ??
        (kind === "connection" && code !== ClientCode.CONNECTION_CLOSED),
    });
  }
}

/** Where decoding or encoding failed. */
export interface CodecErrorDetails extends ErrorDetails {
  /** Offset in the input, in bytes. */
  offset?: number | undefined;
  /** Bytes needed at that offset. */
  needed?: number | undefined;
  /** Bytes there were. */
  available?: number | undefined;
}

/**
 * Bytes that cannot be: truncated, contradictory, or of an unknown type.
 *
 * @example
 * ```ts
 * import { CodecError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const error = new CodecError("the block ends early", { offset: 28, needed: 4, available: 1 });
 * equal(error.offset, 28);
 * ```
 */
export class CodecError extends TaosError {
  static {
    this.prototype.name = "CodecError";
  }
  /** Offset in the input, in bytes. */
  declare readonly offset?: number;
  /** Bytes needed at that offset. */
  declare readonly needed?: number;
  /** Bytes there were. */
  declare readonly available?: number;

  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What is wrong with the bytes.
   * @param details Where, and further facts.
   */
  constructor(message: string, details: CodecErrorDetails = {}) {
    super(message, {
      ...details,
      code: details.code ?? ClientCode.CODEC,
      kind: details.kind ?? "codec",
    });
    if (details.offset !== undefined) this.offset = details.offset;
    if (details.needed !== undefined) this.needed = details.needed;
    if (details.available !== undefined) this.available = details.available;
  }
}

/**
 * A time limit of this side ran out. The server may still carry the request out: see `outcome`.
 *
 * @example
 * ```ts
 * import { TimeoutError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * equal(new TimeoutError("query: no answer within 60000 ms").outcome, "unknown");
 * ```
 */
export class TimeoutError extends TaosError {
  static {
    this.prototype.name = "TimeoutError";
  }
  /**
   * Makes the error; it is for the caller to throw.
   *
   * @param message What was waited for, and how long.
   * @param details Further facts.
   */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, {
      ...details,
      code: details.code ?? ClientCode.TIMEOUT,
      kind: details.kind ?? "timeout",
      retryable: details.retryable ?? true,
    });
  }
}
