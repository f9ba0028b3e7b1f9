/**
 * Keeps a consumer in its group: when the connection is lost, the next that needs it opens another.
 *
 * @module
 */
import { ConnectionError, isTaosError, TimeoutError } from "../errors.ts";
import { withDeadline } from "../internal/abort.ts";
import type { ConsumerLink } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";

/** Attempts before whoever waits is told. */
const maxAttempts = 8;
const firstPauseMs = 200;
const maxPauseMs = 2_000;

/** What a membership is made of. */
export interface MembershipParts {
  /** Opens a connection and subscribes. */
  open(signal: AbortSignal): Promise<ConsumerLink>;
  /** Puts a connection that was opened again where the application is. */
  restore(link: ConsumerLink): Promise<void>;
  onReconnected(attempts: number): void;
}

/** Whether it is worth another attempt: the network, or a group that is being balanced. */
function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.kind === "connection";
  return error instanceof TimeoutError || isTaosError(error) && error.retryable;
}

/** Waits; rejects with the signal's reason when it aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return withDeadline({ signal, what: "a pause" }, (over) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      over.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }));
}

/** A pause that doubles, spread by a fifth so that many clients do not come back at once. */
function pauseMs(attempt: number): number {
  return Math.min(maxPauseMs, firstPauseMs * 2 ** attempt) * (0.8 + 0.4 * Math.random());
}

/** One member of a group, on one connection after the other. */
export class Membership {
  readonly #parts: MembershipParts;
  readonly #closing = new AbortController();
  #link: ConsumerLink;
  #opening: Promise<ConsumerLink> | undefined;
  /** Attempts since a connection was of use. */
  #attempts = 0;

  constructor(link: ConsumerLink, parts: MembershipParts) {
    this.#link = link;
    this.#parts = parts;
  }

  /** The connection, if it is there. */
  get current(): ConsumerLink | undefined {
    return this.#link.isOpen ? this.#link : undefined;
  }

  /** The connection; another one when it is lost. */
  async link(limits: Omit<Call, "reqId">): Promise<ConsumerLink> {
    this.#closing.signal.throwIfAborted();
    if (this.#link.isOpen) return this.#link;
    this.#opening ??= this.#reopen().finally(() => this.#opening = undefined);
    const opening = this.#opening;
    return await withDeadline({
      ...limits,
      what: "the connection to come back",
      outcome: "not-sent",
    }, () => opening);
  }

  /** The connection has been of use: a later loss begins a series of attempts of its own. */
  confirm(): void {
    this.#attempts = 0;
  }

  /** Leaves the group. */
  async close(reason: ConnectionError): Promise<void> {
    this.#closing.abort(reason);
    await this.#link.close();
    await this.#opening?.catch(() => {});
  }

  async #reopen(): Promise<ConsumerLink> {
    const { signal } = this.#closing;
    for (;;) {
      if (this.#attempts > 0) await sleep(pauseMs(this.#attempts - 1), signal);
      this.#attempts++;
      try {
        return await this.#openOnce(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (this.#attempts < maxAttempts && isPassing(error)) continue;
        this.#attempts = 1;
        throw error;
      }
    }
  }

  async #openOnce(signal: AbortSignal): Promise<ConsumerLink> {
    const link = await this.#parts.open(signal);
    try {
      signal.throwIfAborted();
      await this.#parts.restore(link);
      signal.throwIfAborted();
    } catch (error) {
      await link.close();
      throw error;
    }
    this.#link = link;
    this.#parts.onReconnected(this.#attempts);
    return link;
  }
}
