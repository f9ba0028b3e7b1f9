/**
 * Prepared statements of libtaos (protocol.md §4.5, §6.3).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import { DataType } from "../../data_type.ts";
import { InterfaceError, type ServerErrorDetails, UnsupportedError } from "../../errors.ts";
import { withDeadline } from "../../internal/abort.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import { scanSql } from "../../sql/scan.ts";
import type {
  Call,
  Execution,
  Placeholder,
  PreparedStatement,
  StatementPort,
} from "../transport.ts";
import type { NativeConnection, OpenHandle } from "./connection.ts";
import { placeholder, statementField } from "./fields.ts";
import type { Address } from "./library.ts";
import type { OpenResult } from "./result_description.ts";
import { elapsedNs, type NativeRows, openRows } from "./results.ts";
import type { PrepareArguments, PrepareValue } from "./statement_requests.ts";

/** From here on whoever asks for a statement's result must free it. */
const ownResultVersion = "3.4.0.1";
/** Libraries before read the text of a bound DECIMAL as fixed-width numbers. */
const decimalVersion = "3.4.0.0";
const blobVersion = "3.3.7.0";

type ErrorClasses = "statement" | "code";

/** What statements need of their connection. */
interface StatementParts {
  readonly connection: NativeConnection;
  readonly codec: Codec;
  readonly errors: ErrorClasses;
  readonly args: PrepareArguments;
}

/** What an execution has given. */
interface Executed {
  readonly affectedRows: number;
  /** Null for an INSERT. */
  readonly rows: NativeRows | null;
}

function errorsOf(errors: ErrorClasses): ServerErrorDetails {
  return { context: errors === "statement" ? errors : undefined };
}

/** One statement in the library. */
class NativeStatement implements PreparedStatement, OpenHandle {
  readonly isInsert: boolean;
  readonly placeholders: readonly Placeholder[] | null;
  readonly parameterCount: number;
  readonly #parts: StatementParts;
  #statement: Address;
  /** The connection's count when it was prepared. */
  #killCount: number;
  /** The execution under way: a statement is used by one call at a time. */
  #busy: Promise<unknown> = Promise.resolve();
  /** The last result. The library must have done with it before the next bind and before the close. */
  #lastRows: NativeRows | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: StatementParts, value: PrepareValue) {
    this.#parts = parts;
    this.#statement = value.statement;
    this.#killCount = parts.connection.killCount;
    this.isInsert = value.isInsert;
    this.placeholders = value.isInsert ? value.placeholders?.map(placeholder) ?? null : null;
    this.parameterCount = value.placeholderCount;
    parts.connection.hold(this);
  }

  async execute(frame: Uint8Array, call: Call): Promise<Execution> {
    const { connection } = this.#parts;
    const { signal, timeoutMs, reqId } = call;
    const what = "the end of an earlier fetch of this statement";
    await withDeadline(
      { signal, timeoutMs, what, reqId, outcome: "not-sent" },
      () => this.#idle(),
    );
    connection.requireOpen(reqId);
    // It may have been closed during the wait, and then its end is the next call of the library.
    if (this.#closing !== undefined) throw new InterfaceError("the statement is closed", { reqId });
    // The library kills all calls of a connection or none, and a statement whose call was killed is of no more use.
    const cannotStop = () => false;
    return await connection.run(reqId, cannotStop, () => this.#execute(frame, call));
  }

  async #execute(frame: Uint8Array, call: Call): Promise<Execution> {
    const { reqId } = call;
    const startMs = performance.now();
    await this.#renew(call);
    const { affectedRows, rows } = await this.#submit(frame, call);
    return { affectedRows, durationNs: elapsedNs(startMs), reqId, rows };
  }

  /** Prepares it anew when it was killed while it was idle. */
  async #renew({ reqId, signal, timeoutMs }: Call): Promise<void> {
    const { connection, errors, args } = this.#parts;
    const { killCount } = connection;
    if (killCount === this.#killCount) return;
    const ticket = connection.submit("renewStatement", { ...args, statement: this.#statement });
    const renewed = ticket.value.then(({ statement }) => {
      this.#statement = statement;
      this.#killCount = killCount;
    });
    this.#busy = renewed.catch(() => {});
    const what = "preparing the statement anew";
    await connection.waitFor(ticket, {
      signal,
      timeoutMs,
      reqId,
      what,
      errors: errorsOf(errors),
    });
  }

  async #submit(frame: Uint8Array, { reqId, signal, timeoutMs }: Call): Promise<Executed> {
    const { connection, errors } = this.#parts;
    const { buffer } = wholeBuffer(frame);
    const { isInsert } = this;
    const ownsResult = isAtLeast(connection.lease.version, ownResultVersion);
    const args = { statement: this.#statement, isInsert, ownsResult, frame: buffer };
    const ticket = connection.submit("execute", args, [buffer]);
    // A result is the statement's own as soon as there is one, so that no close comes before its end.
    const executed = ticket.value.then(({ affectedRows, open }): Executed => ({
      affectedRows,
      rows: open && this.#rows(open, ownsResult, reqId),
    }));
    this.#busy = executed.catch(() => {});
    await connection.waitFor(ticket, {
      signal,
      timeoutMs,
      reqId,
      what: "executing the statement",
      errors: errorsOf(errors),
      onLate: () => void executed.then(({ rows }) => rows?.free(), () => {}),
    });
    return await executed;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes it with its connection. */
  settle(): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { connection } = this.#parts;
    await this.#idle();
    const statement = this.#statement;
    await connection.submit("closeStatement", { statement }).value.catch(() => {});
    connection.drop(this);
  }

  /** Resolves when the library has done with the last execution and its result. */
  async #idle(): Promise<void> {
    await this.#busy;
    await this.#lastRows?.settle();
    this.#lastRows = undefined;
  }

  #rows(open: OpenResult, isOwn: boolean, reqId: bigint): NativeRows {
    const { connection, codec } = this.#parts;
    const handle = { open, reqId, isOwn, toField: statementField };
    return this.#lastRows = openRows(connection, codec, handle);
  }
}

/** A frame whose buffer holds nothing else, so that it can change hands. */
function wholeBuffer(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = frame.byteLength === frame.buffer.byteLength;
  return isWhole ? frame as Uint8Array<ArrayBuffer> : frame.slice();
}

/** Prepares statements in the library. */
export class NativeStatements implements StatementPort {
  readonly #connection: NativeConnection;
  readonly #codec: Codec;

  constructor(connection: NativeConnection, codec: Codec) {
    this.#connection = connection;
    this.#codec = codec;
  }

  requireType(typeCode: number): void {
    if (typeCode === DataType.DECIMAL || typeCode === DataType.DECIMAL64) {
      this.#requireVersion(decimalVersion, "binding DECIMAL values");
    }
    if (typeCode === DataType.BLOB) this.#requireVersion(blobVersion, "BLOB values");
  }

  prepare(sql: string, call: Call, errors: ErrorClasses): Promise<PreparedStatement> {
    return this.#connection.during(() => this.#prepare(sql, call, errors));
  }

  async #prepare(sql: string, call: Call, errors: ErrorClasses): Promise<PreparedStatement> {
    const connection = this.#connection;
    const { tableIsParameter, tableIsUnknown } = scanSql(sql);
    const { taos } = connection;
    const isFast = tableIsParameter && !tableIsUnknown;
    const describes = !tableIsUnknown;
    const args = { taos, sql, reqId: call.reqId, isFast, describes };
    const parts = { connection, codec: this.#codec, errors, args };
    const value = await connection.request("prepare", args, {
      ...call,
      what: "preparing the statement",
      errors: errorsOf(errors),
      onLate: (late) => void connection.submit("closeStatement", late),
    });
    try {
      return new NativeStatement(parts, value);
    } catch (error) {
      connection.submit("closeStatement", value);
      throw error;
    }
  }

  #requireVersion(minimum: string, what: string): void {
    const { version } = this.#connection.lease;
    if (isAtLeast(version, minimum)) return;
    throw new UnsupportedError(`${what}: needs libtaos ${minimum}; this one is ${version}`);
  }
}
