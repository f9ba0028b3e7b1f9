/**
 * One WebSocket connection: reads requests, carries each out on its own and sends the replies as they come.
 *
 * @module
 */

import type { WebSocket } from "ws";
import { ServerError } from "./engine.ts";
import { sendCut } from "./cut_frame.ts";
import { applyFault, type Fault, faultError, FaultGate, type Faults } from "./faults.ts";
import {
  BINARY_ACTIONS,
  checkFetch,
  type ClientFrame,
  makeFinishedFrame,
  readBindPayload,
  readClientFrame,
  readSql,
} from "./frames.ts";
import {
  type Envelope,
  formatError,
  formatReply,
  type Json,
  type JsonObject,
  parseJson,
} from "./replies.ts";
import { adapterError, ClientSession, type Endpoint, type ServerContext } from "./session.ts";
import { CONNECTION_ACTIONS, OPEN_ACTIONS, runQuery, validateSql } from "./socket_actions.ts";
import {
  Args,
  ArgumentError,
  bestEffortReqId,
  isObject,
  type Outcome,
  type TextAction,
} from "./socket_request.ts";
import { writeRawBlock } from "./socket_raw_block.ts";
import { fetchRawBlock, toServerError } from "./socket_results.ts";
import { STMT1_ACTIONS } from "./socket_stmt1.ts";
import { bindRaw } from "./socket_stmt1_blocks.ts";
import { bindStatement, STMT2_ACTIONS } from "./socket_stmt2.ts";

/** Bytes waiting for the client above which no further block is made. */
const ROOM_BYTES = 4 << 20;

/** Time a client may take to accept a reply. */
const WRITE_LIMIT_MS = 60_000;

const TEXT_ACTIONS = new Map<string, TextAction>(
  Object.entries({ ...CONNECTION_ACTIONS, ...STMT2_ACTIONS, ...STMT1_ACTIONS }),
);
const OPEN_TEXT_ACTIONS = new Map<string, TextAction>(Object.entries(OPEN_ACTIONS));

/** A request ready to be carried out. */
interface Job {
  envelope: Envelope;
  /** Its SQL, as far as it can be read. */
  sql?: string;
  /** Error replies carry this `stmt_id`. */
  statementId?: bigint;
  /** `fetch_raw_block`: errors are binary frames about this result. */
  resultId?: bigint;
  run(): Promise<Outcome>;
}

/** One WebSocket connection. */
export class SocketConnection {
  readonly session: ClientSession;
  private readonly socket: WebSocket;
  private readonly gate: FaultGate;
  private readonly running = new Set<Promise<void>>();
  private lastSend: Promise<void> = Promise.resolve();
  private ending: Promise<void> | null = null;

  constructor(
    socket: WebSocket,
    context: ServerContext,
    faults: Faults | undefined,
    connection: number,
    endpoint: Endpoint,
  ) {
    this.socket = socket;
    this.session = new ClientSession(context, endpoint);
    this.session.waitForRoom = async () => {
      while (socket.readyState === socket.OPEN && socket.bufferedAmount > ROOM_BYTES) {
        await this.lastSend;
      }
    };
    this.gate = new FaultGate(faults, connection, context.statements);
    socket.on("message", (data: unknown, isBinary: boolean) => {
      const task: Promise<void> = this.receive(toBytes(data), isBinary)
        .catch(() => socket.terminate())
        .finally(() => this.running.delete(task));
      this.running.add(task);
    });
    socket.on("error", () => socket.terminate());
  }

  /** Cuts the connection. */
  terminate(): void {
    this.socket.terminate();
  }

  /** Stops running queries, waits for the requests that are running, then frees what the connection holds. */
  end(): Promise<void> {
    if (this.ending === null) this.session.interrupt();
    this.ending ??= Promise.allSettled([...this.running]).then(() => this.session.close());
    return this.ending;
  }

  private async receive(bytes: Uint8Array, isBinary: boolean): Promise<void> {
    const startedMs = performance.now();
    const job = isBinary ? this.readBinary(bytes, startedMs) : this.readText(bytes, startedMs);
    if (job === null) return;
    const fault = await this.gate.ask(job.envelope.action, job.envelope.reqId, job.sql);
    const reply = await this.carryOut(job, fault);
    if (reply === null) return fault === "close" ? this.socket.terminate() : undefined;
    const faulted = await applyFault(fault, reply);
    if (faulted === "close") this.socket.terminate();
    else if (faulted === "drop") return;
    else if (faulted.cutAt !== undefined) sendCut(this.socket, faulted.reply, faulted.cutAt);
    else this.send(faulted.reply);
  }

  private async carryOut(job: Job, fault: Fault): Promise<string | Uint8Array | null> {
    try {
      const refusal = faultError(fault);
      if (refusal !== null) throw new ServerError(refusal.code, refusal.message);
      const outcome = await job.run();
      if (outcome === null || outcome instanceof Uint8Array) return outcome;
      return formatReply(job.envelope, outcome);
    } catch (error) {
      const { code, message } = toServerError(error);
      if (job.resultId !== undefined) {
        await this.session.freeResult(job.resultId);
        return makeFinishedFrame(job.envelope, job.resultId, code, message);
      }
      return formatError(
        job.envelope,
        code,
        message,
        job.statementId === undefined ? {} : { stmt_id: job.statementId },
      );
    }
  }

  private send(reply: string | Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.lastSend = new Promise((resolve) => {
      const timer = setTimeout(() => this.socket.terminate(), WRITE_LIMIT_MS);
      this.socket.send(reply, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Reads a request; null when it gets no reply. */
  private readText(bytes: Uint8Array, startedMs: number): Job | null {
    const request = parseRequest(bytes);
    if (request === undefined && this.session.endpoint.isLegacy) return null;
    const action = isObject(request) ? request.action ?? "" : null;
    if (!isObject(request) || typeof action !== "string") {
      return failing({ action: "", reqId: 0n, startedMs }, adapterError("unmarshal request error"));
    }
    const envelope = { action, reqId: bestEffortReqId(request.args), startedMs };
    if (action === "") return failing(envelope, adapterError("request no action"));
    const open = OPEN_TEXT_ACTIONS.get(action);
    if (open === undefined && !this.session.isConnected) {
      return failing(envelope, adapterError("server not connected"));
    }
    const known = open ?? TEXT_ACTIONS.get(action);
    if (known === undefined) return failing(envelope, adapterError(`unknown action ${action}`));
    return this.makeTextJob(known, envelope, request);
  }

  private makeTextJob(action: TextAction, envelope: Envelope, request: JsonObject): Job {
    const hasArgs = request.args !== undefined && request.args !== null;
    const job: Job = {
      envelope,
      run: async () => {
        try {
          const args = new Args(hasArgs || envelope.action !== "version" ? request.args : {});
          args.id("req_id");
          return await action.run(this.session, args, envelope);
        } catch (error) {
          if (!(error instanceof ArgumentError)) throw error;
          throw adapterError(`unmarshal ${action.label} request error`);
        }
      },
    };
    const { args } = request;
    if (isObject(args) && typeof args["sql"] === "string") job.sql = args["sql"];
    if (action.isStatement) job.statementId = statementIdOf(args);
    return job;
  }

  private readBinary(bytes: Uint8Array, startedMs: number): Job {
    const frame = readClientFrame(bytes);
    if (frame === null) {
      return failing(
        { action: "", reqId: 0n, startedMs },
        adapterError("message length is too short"),
      );
    }
    const action = BINARY_ACTIONS.get(frame.action);
    const envelope = { action: action ?? "unknown", reqId: frame.reqId, startedMs };
    if (!this.session.isConnected) return failing(envelope, adapterError("server not connected"));
    switch (action) {
      case "binary_query":
        return sqlJob(envelope, frame, (sql) => runQuery(this.session, sql, frame.reqId));
      case "validate_sql":
        return sqlJob(envelope, frame, (sql) => validateSql(this.session, sql));
      case "write_raw":
        return failing(envelope, new ServerError(0x2600, "write_raw is not supported"));
      case "write_raw_block":
      case "write_raw_block_with_fields":
        return {
          envelope,
          run: async () =>
            await writeRawBlock(this.session, frame.body, action !== "write_raw_block"),
        };
      case "fetch_raw_block":
        return { envelope, resultId: frame.id, run: () => this.fetch(frame, envelope) };
      case "stmt2_bind":
        return {
          envelope,
          statementId: frame.id,
          run: async () => await bindStatement(this.session, frame.id, readBindPayload(frame.body)),
        };
      case "set_tags":
      case "bind":
        return {
          envelope,
          statementId: frame.id,
          run: async () => await bindRaw(this.session, frame.id, frame.body, action === "set_tags"),
        };
      default:
        return failing(envelope, adapterError(`unknown binary action ${frame.action}`));
    }
  }

  private async fetch(frame: ClientFrame, envelope: Envelope): Promise<Uint8Array> {
    checkFetch(frame.body);
    return await fetchRawBlock(this.session, envelope, frame.id);
  }
}

/** A job on the SQL of a frame; a frame that holds none fails when it is carried out. */
function sqlJob(
  envelope: Envelope,
  { body }: ClientFrame,
  run: (sql: string) => Promise<JsonObject>,
): Job {
  try {
    const sql = readSql(body);
    return { envelope, sql, run: () => run(sql) };
  } catch (error) {
    return { envelope, run: () => Promise.reject(error) };
  }
}

function failing(envelope: Envelope, error: ServerError): Job {
  return { envelope, run: () => Promise.reject(error) };
}

function parseRequest(bytes: Uint8Array): Json | undefined {
  try {
    return parseJson(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function statementIdOf(args: Json | undefined): bigint {
  try {
    return new Args(args).id("stmt_id");
  } catch {
    return 0n;
  }
}

/** The runtimes' `ws` hand messages over as bytes, pieces or text. */
function toBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  const pieces = data as Uint8Array[];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
