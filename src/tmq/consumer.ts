/**
 * The consumer of a subscription.
 *
 * @module
 */
import { requireTimeout, toReqId } from "../internal/request_limits.ts";
import type { TopicOffset } from "../transports/consumer_port.ts";
import type { RequestOptions, ValueOptions } from "../types.ts";
import { type ConsumerParts, Lifecycle } from "./lifecycle.ts";
import type { Message } from "./message.ts";
import { checkTopics } from "./options.ts";
import {
  type Assignment,
  assignmentOf,
  checkOffset,
  positionsOf,
  seekAll,
  seekTo,
  type VgroupOffset,
  vgroupsOf,
} from "./positions.ts";
import type { Session } from "./session.ts";

/**
 * A member of a consumer group, made by `subscribe()`. Iterate it, or `poll` it.
 *
 * Messages come at least once: after a loss of the connection, a crash or a rebalance the group goes on from what was
 * committed, and what came after that comes again. Automatic commits never pass a message that the application has not
 * been given and finished; it counts as finished when the same loop, or the next `poll`, asks for another one. A server
 * before 3.3.6 has no message ids: there a reply that is lost costs a reconnect.
 *
 * @typeParam V The value options; the types of rows follow from them.
 * @example
 * ```ts
 * import { subscribe } from "@tdwire/client";
 *
 * async function follow(url: string) {
 *   await using consumer = await subscribe(url, { topics: ["readings"], groupId: "alarms" });
 *   for await (const message of consumer) {
 *     for (const block of message.blocks) console.log(block.table, block.rows());
 *     await message.commit();
 *   }
 * }
 * ```
 */
export class Consumer<V extends ValueOptions = ValueOptions>
  implements AsyncIterable<Message<V>>, AsyncDisposable {
  readonly #life: Lifecycle;
  readonly #session: Session;

  /** Use `subscribe()` instead. */
  constructor(parts: ConsumerParts) {
    this.#life = new Lifecycle(parts);
    this.#session = this.#life.session;
  }

  /**
   * Waits for a message. All messages that earlier polls gave count as finished.
   *
   * @param timeoutMs How long, in milliseconds. Default 1 000; 0 takes what was fetched ahead.
   * @param options A signal and a time limit; a message that comes after the abort is kept for the next poll. The request
   * id is that of the first request made for this poll; a message that was fetched ahead takes none.
   * @returns The message; null when none has come.
   * @throws {TmqError} What the server complains of. The consumer stays usable unless `error.fatal`.
   * @throws {ConnectionError} When the connection was lost and does not come back; the next poll tries again.
   * @throws {InterfaceError} After `unsubscribe`.
   */
  async poll(timeoutMs = 1_000, options: RequestOptions = {}): Promise<Message<V> | null> {
    requireTimeout(timeoutMs);
    const { signal, timeoutMs: limitMs = 0, reqId: given } = options;
    requireTimeout(limitMs);
    const reqId = given === undefined ? undefined : toReqId(given);
    const limits = { timeoutMs, signal, limitMs, reqId };
    return await this.#life.iterations.poll(limits) as Message<V> | null;
  }

  /** Waits for message after message; ends when the consumer is closed or unsubscribed. */
  [Symbol.asyncIterator](): AsyncIterator<Message<V>, undefined> {
    return this.#life.iterations.iterate() as AsyncIterator<Message<V>, undefined>;
  }

  /**
   * Commits a message and what came before it in its vgroup; without one, all that was given so far. The group never
   * moves back.
   *
   * @param message The message.
   * @param options Limits of the request.
   * @throws {TmqError} When another consumer of the group has the vgroup meanwhile.
   */
  async commit(message?: Message, options?: RequestOptions): Promise<void> {
    await this.#life.commit(message, options);
  }

  /**
   * Commits offsets as they are, also back.
   *
   * @param offsets Where the group is to go on, vgroup by vgroup.
   * @param options Limits of each request.
   * @throws {TmqError} When a vgroup is not this consumer's; offsets before it in the list are committed.
   */
  async commitOffsets(offsets: readonly TopicOffset[], options?: RequestOptions): Promise<void> {
    const checked = offsets.map(checkOffset);
    await this.#session.request("commitOffsets()", options, async (link, call) => {
      for (const offset of checked) await this.#session.commits.set(link, offset, call);
    });
  }

  /**
   * The vgroups that this consumer has, each with the application's position and the ends of its log.
   *
   * @param topic One topic. Default: all.
   * @param options Limits of each request.
   */
  async assignment(topic?: string, options?: RequestOptions): Promise<Assignment[]> {
    return await this.#session.request(
      "assignment()",
      options,
      (link, call) => assignmentOf(this.#session, link, this.#topics(topic), call),
    );
  }

  /**
   * What the group has committed.
   *
   * @param topic The topic.
   * @param vgroupIds The vgroups. Default: those of this consumer.
   * @param options Limits of each request.
   * @returns One offset a vgroup; null without a commit.
   */
  async committed(
    topic: string,
    vgroupIds?: readonly number[],
    options?: RequestOptions,
  ): Promise<VgroupOffset[]> {
    return await this.#session.request("committed()", options, async (link, call) => {
      const ids = await vgroupsOf(link, topic, vgroupIds, call);
      const offsets = ids.length === 0 ? [] : await link.committed(topic, ids, call());
      return ids.map((vgroupId, i) => ({ vgroupId, offset: offsets[i] ?? null }));
    });
  }

  /**
   * Where the application is: the offset of the next message it will be given.
   *
   * @param topic The topic.
   * @param vgroupIds The vgroups. Default: those of this consumer.
   * @param options Limits of each request.
   * @returns One offset a vgroup; null where it is not known yet.
   */
  async position(
    topic: string,
    vgroupIds?: readonly number[],
    options?: RequestOptions,
  ): Promise<VgroupOffset[]> {
    return await this.#session.request("position()", options, async (link, call) => {
      const ids = await vgroupsOf(link, topic, vgroupIds, call);
      return await positionsOf(this.#session, link, topic, ids, call);
    });
  }

  /**
   * Moves one vgroup. What was fetched ahead of it is dropped. Commits stay as they are.
   *
   * @param offset Where to go on.
   * @param options Limits of each request.
   * @throws {TmqError} When the offset is not in the log (0x4007), or the vgroup not this consumer's.
   */
  async seek(offset: TopicOffset, options?: RequestOptions): Promise<void> {
    const checked = checkOffset(offset);
    await this.#session.request(
      "seek()",
      options,
      (link, call) => seekTo(this.#session, link, checked, call),
    );
  }

  /**
   * Moves all vgroups to the oldest entries that the logs still have.
   *
   * @param topic One topic. Default: all.
   * @param options Limits of each request.
   */
  async seekToBeginning(topic?: string, options?: RequestOptions): Promise<void> {
    await this.#session.request(
      "seekToBeginning()",
      options,
      (link, call) => seekAll(this.#session, link, this.#topics(topic), "begin", call),
    );
  }

  /**
   * Moves all vgroups behind the newest entries.
   *
   * @param topic One topic. Default: all.
   * @param options Limits of each request.
   */
  async seekToEnd(topic?: string, options?: RequestOptions): Promise<void> {
    await this.#session.request(
      "seekToEnd()",
      options,
      (link, call) => seekAll(this.#session, link, this.#topics(topic), "end", call),
    );
  }

  /**
   * Stops giving and fetching messages. After `max.poll.interval.ms` (5 minutes) without a poll, by a pause or by work on
   * a message, the server gives the vgroups to others of the group; the next poll joins the group again, and goes on from
   * its commits.
   */
  pause(): void {
    this.#session.pump.pause();
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#session.pump.resume();
  }

  /**
   * Sums up how far the application is behind the ends of its vgroups' logs.
   *
   * @param options Limits of each request.
   * @returns The number of log entries; not all of them become messages.
   */
  async lag(options?: RequestOptions): Promise<bigint> {
    const vgroups = await this.assignment(undefined, options);
    return vgroups.reduce((sum, { end, offset }) => end > offset ? sum + end - offset : sum, 0n);
  }

  /**
   * The topics that the server has for this consumer.
   *
   * @param options Limits of the request.
   */
  async topics(options?: RequestOptions): Promise<string[]> {
    return await this.#session.request("topics()", options, (link, call) => link.topics(call()));
  }

  /**
   * Gives up the topics; loops end, and `poll` is an error until `subscribe`. What is finished is committed first, if
   * commits are automatic.
   *
   * @param options Limits of each request.
   */
  async unsubscribe(options?: RequestOptions): Promise<void> {
    await this.#life.unsubscribe(options);
  }

  /**
   * Subscribes again after `unsubscribe`, with the same options.
   *
   * @param topics Names of the topics.
   * @param options Limits of each request.
   * @throws {TmqError} When the server refuses, for example because there is no such topic.
   */
  async subscribe(topics: readonly string[], options?: RequestOptions): Promise<void> {
    await this.#life.subscribe(checkTopics(topics), options);
  }

  /**
   * Commits what is finished, if commits are automatic, leaves the group and closes the connection. When it resolves
   * the server can drop the topics.
   */
  close(): Promise<void> {
    return this.#life.close();
  }

  /** Closes the consumer. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #topics(topic: string | undefined): readonly string[] {
    return topic === undefined ? this.#session.topics : [topic];
  }
}
