/**
 * The arguments of `subscribe` (protocol.md §5.2).
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import { adapterError } from "../session.ts";
import { type Args, ArgumentError, isObject } from "../socket_request.ts";
import type { ConsumerSettings } from "./topic_engine.ts";

/** What `subscribe` asks for. */
export interface Subscription {
  settings: ConsumerSettings;
  password: string;
  token: string;
  topics: string[];
  isAutoCommit: boolean;
  autoCommitIntervalMs: number;
}

/** Arguments that stand for keys of libtaos. */
const argumentKeys: Readonly<Record<string, string>> = {
  group_id: "group.id",
  client_id: "client.id",
  db: "td.connect.db",
  snapshot_enable: "experimental.snapshot.enable",
  enable_batch_meta: "msg.enable.batchmeta",
  session_timeout_ms: "session.timeout.ms",
  max_poll_interval_ms: "max.poll.interval.ms",
  msg_consume_rawdata: "msg.consume.rawdata",
  with_table_name: "msg.with.table.name",
  msg_consume_excluded: "msg.consume.excluded",
  auto_commit: "enable.auto.commit",
  auto_commit_interval_ms: "auto.commit.interval.ms",
  offset_rest: "auto.offset.reset",
  offset_reset: "auto.offset.reset",
};

/** Keys of `config` that have no effect. */
const ignoredKeys = new Set([
  "td.connect.user",
  "td.connect.pass",
  "td.connect.ip",
  "td.connect.port",
]);

type Check = (value: string) => boolean;

const isText: Check = () => true;
const isFlag: Check = (value) => value === "true" || value === "false";
const isNumber: Check = (value) => /^[+-]?\d+$/.test(value);
const between = (least: number, greatest: number): Check => (value) =>
  isNumber(value) && Number(value) >= least && Number(value) <= greatest;

/** Keys of libtaos and what their values have to be. */
const checks: ReadonlyMap<string, Check> = new Map([
  ["group.id", (value) => value !== "" && value.length <= 192 && !value.includes(":")],
  ["client.id", (value) => value.length <= 255],
  ["enable.auto.commit", isFlag],
  ["auto.commit.interval.ms", between(0, Number.MAX_SAFE_INTEGER)],
  ["auto.offset.reset", (value) => ["earliest", "latest", "none"].includes(value)],
  ["msg.with.table.name", isFlag],
  ["experimental.snapshot.enable", isFlag],
  ["enable.replay", isFlag],
  ["session.timeout.ms", between(6000, 1_800_000)],
  ["heartbeat.interval.ms", between(1000, 1_800_000)],
  ["max.poll.interval.ms", between(1000, 2 ** 31 - 1)],
  ["fetch.max.wait.ms", between(1, 2 ** 31 - 1)],
  ["min.poll.rows", between(1, 2 ** 31 - 1)],
  ["msg.consume.excluded", isNumber],
  ["msg.consume.rawdata", isNumber],
  ["msg.enable.batchmeta", isNumber],
  ["td.connect.db", isText],
  ["td.connect.token", isText],
]);

/**
 * Reads the arguments.
 *
 * @throws {ArgumentError} when one has the wrong JSON type.
 * @throws {ServerError} when a key is unknown or a value wrong.
 */
export function readSubscription(args: Args): Subscription {
  const user = args.text("user"), password = args.text("password");
  const topics = args.list("topics").map((topic) => {
    if (typeof topic !== "string") throw new ArgumentError("topics");
    return topic;
  });
  args.flag("list_instances");
  for (const key of ["tz", "app", "ip", "connector"]) args.text(key);
  const options = readOptions(args);
  const isAutoCommit = readFlag(options);
  for (const [key, value] of options) checkOption(key, value);
  const groupId = options.get("group.id");
  if (groupId === undefined) throw new ServerError(0x0118, "Invalid parameters");
  const reset = options.get("auto.offset.reset") as ConsumerSettings["offsetReset"] | undefined;
  return {
    settings: {
      user,
      groupId,
      clientId: options.get("client.id") ?? "",
      offsetReset: reset ?? "latest",
      minPollRows: Number(options.get("min.poll.rows") ?? 4096),
      isBatchMeta: Number(options.get("msg.enable.batchmeta") ?? 0) !== 0,
      maxPollIntervalMs: Number(options.get("max.poll.interval.ms") ?? 300_000),
    },
    password,
    token: options.get("td.connect.token") ?? "",
    topics,
    isAutoCommit,
    autoCommitIntervalMs: Number(options.get("auto.commit.interval.ms") ?? 5000),
  };
}

/** Collects what is given, by libtaos's keys; `config` overrides the other arguments. */
function readOptions(args: Args): Map<string, string> {
  const options = new Map<string, string>();
  for (const [argument, key] of Object.entries(argumentKeys)) {
    const value = args.text(argument);
    if (value !== "") options.set(key, value);
  }
  const config = args.raw("config");
  if (config === null) return options;
  if (!isObject(config)) throw new ArgumentError("config");
  for (const [key, value] of Object.entries(config)) {
    if (typeof value !== "string") throw new ArgumentError("config");
    if (!ignoredKeys.has(key)) options.set(key.toLowerCase(), value);
  }
  return options;
}

/** Reads auto commit, which the adapter takes in Go's spellings and does itself. */
function readFlag(options: Map<string, string>): boolean {
  const value = options.get("enable.auto.commit");
  if (value === undefined) return false;
  const isOn = ["1", "t", "T", "TRUE", "true", "True"].includes(value);
  if (!isOn && !["0", "f", "F", "FALSE", "false", "False"].includes(value)) {
    throw adapterError(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  options.set("enable.auto.commit", "false");
  const interval = options.get("auto.commit.interval.ms");
  if (interval !== undefined && !isNumber(interval)) {
    throw adapterError(`strconv.ParseInt: parsing ${JSON.stringify(interval)}: invalid syntax`);
  }
  return isOn;
}

function checkOption(key: string, value: string): void {
  const check = checks.get(key);
  if (check === undefined) throw new ServerError(0x0118, `unknown configuration key: ${key}`);
  if (!check(value)) throw new ServerError(0x0118, `invalid value for key '${key}': ${value}`);
}
