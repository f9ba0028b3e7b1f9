/**
 * What changes a consumer as a whole: commits of what was given, leaving and joining topics, the end.
 *
 * @module
 */
import { ClientCode, ConnectionError, InterfaceError, UnsupportedError } from "../errors.ts";
import type { TopicOffset } from "../transports/consumer_port.ts";
import type { RequestOptions } from "../types.ts";
import { AutoCommit } from "./auto_commit.ts";
import { Iterations } from "./iteration.ts";
import type { Message } from "./message.ts";
import { Session, type SessionParts, type Work } from "./session.ts";

/** What a consumer is made of. */
export interface ConsumerParts extends SessionParts {
  readonly autoCommitMs: number | undefined;
  /** Takes who is to be told when a connection is gone. */
  listen(onLost: () => void): void;
}

/** How long the end waits for the last automatic commit. */
const closeCommitMs = 5_000;

/** A message's commit. */
function endOf({ topic, vgroupId, nextOffset }: Message): TopicOffset {
  return { topic, vgroupId, offset: nextOffset! };
}

/** A consumer's life. */
export class Lifecycle {
  readonly session: Session;
  readonly iterations: Iterations;
  readonly #autoCommit: AutoCommit;
  #closing: Promise<void> | undefined;

  constructor(parts: ConsumerParts) {
    this.session = new Session(parts, (message, options) => this.commit(message, options));
    parts.listen(() => this.session.onLost());
    this.#autoCommit = new AutoCommit(parts.autoCommitMs, () => this.#commitFinished());
    this.iterations = new Iterations(this.session, () => this.#autoCommit.schedule());
  }

  /** Commits one message, or all that was given until now. */
  async commit(message: Message | undefined, options: RequestOptions | undefined): Promise<void> {
    const { commits, ledger } = this.session;
    const { lastGiven } = this.iterations;
    const offsets = message === undefined ? ledger.givenOffsets() : [endOf(message)];
    await this.session.request("commit()", options, async (link, call) => {
      if ((message ?? lastGiven)?.nextOffset !== null) {
        for (const offset of offsets) await commits.advance(link, offset, call);
        return;
      }
      // Nothing is fetched ahead of a snapshot's messages, so that all that was polled was given.
      if (message === undefined || message === lastGiven) return await link.commitAll(call());
      const what = "a message of a snapshot has no offset: only the newest one can be committed";
      throw new UnsupportedError(what);
    });
  }

  /** Gives up the topics. */
  async unsubscribe(options: RequestOptions | undefined): Promise<void> {
    const { session } = this;
    const error = new InterfaceError("the consumer is not subscribed: call subscribe() first");
    if (session.topics.length === 0) throw error;
    if (this.#autoCommit.isOn) await this.#commitFinished();
    session.pump.stop(error);
    try {
      await session.request("unsubscribe()", options, (link, call) => link.unsubscribe(call()));
    } catch (failure) {
      session.pump.restart();
      throw failure;
    }
    this.iterations.clear();
    session.reset([]);
  }

  /** Subscribes again after `unsubscribe`. */
  async subscribe(topics: readonly string[], options: RequestOptions | undefined): Promise<void> {
    const { session } = this;
    if (session.topics.length > 0) {
      throw new InterfaceError("the consumer is subscribed: call unsubscribe() first");
    }
    await session.resubscribe(topics, options);
    session.pump.restart();
  }

  /** Leaves the group and closes the connection. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { session } = this;
    session.pump.pause();
    if (this.#autoCommit.isOn && session.isConnected) await this.#commitFinished(closeCommitMs);
    this.#autoCommit.stop();
    const { CONNECTION_CLOSED: code } = ClientCode;
    await session.close(
      new ConnectionError("the consumer is closed", { code, outcome: "not-sent" }),
    );
  }

  /** Commits automatically; whether something is left. */
  async #commitFinished(timeoutMs?: number): Promise<boolean> {
    const { ledger, commits } = this.session;
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    const request = (work: Work<void>) =>
      this.session.request("an automatic commit", options, work);
    await commits.finished(request, () => this.#closing === undefined);
    return ledger.ready().length > 0;
  }
}
