/**
 * What stands behind a consumer: its connection, the order of its requests, and what becomes of them.
 *
 * @module
 */
import { ConnectionError, TimeoutError, TmqError } from "../errors.ts";
import type { ClientEvent } from "../events.ts";
import { Gate } from "../internal/gate.ts";
import { requireTimeout, toReqId } from "../internal/request_limits.ts";
import type { ConsumerLink } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";
import type { RequestOptions } from "../types.ts";
import { Balance } from "./balance.ts";
import { Commits } from "./commits.ts";
import { Ledger } from "./ledger.ts";
import { Membership } from "./membership.ts";
import { Message, type MessageCommitter, startOf } from "./message.ts";
import { Pump } from "./pump.ts";
import { restorePositions } from "./restore.ts";

/** What a session is made of. */
export interface SessionParts {
  readonly link: ConsumerLink;
  /** Opens another connection, subscribed to these topics. */
  open(topics: readonly string[], signal: AbortSignal): Promise<ConsumerLink>;
  readonly topics: readonly string[];
  readonly prefetch: number;
  /** Whether a group without a commit begins at the begin of the log. */
  readonly isFromBegin: boolean;
  readonly requestTimeoutMs: number;
  onEvent(event: ClientEvent): void;
}

/** A request of a consumer, once it is its turn. */
export type Work<T> = (link: ConsumerLink, call: () => Call) => Promise<T>;

/** How long the end waits for a server that does not answer. */
const closeWaitMs = 2_000;

const consumerNotExist = 0x03e6;

/** Whether an error says that the connection is of no more use. */
function isLoss(error: unknown): boolean {
  return error instanceof TimeoutError ||
    error instanceof ConnectionError && error.kind === "connection";
}

/** The group did without a consumer that has not polled for long: it comes back as after a loss. */
function isRemoval(error: unknown): boolean {
  return error instanceof TmqError && error.code === consumerNotExist;
}

/** A consumer's inside. */
export class Session {
  readonly ledger: Ledger = new Ledger();
  readonly commits: Commits;
  readonly pump: Pump;
  topics: readonly string[];
  readonly #parts: SessionParts;
  /** The server does one thing at a time for a consumer: so do we, in the order of asking. */
  readonly #gate = new Gate();
  readonly #membership: Membership;
  readonly #balance: Balance;
  readonly #commit: MessageCommitter;
  /** The connection that was polled last. */
  #polled: ConsumerLink | undefined;

  constructor(parts: SessionParts, commit: MessageCommitter) {
    this.#parts = parts;
    this.#commit = commit;
    this.topics = parts.topics;
    this.commits = new Commits(this.ledger, parts.onEvent);
    this.pump = new Pump((waitMs, reqId) => this.#step(waitMs, reqId), parts.prefetch);
    this.#balance = new Balance(this.ledger, parts.onEvent);
    this.#membership = new Membership(parts.link, {
      open: (signal) => parts.open(this.topics, signal),
      restore: (link) =>
        restorePositions(link, this.ledger, parts.isFromBegin, () => this.#call(link, {})),
      onReconnected: (attempts) => parts.onEvent({ type: "reconnect", attempts }),
    });
  }

  /** Does a request after those that were asked for before, and between polls. */
  async request<T>(what: string, options: RequestOptions | undefined, work: Work<T>): Promise<T> {
    const { timeoutMs = this.#parts.requestTimeoutMs, signal, reqId: given } = options ?? {};
    requireTimeout(timeoutMs);
    const reqId = given === undefined ? undefined : toReqId(given);
    const limits = { signal, timeoutMs };
    return await this.#gate.alone({ ...limits, what: `requests before ${what}` }, async () => {
      const link = await this.#membership.link(limits);
      let isFirst = true;
      return await work(link, () => {
        const own = isFirst ? reqId : undefined;
        isFirst = false;
        return { ...limits, reqId: own ?? link.nextReqId() };
      });
    });
  }

  /** The connection was lost: what was fetched ahead will come again. */
  onLost(): void {
    this.ledger.interrupt();
    this.pump.discard();
  }

  /** Whether the server still has this consumer. */
  get isConnected(): boolean {
    return this.#membership.current !== undefined;
  }

  /** Forgets all of what was subscribed. */
  reset(topics: readonly string[]): void {
    this.topics = topics;
    this.ledger.clear();
    this.#balance.clear();
    this.pump.discard();
  }

  /** Subscribes to other topics; a connection that was lost meanwhile is opened with them. */
  async resubscribe(topics: readonly string[], options: RequestOptions | undefined): Promise<void> {
    // Another connection will have been opened with the topics already.
    const subscribed = this.#membership.current;
    this.reset(topics);
    try {
      await this.request("subscribe()", options, async (link, call) => {
        if (link === subscribed) await link.subscribe(topics, call());
      });
    } catch (error) {
      this.reset([]);
      throw error;
    }
  }

  /** Waits for the poll under way, then leaves the group. */
  async close(reason: ConnectionError): Promise<void> {
    this.pump.stop(reason);
    const close = () => this.#membership.close(reason);
    if (!this.isConnected) return await close();
    const limits = { what: "the end of the last request", timeoutMs: closeWaitMs };
    await this.#gate.alone(limits, () => Promise.resolve()).catch(() => {});
    await close();
  }

  #call(link: ConsumerLink, { signal }: RequestOptions): Call {
    return { signal, timeoutMs: this.#parts.requestTimeoutMs, reqId: link.nextReqId() };
  }

  async #step(waitMs: number, reqId: bigint | undefined): Promise<Message | null | undefined> {
    return await this.#gate.alone({ what: "requests before a poll" }, async () => {
      if (this.topics.length === 0) return null;
      const link = await this.#membership.link({ signal: undefined, timeoutMs: 0 });
      try {
        return await this.#poll(link, waitMs, reqId);
      } catch (error) {
        if (isLoss(error) || isRemoval(error) && link === this.#polled) {
          await link.close();
          return undefined;
        }
        if (error instanceof TmqError && error.fatal) this.pump.stop(error);
        throw error;
      }
    });
  }

  async #poll(
    link: ConsumerLink,
    waitMs: number,
    reqId: bigint | undefined,
  ): Promise<Message | null> {
    const call = this.#call(link, {});
    const polled = await link.poll(waitMs, { ...call, reqId: reqId ?? call.reqId });
    this.#polled = link;
    this.#membership.confirm();
    const message = polled === null ? null : new Message(polled, this.#commit);
    if (!this.#parts.isFromBegin) {
      if (message !== null) this.ledger.anchor(message.topic, message.vgroupId, startOf(message));
      // The message is taken: it must get through whatever becomes of this.
      await this.#balance.anchor(link, this.topics, () => this.#call(link, {})).catch(() => {});
    }
    this.#balance.check(link, this.topics, () => this.#call(link, {}));
    return message;
  }
}
