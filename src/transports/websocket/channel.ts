/**
 * Matches replies to requests on one socket (protocol.md §2.2, §2.3). Many requests may be in flight; replies come in
 * the order in which the server finishes them.
 *
 * @module
 */
import {
  ClientCode,
  CodecError,
  ConnectionError,
  InterfaceError,
  type TaosError,
} from "../../errors.ts";
import { createDeferred } from "../../internal/deferred.ts";
import { withDeadline } from "../../internal/abort.ts";
import type { Call } from "../transport.ts";
import { frameKey } from "./frames.ts";
import type { Socket, SocketListener } from "./socket.ts";
import { formatRequest, parseReply, type Reply, shapeFault, type WireValue } from "./wire.ts";

/** A reply: text for most actions, a binary frame for fetches. */
export type Incoming = Reply | Uint8Array;

/** A request to send. */
export interface Outgoing {
  readonly data: string | Uint8Array;
  readonly reqId: bigint;
  readonly what: string;
  /** Result id, when the reply is a legacy `fetch_block` frame, which carries no request id. */
  readonly resultId?: bigint;
  /** Called with a reply that comes after the caller has given up, to free what it brings. */
  readonly onLate?: (reply: Incoming) => void;
}

interface Pending {
  /** What was sent, without the bytes: a reply may be long in coming, or never come. */
  readonly outgoing: Omit<Outgoing, "data">;
  /** Whether the caller has been told of a frame that may have been its reply. */
  isDoubted: boolean;
  readonly resolve: (reply: Incoming) => void;
  readonly reject: (error: TaosError) => void;
}

/** The reply of an action that is answered by text. */
export function textReply(reply: Incoming, action: string): Reply {
  if (!(reply instanceof Uint8Array)) return reply;
  throw new CodecError(`the server answered ${action} with a binary frame`);
}

/** One socket's requests in flight. */
export class Channel implements SocketListener {
  readonly #byReqId = new Map<bigint, Pending>();
  readonly #byResultId = new Map<bigint, Pending>();
  #socket: Socket | undefined;
  #closed: string | undefined;
  #closedCode: number = ClientCode.CONNECTION_LOST;
  readonly #end = new AbortController();
  readonly #onClosed: (reason: string, expected: boolean) => void;

  /** `onClosed` is told once why the channel closed, and whether this side did it. */
  constructor(onClosed: (reason: string, expected: boolean) => void) {
    this.#onClosed = onClosed;
  }

  /** The socket that this channel listens to. */
  attach(socket: Socket): void {
    this.#socket = socket;
  }

  /** Aborts when no request can be sent any more, with the error that says why. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Whether requests can be sent. */
  get isOpen(): boolean {
    return this.#socket !== undefined && this.#closed === undefined;
  }

  /** Sends a text request and waits for its reply. */
  async request(
    action: string,
    args: { readonly [key: string]: WireValue | undefined },
    call: Call,
    onLate?: (reply: Incoming) => void,
  ): Promise<Reply> {
    const data = formatRequest(action, call.reqId, args);
    const outgoing: Outgoing = { data, reqId: call.reqId, what: action, ...(onLate && { onLate }) };
    return textReply(await this.exchange(outgoing, call), action);
  }

  /** Sends a request that has no reply. */
  notify(action: string, reqId: bigint, args: { readonly [key: string]: WireValue }): void {
    if (this.#closed === undefined) this.#socket?.send(formatRequest(action, reqId, args));
  }

  /** Sends a request and waits for its reply, of either kind. */
  async exchange(outgoing: Outgoing, limits: Omit<Call, "reqId">): Promise<Incoming> {
    const socket = this.#socket;
    if (this.#closed !== undefined || socket === undefined) {
      throw this.#gone(outgoing.reqId);
    }
    if (this.#byReqId.has(outgoing.reqId)) {
      throw new InterfaceError(`reqId ${outgoing.reqId} belongs to a request in flight`);
    }
    const { signal, timeoutMs } = limits;
    const { data, ...waiting } = outgoing;
    const { reqId, onLate } = waiting;
    const what = `waiting for the reply to ${waiting.what}`;
    return await withDeadline({ signal, timeoutMs, what, reqId, ...(onLate && { onLate }) }, () => {
      const { promise, resolve, reject } = createDeferred<Incoming>();
      this.#register({ outgoing: waiting, isDoubted: false, resolve, reject });
      socket.send(data);
      return promise;
    });
  }

  /** Rejects all requests in flight and closes the socket. */
  async close(): Promise<void> {
    this.#fail("the connection is closed", true);
    await this.#socket?.close();
  }

  onText(text: string): void {
    let reply: Reply;
    try {
      reply = parseReply(text);
    } catch (error) {
      return this.#doubt([...this.#byReqId.values()], error as CodecError);
    }
    // Servers before 3.3.6.12 answer `version` with another request id.
    const pending = this.#byReqId.get(reply.reqId) ??
      (reply.action === "version" ? this.#waitingFor("version") : undefined);
    if (pending === undefined) return;
    const fault = shapeFault(reply);
    if (fault === undefined) this.#settle(pending, reply);
    else this.#reject(pending, fault);
  }

  onBinary(frame: Uint8Array): void {
    const key = frameKey(frame);
    if (key === null) {
      const error = new CodecError(
        "the server's binary frame is too short to say what it answers",
        {
          offset: 0,
          needed: 34,
          available: frame.byteLength,
        },
      );
      return this.#doubt([...this.#byReqId.values()].filter(expectsBinary), error);
    }
    const pending = "reqId" in key
      ? this.#byReqId.get(key.reqId)
      : this.#byResultId.get(key.resultId);
    if (pending !== undefined) this.#settle(pending, frame);
  }

  onClose(reason: string): void {
    this.#fail(reason, false);
  }

  #fail(reason: string, expected: boolean): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#closedCode = expected ? ClientCode.CONNECTION_CLOSED : ClientCode.CONNECTION_LOST;
    this.#onClosed(reason, expected);
    for (const pending of [...this.#byReqId.values()]) {
      const { reqId, what } = pending.outgoing;
      const message = `${reason}, waiting for the reply to ${what}`;
      this.#reject(
        pending,
        new ConnectionError(message, { code: this.#closedCode, reqId, outcome: "unknown" }),
      );
    }
    this.#end.abort(this.#gone());
  }

  /** The error of what cannot be sent. */
  #gone(reqId?: bigint): ConnectionError {
    return new ConnectionError(this.#closed ?? "the connection is not open", {
      code: this.#closedCode,
      outcome: "not-sent",
      reqId,
      hint: "A connection does not come back by itself: connect() again.",
    });
  }

  #register(pending: Pending): void {
    const { reqId, resultId } = pending.outgoing;
    this.#byReqId.set(reqId, pending);
    if (resultId !== undefined) this.#byResultId.set(resultId, pending);
  }

  #forget({ outgoing }: Pending): void {
    this.#byReqId.delete(outgoing.reqId);
    if (outgoing.resultId !== undefined) this.#byResultId.delete(outgoing.resultId);
  }

  #settle(pending: Pending, reply: Incoming): void {
    this.#forget(pending);
    if (pending.isDoubted) pending.outgoing.onLate?.(reply);
    else pending.resolve(reply);
  }

  #reject(pending: Pending, error: TaosError): void {
    this.#forget(pending);
    pending.reject(error);
  }

  /** Tells callers of a frame that cannot be read. What was their reply does not come late, that of others does. */
  #doubt(all: readonly Pending[], error: TaosError): void {
    for (const pending of all) {
      pending.isDoubted = true;
      pending.reject(error);
    }
  }

  #waitingFor(what: string): Pending | undefined {
    return [...this.#byReqId.values()].find(({ outgoing }) => outgoing.what === what);
  }
}

function expectsBinary({ outgoing }: Pending): boolean {
  return outgoing.what.startsWith("fetch");
}
