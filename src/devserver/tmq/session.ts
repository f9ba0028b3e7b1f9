/**
 * What one connection of `/rest/tmq` holds: its consumer, and the last message until the next one comes.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { adapterError, checkLogin, type ServerContext } from "../session.ts";
import { Serial } from "../session_results.ts";
import type { Subscription } from "./subscribe_options.ts";
import type { TopicBlock, TopicConsumer, TopicMessage } from "./topic_engine.ts";

/** The message a client may fetch. */
export interface CachedMessage {
  id: bigint;
  message: TopicMessage;
  /** Number of blocks that `fetch` has gone through. */
  fetched: number;
  /** The block that `fetch` told of last. */
  block: TopicBlock | null;
}

/** State of one connection. */
export class TmqSession {
  readonly context: ServerContext;
  /** What the consumer is asked for, one after the other: all but reading the cached message. */
  readonly serial: Serial = new Serial();
  cached: CachedMessage | null = null;
  #consumer: TopicConsumer | null = null;
  #isSubscribed = false;
  #isClosed = false;
  #lastMessage = 0n;
  #autoCommitMs: number | null = null;
  #nextCommit = 0;
  readonly #onSubscribed: () => void;

  /** `onSubscribed` is called when the first subscription has succeeded. */
  constructor(context: ServerContext, onSubscribed: () => void) {
    this.context = context;
    this.#onSubscribed = onSubscribed;
  }

  /**
   * The consumer.
   *
   * @throws {ServerError} before `subscribe`.
   */
  get consumer(): TopicConsumer {
    if (this.#consumer === null) throw adapterError("tmq not init");
    return this.#consumer;
  }

  /** Subscribes; of a second subscription, after `unsubscribe`, only the topics count. */
  async subscribe(read: () => Subscription): Promise<void> {
    if (this.#consumer !== null) {
      if (this.#isSubscribed) throw adapterError("tmq should have unsubscribed first");
      await this.#consumer.subscribe(read().topics);
      this.#isSubscribed = true;
      return;
    }
    const { engine } = this.context;
    const { settings, password, token, topics, isAutoCommit, autoCommitIntervalMs } = read();
    try {
      checkLogin(this.context, { user: settings.user, password, bearerToken: token });
    } catch (error) {
      if (error instanceof ServerError) throw adapterError("init tscObj failed");
      throw error;
    }
    const consumer = engine.topics!.openConsumer(settings);
    try {
      await consumer.subscribe(topics);
    } catch (error) {
      await consumer.close();
      throw error;
    }
    if (this.#isClosed) return await consumer.close();
    this.#consumer = consumer;
    this.#isSubscribed = true;
    this.#autoCommitMs = isAutoCommit ? autoCommitIntervalMs : null;
    this.#onSubscribed();
  }

  async unsubscribe(): Promise<void> {
    await this.consumer.unsubscribe();
    this.cached = null;
    this.#isSubscribed = false;
  }

  /**
   * Polls. The cached message comes again when the client names another one as its last.
   *
   * @param lastSeen The message that the client says it has received last; null when it does not say.
   */
  async poll(blockingMs: number, lastSeen: bigint | null): Promise<CachedMessage | null> {
    const { consumer, cached } = this;
    if (lastSeen !== null && cached !== null && lastSeen !== cached.id) return cached;
    await this.#autoCommit();
    const message = await consumer.poll(blockingMs);
    if (message === null) return null;
    this.cached = { id: ++this.#lastMessage, message, fetched: 0, block: null };
    return this.cached;
  }

  /** Leaves the group. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.cached = null;
    await this.#consumer?.close();
  }

  /** What was polled before is committed once in an interval; failures are not told. */
  async #autoCommit(): Promise<void> {
    if (this.#autoCommitMs === null || performance.now() < this.#nextCommit) return;
    await this.consumer.commit().catch(() => undefined);
    this.#nextCommit = performance.now() + this.#autoCommitMs;
  }
}
