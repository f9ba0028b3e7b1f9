/**
 * Opens subscriptions.
 *
 * @module
 */
import { initCodec } from "./codec/load.ts";
import { openSubscription } from "./open_subscription.ts";
import { socketFactory } from "./runtime.ts";
import type { Consumer } from "./tmq/consumer.ts";
import type { SubscribeOptions } from "./tmq/options.ts";
import { openConsumerLink } from "./transports/select.ts";
import type { ValueOptions } from "./types.ts";

/**
 * Subscribes to topics, as a member of a consumer group. Needs TDengine 3.1.2; metadata and several topics work from
 * there on, acknowledged messages from 3.3.6.
 *
 * @typeParam V The value options; the types of rows follow from them.
 * @param url `ws://user:password@host:6041`; several hosts are tried in order. Default `ws://localhost:6041`.
 * @param options Topics and group, and the options of a connection.
 * @returns The consumer, to be closed: `await using` does it.
 * @throws {InterfaceError} when URL or options are wrong; no secret is quoted.
 * @throws {UnsupportedError} when the transport or the server's version has no subscriptions.
 * @throws {ConnectionError} when no host answers, or the login is refused.
 * @throws {TmqError} when the server refuses, for example because there is no such topic.
 * @example
 * ```ts
 * import { subscribe } from "@tdwire/client";
 *
 * async function follow(url: string) {
 *   const group = { groupId: "copies", offsetReset: "earliest", autoCommit: false } as const;
 *   await using consumer = await subscribe(url, { topics: ["readings"], ...group });
 *   for (let message = await consumer.poll(); message !== null; message = await consumer.poll()) {
 *     console.log(message.rows());
 *     await message.commit();
 *   }
 * }
 * ```
 */
export async function subscribe<const V extends ValueOptions = Record<never, never>>(
  url: string | URL | undefined,
  options: SubscribeOptions<V>,
): Promise<Consumer<V>> {
  return await openSubscription({ initCodec, openConsumerLink, socketFactory }, url, options);
}
