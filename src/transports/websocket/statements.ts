/**
 * Prepared statements over `/ws` (protocol.md §2.7.1, §4.1).
 *
 * @module
 */
import { dataTypeNames } from "../../data_type.ts";
import { CodecError, databaseError } from "../../errors.ts";
import type { Field, Precision } from "../../types.ts";
import { withDeadline } from "../../internal/abort.ts";
import { declaredLength } from "../../internal/declared_length.ts";
import { scanSql, type SqlShape } from "../../sql/scan.ts";
import type {
  Call,
  Execution,
  Placeholder,
  PreparedStatement,
  StatementPort,
} from "../transport.ts";
import { requireFeature } from "./features.ts";
import { type Incoming, textReply } from "./channel.ts";
import {
  fetchRawBlock,
  freeResult,
  type ResultContext,
  resultFields,
  resultPrecision,
  WebSocketRows,
} from "./results.ts";
import type { Reply, StatementField } from "./wire.ts";
import { DataType } from "../../data_type.ts";

const roles = { 1: "column", 2: "tag", 4: "table" } as const;
const precisions: readonly Precision[] = ["ms", "us", "ns"];

function placeholder(wire: StatementField): Placeholder {
  const typeCode = wire.field_type;
  const type = dataTypeNames[typeCode];
  const role = roles[wire.bind_type as keyof typeof roles];
  if (type === undefined || role === undefined) {
    throw new CodecError(
      `the server describes placeholder ${wire.name} by the unknown type ${typeCode}`,
    );
  }
  const length = declaredLength(typeCode, wire.bytes);
  const isTime = typeCode === DataType.TIMESTAMP;
  const field: Field = { name: wire.name, type, typeCode, length };
  return { field, role, precision: isTime ? precisions[wire.precision] ?? null : null };
}

/** The server gives the lengths of statement results as storage sizes (seen on 3.3.7). */
function statementFields(reply: Reply): Field[] {
  return resultFields(reply).map((field) => ({
    ...field,
    length: declaredLength(field.typeCode, field.length),
  }));
}

/** One statement on the server. */
class WebSocketStatement implements PreparedStatement {
  readonly isInsert: boolean;
  readonly placeholders: readonly Placeholder[] | null;
  readonly parameterCount: number;
  readonly #context: ResultContext;
  readonly #id: bigint;
  readonly #errors: ErrorClasses;
  /** The last result. The server must have done with it before the next bind and before the close (protocol.md §2.7.1). */
  #lastRows: WebSocketRows | undefined;
  #closed: Promise<void> | undefined;

  constructor(context: ResultContext, id: bigint, errors: ErrorClasses, reply: Reply) {
    this.#context = context;
    this.#id = id;
    this.#errors = errors;
    this.isInsert = reply.is_insert ?? false;
    this.placeholders = reply.fields ? reply.fields.map(placeholder) : null;
    this.parameterCount = reply.fields_count ?? reply.field_count ?? 0;
  }

  async execute(frame: Uint8Array, call: Call): Promise<Execution> {
    await this.#settleRows(call);
    await this.#bind(frame, call);
    const executed = await this.#step("stmt2_exec", call, call.reqId);
    const rows = this.isInsert ? null : await this.#rows(call);
    return {
      affectedRows: executed.affected ?? 0,
      durationNs: BigInt(executed.timing ?? 0),
      reqId: call.reqId,
      rows,
    };
  }

  async close(): Promise<void> {
    const rows = this.#lastRows;
    const closed = this.#closed ??= rows === undefined
      ? this.#closeNow()
      : rows.settle().then(() => this.#closeNow());
    if (rows?.isGivenUp) return;
    const limits = { timeoutMs: closeTimeoutMs, what: "the statement's end" };
    // What takes longer goes on by itself.
    await withDeadline(limits, () => closed).catch(() => {});
  }

  /** The server answers a close when it has done with the execution under way (taosAdapter, stmt2.go). */
  async ended(): Promise<void> {
    await this.#closed;
  }

  async #closeNow(): Promise<void> {
    const { channel, nextReqId } = this.#context;
    const call = { reqId: nextReqId(), signal: undefined, timeoutMs: 0 };
    // A statement that cannot be closed goes with its connection.
    await channel.request("stmt2_close", { stmt_id: this.#id }, call).catch(() => {});
  }

  /** Writes this statement's and request's ids into the head of the frame (protocol.md §2.8) and sends it. */
  async #bind(frame: Uint8Array, call: Call): Promise<void> {
    const reqId = this.#context.nextReqId();
    const head = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
    head.setBigUint64(0, reqId, true);
    head.setBigUint64(8, this.#id, true);
    const reply = await this.#context.channel.exchange(
      { data: frame, reqId, what: "stmt2_bind" },
      call,
    );
    requireSuccess(textReply(reply, "stmt2_bind"), call, this.#errors);
  }

  async #settleRows({ signal, timeoutMs, reqId }: Call): Promise<void> {
    const rows = this.#lastRows;
    const what = "the end of an earlier fetch of this statement";
    if (rows !== undefined) {
      await withDeadline(
        { signal, ended: this.#context.channel.ended, timeoutMs, what, reqId, outcome: "not-sent" },
        () => rows.settle(),
      );
    }
    this.#lastRows = undefined;
  }

  async #rows(call: Call): Promise<WebSocketRows> {
    const reply = await this.#step("stmt2_result", call, this.#context.nextReqId(), (late) => {
      if (!(late instanceof Uint8Array) && late.code === 0) {
        freeResult(this.#context, resultId(late));
      }
    });
    const id = resultId(reply);
    try {
      const [fields, precision] = [statementFields(reply), resultPrecision(reply)];
      const handle = { id, reqId: call.reqId, fields, precision };
      return this.#lastRows = new WebSocketRows(this.#context, handle, fetchRawBlock);
    } catch (error) {
      freeResult(this.#context, id);
      throw error;
    }
  }

  async #step(
    action: string,
    call: Call,
    reqId: bigint,
    onLate?: (reply: Incoming) => void,
  ): Promise<Reply> {
    const { channel } = this.#context;
    const reply = await channel.request(action, { stmt_id: this.#id }, { ...call, reqId }, onLate);
    return requireSuccess(reply, call, this.#errors);
  }
}

/** Servers before 3.3.5 call it `result_id`. */
function resultId({ id, result_id }: Reply): bigint {
  return BigInt(id ?? result_id ?? 0);
}

const closeTimeoutMs = 5_000;

type ErrorClasses = "statement" | "code";

function requireSuccess(reply: Reply, { reqId }: Call, errors: ErrorClasses): Reply {
  if (reply.code === 0) return reply;
  const context = errors === "statement" ? errors : undefined;
  throw databaseError(reply.code, reply.message, { reqId, context });
}

/** Prepares statements on the server. */
export class WebSocketStatements implements StatementPort {
  readonly #context: ResultContext;
  readonly #version: string;

  constructor(context: ResultContext, version: string) {
    this.#context = context;
    this.#version = version;
  }

  requireType(typeCode: number): void {
    if (typeCode === DataType.DECIMAL || typeCode === DataType.DECIMAL64) {
      requireFeature(this.#version, "decimalBinding");
    }
    if (typeCode === DataType.BLOB) requireFeature(this.#version, "blob");
  }

  async prepare(sql: string, call: Call, errors: ErrorClasses): Promise<PreparedStatement> {
    requireFeature(this.#version, "statements");
    const shape = scanSql(sql);
    const id = await this.#init(shape, call, errors);
    // An INSERT whose table is a lone `?` has no fields to give, and the server refuses to be asked (§12.8).
    const args = { stmt_id: id, sql, get_fields: !shape.tableIsUnknown };
    try {
      const reply = await this.#context.channel.request("stmt2_prepare", args, call);
      return new WebSocketStatement(this.#context, id, errors, requireSuccess(reply, call, errors));
    } catch (error) {
      this.#discard(id);
      throw error;
    }
  }

  async #init(
    { tableIsParameter, tableIsUnknown }: SqlShape,
    call: Call,
    errors: ErrorClasses,
  ): Promise<bigint> {
    // The fast path of the server is for rows of one super table with each table at most once in an execute, which
    // is how bind requests are built here.
    const fast = tableIsParameter && !tableIsUnknown;
    const args = { single_stb_insert: fast, single_table_bind_once: fast };
    const limits = { ...call, reqId: this.#context.nextReqId() };
    const reply = await this.#context.channel.request("stmt2_init", args, limits, (late) => {
      if (!(late instanceof Uint8Array) && late.stmt_id) this.#discard(BigInt(late.stmt_id));
    });
    return BigInt(requireSuccess(reply, call, errors).stmt_id ?? 0);
  }

  #discard(id: bigint): void {
    const { channel, nextReqId } = this.#context;
    const call = { reqId: nextReqId(), signal: undefined, timeoutMs: closeTimeoutMs };
    channel.request("stmt2_close", { stmt_id: id }, call).catch(() => {});
  }
}
