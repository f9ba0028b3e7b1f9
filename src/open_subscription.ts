/**
 * Opens subscriptions with what an entry of the package brings along.
 *
 * @module
 */
import type { Codec } from "./codec/codec.ts";
import type { ResolvedOptions } from "./options.ts";
import type { SocketFactory } from "./runtime.ts";
import { Consumer } from "./tmq/consumer.ts";
import { resolveSubscription, type SubscribeOptions } from "./tmq/options.ts";
import type { ConsumerLink, ConsumerRequest } from "./transports/consumer_port.ts";
import type { ValueOptions } from "./types.ts";

/** What an entry brings along. */
export interface SubscriptionParts {
  /** Gives the codec. */
  initCodec(): Promise<Codec>;
  /** Tells how WebSockets are opened; undefined where there are none. */
  socketFactory(): Promise<SocketFactory | undefined>;
  /** Opens a membership in a consumer group; `onClosed` is told when it is lost or closed. */
  openConsumerLink(
    options: ResolvedOptions,
    request: ConsumerRequest,
    codec: Codec,
    onClosed: (url: string, reason: string, expected: boolean) => void,
  ): Promise<ConsumerLink>;
}

/** `subscribe()` of an entry. */
export async function openSubscription<V extends ValueOptions>(
  { initCodec, openConsumerLink, socketFactory }: SubscriptionParts,
  url: string | URL | undefined,
  options: SubscribeOptions<V>,
): Promise<Consumer<V>> {
  const subscription = resolveSubscription<V>(url, options);
  const codec = await initCodec();
  const resolved = { ...subscription.options, socketFactory };
  const { request } = subscription;
  const { onEvent } = resolved;
  let onLost = () => {};
  const onClosed = (at: string, reason: string, expected: boolean) => {
    onEvent({ type: "disconnect", url: at, reason, expected });
    onLost();
  };
  const open = (topics: readonly string[], given: ResolvedOptions) =>
    openConsumerLink(given, { ...request, topics }, codec, onClosed);
  return new Consumer<V>({
    link: await open(request.topics, resolved),
    open: (topics, signal) => open(topics, { ...resolved, signal }),
    topics: request.topics,
    prefetch: subscription.prefetch,
    isFromBegin: request.offsetReset === "earliest",
    requestTimeoutMs: resolved.requestTimeoutMs,
    autoCommitMs: subscription.autoCommitMs,
    onEvent,
    listen: (listener) => onLost = listener,
  });
}
