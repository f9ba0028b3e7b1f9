/**
 * Subscriptions through libtaos (protocol.md §5.2, §6.2).
 *
 * @module
 */
import type { Codec } from "../../codec/codec.ts";
import type { HostPort } from "../../dsn.ts";
import { TimeoutError, UnsupportedError } from "../../errors.ts";
import { openFirstHost } from "../../internal/first_host.ts";
import { requestIds } from "../../internal/request_ids.ts";
import type { ResolvedOptions } from "../../options.ts";
import type { ConsumerLink, ConsumerRequest } from "../consumer_port.ts";
import { consumerError } from "./consumer_failure.ts";
import { NativeConsumer } from "./consumers_link.ts";
import type { NativeRuntime } from "./library.ts";
import { requireNative, serversOf, serverUrl, versionIn } from "./native_options.ts";
import { acquireLibrary } from "./process.ts";
import type { NativeWorker } from "./worker.ts";

/** What is told of a membership after it is there. */
export interface ConsumerListener {
  /** It is closed. */
  onClosed(url: string, reason: string, expected: boolean): void;
}

/** What a consumer is opened with. */
interface ConsumerOpening {
  readonly runtime: NativeRuntime;
  readonly options: ResolvedOptions;
  readonly request: ConsumerRequest;
  readonly codec: Codec;
}

/** Switches that libtaos takes as numbers only. */
const numbered: ReadonlySet<string> = new Set([
  "msg.enable.batchmeta",
  "msg.consume.excluded",
  "msg.consume.rawdata",
]);

function switchValue(key: string, value: string): string {
  if (!numbered.has(key)) return value;
  return /^true$/i.test(value) ? "1" : /^false$/i.test(value) ? "0" : value;
}

/** Keys of libtaos. It never commits by itself: the consumer knows what is finished. */
function settingsOf(
  request: ConsumerRequest,
  options: ResolvedOptions,
  { host, port }: HostPort,
): [string, string][] {
  const login: [string, string | undefined][] = options.bearerToken === undefined
    ? [["td.connect.user", options.user], ["td.connect.pass", options.password]]
    : [["td.connect.token", options.bearerToken]];
  const settings: [string, string | undefined][] = [
    ...login,
    ["td.connect.ip", host || undefined],
    ["td.connect.port", port === 0 ? undefined : String(port)],
    ["group.id", request.groupId],
    ["client.id", request.clientId],
    ["auto.offset.reset", request.offsetReset],
    ["enable.auto.commit", "false"],
    ["msg.with.table.name", "true"],
    ...Object.entries(request.config).map(([key, value]): [string, string] => [
      key,
      switchValue(key, value),
    ]),
  ];
  return settings.filter((setting): setting is [string, string] => setting[1] !== undefined);
}

/** Logs in at one server. `onClosed` is told when the consumer is closed. */
async function openServer(
  { runtime, options, request, codec }: ConsumerOpening,
  server: HostPort,
  signal: AbortSignal,
  onClosed: () => void,
): Promise<NativeConsumer> {
  const lease = await acquireLibrary(runtime, options);
  const nextReqId = requestIds();
  let worker: NativeWorker | undefined;
  try {
    signal.throwIfAborted();
    worker = lease.startWorker();
    const settings = settingsOf(request, options, server);
    const { timeZone, applicationName, values } = options;
    const args = { settings, timeZone, applicationName };
    const { consumer, serverInfo } = await worker.request("openConsumer", args);
    const serverVersion = versionIn(serverInfo) ?? lease.version;
    const structsByAddress = runtime.platform === "windows";
    const parts = { lease, worker, consumer, codec, values, serverVersion, structsByAddress };
    return new NativeConsumer({ ...parts, nextReqId, onClosed });
  } catch (error) {
    worker?.end();
    lease.release();
    throw consumerError(error, nextReqId());
  }
}

/**
 * Joins a consumer group through the first server that answers; without a host taos.cfg decides.
 *
 * @throws {LoadError} when libtaos cannot be loaded.
 * @throws {InterfaceError} when libtaos is configured otherwise already, or lacks a function.
 * @throws {ConnectionError} when no server can be reached, or the login is refused.
 * @throws {TmqError} when the server refuses the subscription.
 */
export async function openConsumer(
  runtime: NativeRuntime,
  options: ResolvedOptions,
  request: ConsumerRequest,
  codec: Codec,
  listener: ConsumerListener,
): Promise<ConsumerLink> {
  requireNative(options);
  if (options.totp !== undefined) {
    throw new UnsupportedError("subscriptions know no totp option: log in with a bearerToken");
  }
  const hosts = serversOf(options);
  let isSubscribed = false;
  let url = "";
  const onClosed = () => {
    if (isSubscribed) listener.onClosed(url, "the consumer is closed", true);
  };
  const opening = { runtime, options, request, codec };
  const consumer = await openFirstHost<NativeConsumer>({ ...options, hosts }, {
    hostUrl: (index) => url = serverUrl(hosts[index]),
    open: (index, signal) => openServer(opening, hosts[index]!, signal, onClosed),
    close: (late) => void late.close(),
  });
  const { signal, requestTimeoutMs: timeoutMs } = options;
  try {
    const call = { reqId: consumer.nextReqId(), signal, timeoutMs };
    await consumer.subscribe(request.topics, call);
  } catch (error) {
    const closing = consumer.close();
    // A call that nobody waits for any more goes on by itself.
    if (!signal?.aborted && !(error instanceof TimeoutError)) await closing;
    throw error;
  }
  isSubscribed = true;
  const { serverVersion } = consumer;
  options.onEvent({ type: "connect", transport: runtime.kind, url, serverVersion });
  return consumer;
}
