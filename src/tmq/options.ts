/**
 * The options of a subscription, and their one validation.
 *
 * @module
 */
import { InterfaceError, UnsupportedError } from "../errors.ts";
import { maxTimerMs } from "../internal/request_limits.ts";
import { type ConnectOptions, type ResolvedOptions, resolveOptions } from "../options.ts";
import type { ConsumerRequest } from "../transports/consumer_port.ts";
import type { ValueOptions } from "../types.ts";

/** Options of `subscribe()`, besides those of a connection. */
export interface SubscribeOptions<V extends ValueOptions = ValueOptions> extends ConnectOptions<V> {
  /** Names of the topics. */
  topics: readonly string[];
  /** The consumer group, whose members share the topics' vgroups; at most 192 bytes, no colon. */
  groupId: string;
  /** Name of this consumer in `show consumers`; at most 255 bytes. */
  clientId?: string | undefined;
  /** Where a group begins that has committed nothing yet. Default `"latest"`. */
  offsetReset?: "earliest" | "latest" | "none" | undefined;
  /**
   * Commits what the application has finished: a message counts as finished when the next one is asked for. Default
   * every 5 000 ms.
   */
  autoCommit?: boolean | { intervalMs: number } | undefined;
  /** Messages fetched ahead while the application works on one, 0 … 1 000. Default 1. */
  prefetch?: number | undefined;
  /** Further keys of libtaos, such as `min.poll.rows`. */
  config?: Record<string, string> | undefined;
}

/** A subscription's options, all decided. */
export interface ResolvedSubscription {
  readonly options: ResolvedOptions;
  readonly request: ConsumerRequest;
  /** Milliseconds between automatic commits; undefined = none. */
  readonly autoCommitMs: number | undefined;
  readonly prefetch: number;
}

const names = [
  "topics",
  "groupId",
  "clientId",
  "offsetReset",
  "autoCommit",
  "prefetch",
  "config",
] as const;
const defaultCommitMs = 5_000;
const maxPrefetch = 1_000;

/** Where a connection key of libtaos belongs. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ["td.connect.ip", "the host of the URL"],
  ["td.connect.port", "the port of the URL"],
  ["td.connect.user", "the URL or the option user"],
  ["td.connect.pass", "the URL or the option password"],
  ["td.connect.db", "the path of the URL or the option database"],
  ["td.connect.token", "the option bearerToken"],
  ["ws.url", "the URL"],
]);

/** Keys of libtaos that stand for an option. */
const optionOf: ReadonlyMap<string, "groupId" | "clientId" | "offsetReset" | "autoCommit"> =
  new Map(
    [
      ["group.id", "groupId"],
      ["client.id", "clientId"],
      ["auto.offset.reset", "offsetReset"],
      ["enable.auto.commit", "autoCommit"],
      ["auto.commit.interval.ms", "autoCommit"],
    ],
  );

const utf8 = new TextEncoder();

function wrong(name: string, expected: string): InterfaceError {
  return new InterfaceError(`option ${name} must be ${expected}`);
}

/** Text of 1 … `limit` bytes, which the server would cut or refuse otherwise. */
function checkText(name: string, value: unknown, limit: number): string {
  if (typeof value === "string" && value !== "" && utf8.encode(value).length <= limit) return value;
  throw wrong(name, `a string of 1 to ${limit} bytes`);
}

/** Checks the names of topics. */
export function checkTopics(topics: unknown): string[] {
  if (!Array.isArray(topics) || topics.length === 0) {
    throw wrong("topics", "a list of at least one topic");
  }
  const checked = topics.map((topic) => checkText("topics: each topic", topic, 192));
  if (new Set(checked).size < checked.length) {
    throw new InterfaceError("option topics names a topic twice");
  }
  return checked;
}

function isTrue(name: string, text: unknown): boolean {
  if (/^(true|1)$/i.test(String(text))) return true;
  if (/^(false|0)$/i.test(String(text))) return false;
  throw wrong(name, "true or false");
}

function interval(name: string, value: unknown): number {
  const ms = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof ms === "number" && ms >= 0 && ms <= maxTimerMs) return ms;
  throw wrong(name, `0 to ${maxTimerMs} milliseconds`);
}

/** Config keys in lower case, as libtaos reads them, each with its text. */
function configEntries(config: unknown): Map<string, string> {
  if (config === undefined) return new Map();
  if (typeof config !== "object" || config === null) throw wrong("config", "an object of texts");
  const entries = Object.entries(config).map(([key, value]): [string, string] => {
    if (!["string", "number", "boolean"].includes(typeof value)) {
      throw wrong(`config ${key}`, "a string");
    }
    return [key.trim().toLowerCase(), String(value)];
  });
  return new Map(entries);
}

function refuseForeign(config: ReadonlyMap<string, string>, options: SubscribeOptions): void {
  for (const [key, value] of config) {
    const place = elsewhere.get(key) ?? (key.startsWith("td.connect.") ? "the URL" : undefined);
    if (place !== undefined) throw new InterfaceError(`config ${key}: this belongs in ${place}`);
    const option = optionOf.get(key);
    if (option !== undefined && options[option] !== undefined) {
      throw new InterfaceError(
        `config ${key} and option ${option} say the same thing: give one of them`,
      );
    }
    if (key === "msg.consume.rawdata" && isTrue(`config ${key}`, value)) {
      throw new UnsupportedError(`config ${key}: messages that cannot be read are not supported`);
    }
  }
}

function autoCommitMs(
  options: SubscribeOptions,
  config: ReadonlyMap<string, string>,
): number | undefined {
  const { autoCommit } = options;
  if (typeof autoCommit === "object" && autoCommit !== null) {
    return interval("autoCommit: intervalMs", autoCommit.intervalMs);
  }
  const isOn = autoCommit ?? config.get("enable.auto.commit") ?? true;
  if (!isTrue(autoCommit === undefined ? "config enable.auto.commit" : "autoCommit", isOn)) {
    return undefined;
  }
  const ms = config.get("auto.commit.interval.ms") ?? defaultCommitMs;
  return interval("config auto.commit.interval.ms", ms);
}

function offsetReset(value: string): "earliest" | "latest" | "none" {
  if (value === "earliest" || value === "latest" || value === "none") return value;
  throw wrong("offsetReset", '"earliest", "latest" or "none"');
}

function prefetchCount(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxPrefetch) {
    return value as number;
  }
  throw wrong("prefetch", `a whole number from 0 to ${maxPrefetch}`);
}

function groupName(value: unknown): string {
  const name = checkText("groupId", value, 192);
  if (name.includes(":")) throw wrong("groupId", "without a colon");
  return name;
}

/**
 * Puts URL, options and defaults together.
 *
 * @param url The connection URL.
 * @param options The options as the caller gave them.
 * @returns All options, checked.
 * @throws {InterfaceError} Naming the option or the key that is wrong, and where it belongs.
 */
export function resolveSubscription<V extends ValueOptions>(
  url: string | URL | undefined,
  options: SubscribeOptions<V>,
): ResolvedSubscription {
  const resolved = resolveOptions<V>(url, options, names);
  const config = configEntries(options.config);
  refuseForeign(config, options as SubscribeOptions);
  const clientId = options.clientId ?? config.get("client.id");
  const snapshot = config.get("experimental.snapshot.enable");
  const rest = [...config].filter(([key]) => !optionOf.has(key) && key !== "msg.consume.rawdata");
  // A snapshot has no offsets: only what the application has been given may have been polled when it commits.
  const isSnapshot = snapshot !== undefined &&
    isTrue("config experimental.snapshot.enable", snapshot);
  return {
    options: resolved,
    request: {
      topics: checkTopics(options.topics),
      groupId: groupName(options.groupId ?? config.get("group.id")),
      clientId: clientId === undefined ? undefined : checkText("clientId", clientId, 255),
      offsetReset: offsetReset(options.offsetReset ?? config.get("auto.offset.reset") ?? "latest"),
      config: Object.fromEntries(rest),
    },
    autoCommitMs: autoCommitMs(options as SubscribeOptions, config),
    prefetch: isSnapshot ? 0 : prefetchCount(options.prefetch ?? 1),
  };
}
