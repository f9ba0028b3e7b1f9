/**
 * Subscriptions over WebSocket: one socket to taosAdapter's `/rest/tmq` is one consumer (protocol.md §5).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import { ConnectionError, databaseError, TimeoutError, UnsupportedError } from "../../errors.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedOptions } from "../../options.ts";
import type { ConsumerLink, ConsumerRequest } from "../consumer_port.ts";
import type { Call } from "../transport.ts";
import { Channel } from "./channel.ts";
import { WebSocketConsumer } from "./consumers_link.ts";
import { subscribeArgs, type WireArgs } from "./consumers_wire.ts";
import { openSocket } from "./socket.ts";
import { hostUrl, requireOptions, socketRequest } from "./transport.ts";

/** The first server whose consumers can commit a single offset. */
const minVersion = "3.1.2.0";
/** Servers that do not know the action leave it without a reply. */
const versionWaitMs = 2_000;
/** The adapter lets go of the consumer before it answers the close. */
const closeWaitMs = 5_000;

/** A socket, before it subscribes. */
interface OpenedHost {
  readonly channel: Channel;
  readonly nextReqId: () => bigint;
  /** Empty when the server did not say. */
  readonly version: string;
  readonly url: string;
}

async function askVersion(channel: Channel, call: Call): Promise<string> {
  try {
    const { version = "" } = await channel.request("version", {}, call);
    return version;
  } catch (error) {
    if (error instanceof TimeoutError) return "";
    throw error;
  }
}

async function openHost(
  options: ResolvedOptions,
  hostIndex: number,
  signal: AbortSignal,
  onLost: (url: string, reason: string, expected: boolean) => void,
): Promise<OpenedHost> {
  const url = hostUrl(options, hostIndex);
  const nextReqId = requestIds();
  const channel = new Channel((reason, expected) => onLost(url, reason, expected));
  const request = { ...await socketRequest(options, hostIndex, "/rest/tmq"), closeWaitMs };
  channel.attach(await openSocket(request, channel, { signal }));
  try {
    const call = { reqId: nextReqId(), signal, timeoutMs: versionWaitMs };
    return { channel, nextReqId, version: await askVersion(channel, call), url };
  } catch (error) {
    await channel.close();
    throw error;
  }
}

/** An old server would ignore what it does not know. */
function requireVersion(version: string, options: ResolvedOptions): void {
  requireOptions(version, options);
  if (isAtLeast(version, minVersion)) return;
  throw new UnsupportedError(
    `subscriptions: need a server of version ${minVersion}; this one is ${version}`,
  );
}

/** What is told of a membership after it is there. */
export interface ConsumerListener {
  /** It is lost, or closed. */
  onClosed(url: string, reason: string, expected: boolean): void;
}

/**
 * Opens the first host that answers, and subscribes.
 *
 * @throws {ConnectionError} when no host can be reached, or the login is refused.
 * @throws {TmqError} when the server refuses the subscription.
 */
export async function openConsumer(
  options: ResolvedOptions,
  request: ConsumerRequest,
  codec: Codec,
  listener: ConsumerListener,
): Promise<ConsumerLink> {
  let isSubscribed = false;
  const onLost = (url: string, reason: string, expected: boolean) => {
    if (isSubscribed) listener.onClosed(url, reason, expected);
  };
  const host = await openFirstHost<OpenedHost>(options, {
    hostUrl: (hostIndex) => hostUrl(options, hostIndex),
    open: (hostIndex, signal) => openHost(options, hostIndex, signal, onLost),
    close: ({ channel }) => void channel.close(),
  });
  try {
    const { version, subscription } = await subscribe(host, options, request);
    isSubscribed = true;
    options.onEvent({
      type: "connect",
      transport: "websocket",
      url: host.url,
      serverVersion: version,
    });
    return new WebSocketConsumer({ ...host, codec, version, values: options.values, subscription });
  } catch (error) {
    await host.channel.close();
    throw error;
  }
}

/** What subscribing tells. */
interface Subscribed {
  readonly version: string;
  readonly subscription: WireArgs;
}

async function subscribe(
  host: OpenedHost,
  options: ResolvedOptions,
  request: ConsumerRequest,
): Promise<Subscribed> {
  const { channel, nextReqId, version } = host;
  if (version !== "") requireVersion(version, options);
  if (options.totp !== undefined) {
    throw new UnsupportedError("subscriptions know no totp option: log in with a bearerToken");
  }
  // A server that keeps its version to itself is taken for a new one: acknowledging too much does no harm.
  const known = version || "3.3.6.0";
  const { signal, requestTimeoutMs: timeoutMs } = options;
  const call = { reqId: nextReqId(), signal, timeoutMs };
  const subscription = subscribeArgs(request, options, known);
  const reply = await channel.request("subscribe", subscription, call);
  if (reply.code !== 0) throw refusal(reply.code, reply.message, call.reqId);
  return { version: version || reply.version || known, subscription };
}

/** Login and network failures are the connection's; the rest is the subscription's. */
function refusal(code: number, message: string, reqId: bigint): Error {
  const error = databaseError(code, message, { context: "connect", reqId });
  // This is all that a wrong password gives (test/golden/wire/raw_tmq_actions.jsonl).
  if (message === "init tscObj failed") {
    const hint = "Are user and password right?";
    return new ConnectionError(message, {
      code,
      reqId,
      hint,
      kind: "authentication",
      outcome: "rejected",
    });
  }
  return error instanceof ConnectionError
    ? error
    : databaseError(code, message, { context: "tmq", reqId });
}
