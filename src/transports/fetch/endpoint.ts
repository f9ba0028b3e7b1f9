/**
 * Requests to one host over `fetch`: limits, cancelling, and no secret in any message.
 *
 * Time limits apply to each wait: for the answer, and then for every piece of its body. Node's own `fetch` besides
 * gives up after five minutes without a byte. The runtime negotiates and undoes compression by itself; where the
 * standard lets a client say so (not in browsers), `compression: false` asks for none.
 *
 * @module
 */
import { ClientCode, ConnectionError, type ErrorContext, InterfaceError } from "../../errors.ts";
import { followSignal, withDeadline } from "../../internal/abort.ts";
import type { Call } from "../transport.ts";
import type { Credentials } from "./auth.ts";
import { brokenReply, failureText, requestError } from "./http_errors.ts";

/** How a host is asked. */
export interface EndpointInit {
  /** Such as `http://localhost:6041`. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly compression: boolean;
  readonly fetch: typeof fetch | undefined;
}

/** A request. */
export interface HttpRequest {
  /** Such as `/rest/sql`, encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** What is asked, for messages. */
  readonly what: string;
  readonly context?: ErrorContext;
}

/** The answer to a request, its body still to be read. */
export class HttpReply {
  readonly status: number;
  readonly headers: Headers;
  /** Bytes of the body read so far. */
  received = 0;
  readonly #endpoint: Endpoint;
  readonly #controller: AbortController;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #isOver = false;

  constructor(endpoint: Endpoint, controller: AbortController, response: Response) {
    this.#endpoint = endpoint;
    this.#controller = controller;
    this.status = response.status;
    this.headers = response.headers;
    this.#reader = response.body?.getReader();
    if (this.#reader === undefined) this.#end();
  }

  /** The next bytes of the body; null at its end. */
  async read({ reqId, signal, timeoutMs }: Call): Promise<Uint8Array | null> {
    if (this.#isOver) return null;
    const letGo = followSignal(this.#controller, signal);
    try {
      const what = `waiting for more of the reply from ${this.#endpoint.url}`;
      const read = await withDeadline(
        { signal: this.#controller.signal, timeoutMs, what, reqId },
        () => this.#reader!.read(),
      );
      if (read.done) {
        this.#end();
        return null;
      }
      this.received += read.value.byteLength;
      return read.value;
    } catch (thrown) {
      this.cancel();
      throw this.#endpoint.explain(
        thrown,
        signal,
        (text) => brokenReply(this.#endpoint.url, reqId, text),
      );
    } finally {
      letGo();
    }
  }

  /** The body's text, or its first 64 KiB. */
  async text(call: Call, start: Uint8Array = new Uint8Array()): Promise<string> {
    const decoder = new TextDecoder();
    let text = decoder.decode(start, { stream: true });
    for (let bytes = await this.read(call); bytes !== null; bytes = await this.read(call)) {
      text += decoder.decode(bytes, { stream: true });
      if (text.length > 65_536) break;
    }
    this.cancel();
    return this.#endpoint.scrub(text);
  }

  /** Lets the rest of the body go; the server stops sending it. May be called more than once. */
  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    this.#reader?.cancel().catch(() => {});
    this.#controller.abort();
  }

  #end(): void {
    this.#isOver = true;
    this.#endpoint.forget(this.#controller);
  }
}

/** One host. */
export class Endpoint {
  /** The host's URL, without secrets. */
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #credentials: Credentials;
  readonly #fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  constructor({ url, credentials, compression, fetch: given }: EndpointInit) {
    this.url = url;
    this.#credentials = credentials;
    const send = given ?? globalThis.fetch;
    if (send === undefined) {
      throw new InterfaceError("this runtime has no fetch: pass one as the fetch option");
    }
    // A browser's fetch must not be called as a method of something else.
    this.#fetch = (url, init) => send(url, init);
    this.#headers = {
      authorization: credentials.authorization,
      ...(!compression && { "accept-encoding": "identity" }),
    };
  }

  /**
   * Sends a request and waits for the head of its answer.
   *
   * @throws {ConnectionError} when there is none.
   */
  async post(request: HttpRequest, call: Call): Promise<HttpReply> {
    if (this.#isClosed) throw closedError("not-sent");
    const controller = new AbortController();
    this.#running.add(controller);
    const { signal, timeoutMs, reqId } = call;
    const letGo = followSignal(controller, signal);
    const what = `waiting for the reply to ${request.what}`;
    const onLate = (late: Response) => void late.body?.cancel().catch(() => {});
    try {
      const response = await withDeadline(
        { signal: controller.signal, timeoutMs, what, reqId, onLate },
        () => this.#send(request, controller.signal),
      );
      return new HttpReply(this, controller, response);
    } catch (thrown) {
      this.forget(controller);
      controller.abort();
      throw this.explain(
        thrown,
        signal,
        (text) => requestError(this.url, reqId, text, request.context),
      );
    } finally {
      letGo();
    }
  }

  /** Rejects what is under way and everything to come. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#running) controller.abort(closedError("unknown"));
    this.#running.clear();
  }

  /** A request is over. */
  forget(controller: AbortController): void {
    this.#running.delete(controller);
  }

  /** A text without the secrets of this connection. */
  scrub(text: string): string {
    return this.#credentials.secrets.reduce((clean, secret) => clean.replaceAll(secret, "?"), text);
  }

  /** What to throw for something thrown: the caller's own reason and our errors as they are, the rest as `make` says. */
  explain(
    thrown: unknown,
    signal: AbortSignal | undefined,
    make: (text: string) => Error,
  ): unknown {
    const isOurs = thrown instanceof Error && "outcome" in thrown;
    if (isOurs || (signal?.aborted && thrown === signal.reason)) return thrown;
    return make(this.scrub(failureText(thrown)));
  }

  async #send({ path, query, body }: HttpRequest, signal: AbortSignal): Promise<Response> {
    const { token } = this.#credentials;
    const parameters = Object.entries({ ...query, token })
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const url = `${this.url}${path}?${parameters.join("&")}`;
    return await this.#fetch(url, { method: "POST", headers: this.#headers, body, signal });
  }
}

function closedError(outcome: "not-sent" | "unknown"): ConnectionError {
  return new ConnectionError("the connection is closed", {
    code: ClientCode.CONNECTION_CLOSED,
    outcome,
  });
}
