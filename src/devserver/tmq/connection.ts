/**
 * One connection of `/rest/tmq`. What cannot be understood gets no reply, and so does a poll that a later one displaces.
 *
 * @module
 */
import type { WebSocket } from "ws";
import { ServerError } from "../engine.ts";
import { sendCut } from "../cut_frame.ts";
import { applyFault, type Fault, faultError, FaultGate, type Faults } from "../faults.ts";
import { type Envelope, formatError, formatReply, type JsonObject, parseJson } from "../replies.ts";
import type { ServerContext } from "../session.ts";
import { Args, ArgumentError, isObject, type Outcome } from "../socket_request.ts";
import { toServerError } from "../socket_results.ts";
import { TMQ_ACTIONS } from "./actions.ts";
import { rawDataError } from "./frames.ts";
import { type CachedMessage, TmqSession } from "./session.ts";
import { MessageType } from "./topic_engine.ts";

/** A request ready to be carried out. */
interface Job {
  envelope: Envelope;
  /** Errors carry this message id. */
  messageId: bigint | null;
  run(): Promise<Outcome>;
}

/** One connection. */
export class TmqConnection {
  readonly #socket: WebSocket;
  readonly #session: TmqSession;
  readonly #gate: FaultGate;
  readonly #running = new Set<Promise<void>>();
  /** The poll that waits for its turn; a further one takes its place. */
  #queuedPoll: Job | null = null;
  /** False before the subscription and while a poll is carried out. */
  #isPollFree = false;
  #ending: Promise<void> | null = null;

  constructor(
    socket: WebSocket,
    context: ServerContext,
    faults: Faults | undefined,
    connection: number,
  ) {
    this.#socket = socket;
    this.#session = new TmqSession(context, () => {
      this.#isPollFree = true;
      this.#startPoll();
    });
    this.#gate = new FaultGate(faults, connection);
    socket.on("message", (data: { toString(): string }, isBinary: boolean) => {
      if (!isBinary) this.#receive(data.toString());
    });
    socket.on("error", () => socket.terminate());
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Leaves the group, which ends a running poll, and waits for the requests that are running. */
  end(): Promise<void> {
    this.#queuedPoll = null;
    this.#ending ??= this.#session.close().then(() => Promise.allSettled([...this.#running]))
      .then(() => undefined);
    return this.#ending;
  }

  #receive(text: string): void {
    const startedMs = performance.now();
    const job = this.#read(text, startedMs);
    if (job === null) return;
    if (job.envelope.action !== "poll") return this.#start(job);
    this.#queuedPoll = job;
    this.#startPoll();
  }

  #startPoll(): void {
    const job = this.#queuedPoll;
    if (job === null || !this.#isPollFree) return;
    this.#queuedPoll = null;
    this.#isPollFree = false;
    this.#start(job, () => {
      this.#isPollFree = true;
      this.#startPoll();
    });
  }

  #start(job: Job, onDone: () => void = () => undefined): void {
    const task: Promise<void> = this.#carryOut(job)
      .catch(() => this.#socket.terminate())
      .finally(() => {
        this.#running.delete(task);
        onDone();
      });
    this.#running.add(task);
  }

  /** Reads a request; null when it gets no reply. */
  #read(text: string, startedMs: number): Job | null {
    try {
      const request = parseJson(text);
      if (!isObject(request) || typeof request.action !== "string") return null;
      const { action } = request;
      const isEmpty = request.args === undefined && action === "version";
      const args = new Args(isEmpty || request.args === null ? {} : request.args);
      const envelope = { action, reqId: args.id("req_id"), startedMs };
      if (action === "poll") return this.#readPoll(args, envelope);
      const known = TMQ_ACTIONS.get(action);
      if (known === undefined) return null;
      const run = known.prepare(this.#session, args, envelope);
      return { envelope, messageId: known.hasMessage ? args.id("message_id") : null, run };
    } catch (error) {
      if (error instanceof ArgumentError || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  #readPoll(args: Args, envelope: Envelope): Job {
    const blockingMs = args.integer("blocking_time");
    const lastSeen = args.raw("message_id") === null ? null : args.id("message_id");
    const run = () =>
      this.#session.serial.run(async () =>
        describePoll(await this.#session.poll(blockingMs, lastSeen))
      );
    return { envelope, messageId: null, run };
  }

  async #carryOut(job: Job): Promise<void> {
    const { envelope } = job;
    const fault = await this.#gate.ask(envelope.action, envelope.reqId);
    const reply = await this.#replyTo(job, fault);
    const faulted = await applyFault(fault, reply);
    if (faulted === "close") this.#socket.terminate();
    else if (faulted === "drop" || this.#socket.readyState !== this.#socket.OPEN) return;
    else if (faulted.cutAt !== undefined) sendCut(this.#socket, faulted.reply, faulted.cutAt);
    else this.#socket.send(faulted.reply);
  }

  async #replyTo({ envelope, messageId, run }: Job, fault: Fault): Promise<string | Uint8Array> {
    try {
      const refusal = faultError(fault);
      if (refusal !== null) throw new ServerError(refusal.code, refusal.message);
      const outcome = await run();
      return outcome instanceof Uint8Array ? outcome : formatReply(envelope, outcome ?? {});
    } catch (error) {
      const { code, message } = toServerError(error);
      if (envelope.action === "fetch_raw_data") {
        return rawDataError(envelope, messageId ?? 0n, code, message);
      }
      const fields: JsonObject = messageId === null ? {} : { message_id: messageId };
      return formatError(envelope, code, message, fields);
    }
  }
}

function describePoll(cached: CachedMessage | null): JsonObject {
  const message = cached?.message;
  return {
    have_message: cached !== null,
    topic: message?.topic ?? "",
    database: message?.database ?? "",
    vgroup_id: message?.vgroupId ?? 0,
    message_type: message?.type ?? 0,
    message_id: cached?.id ?? 0,
    offset: message === undefined
      ? 0
      : message.type === MessageType.meta
      ? message.end
      : message.begin,
  };
}
