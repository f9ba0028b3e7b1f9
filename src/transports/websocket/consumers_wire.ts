/**
 * Text messages of taosAdapter's `/rest/tmq` (protocol.md §5.2–5.4). The server's spelling appears only here.
 *
 * @module
 */
import { CodecError, UnsupportedError } from "../../errors.ts";
import { isAtLeast } from "../../internal/server_version.ts";
import type { ResolvedOptions } from "../../options.ts";
import type { AssignedVgroup, ConsumerRequest, MessageHead } from "../consumer_port.ts";
import type { Reply, WireValue } from "./wire.ts";

/** Arguments of an action. */
export type WireArgs = Record<string, WireValue | undefined>;

/** libtaos's keys that `subscribe` has arguments of its own for, and the first server that has each. */
const fields: ReadonlyMap<string, readonly [name: string, since: string]> = new Map([
  ["experimental.snapshot.enable", ["snapshot_enable", "3.1.2.0"]],
  ["msg.with.table.name", ["with_table_name", "3.1.2.0"]],
  ["msg.enable.batchmeta", ["enable_batch_meta", "3.3.2.0"]],
  ["msg.consume.excluded", ["msg_consume_excluded", "3.3.2.8"]],
  ["session.timeout.ms", ["session_timeout_ms", "3.3.3.0"]],
  ["max.poll.interval.ms", ["max_poll_interval_ms", "3.3.3.0"]],
]);
const configSince = "3.3.6.0";

/** `subscribe` takes most switches as true and false, but these two as numbers. */
const numbered: ReadonlySet<string> = new Set(["msg.enable.batchmeta", "msg.consume.excluded"]);

function switchValue(key: string, value: string): string {
  if (!numbered.has(key)) return value;
  return /^true$/i.test(value) ? "1" : /^false$/i.test(value) ? "0" : value;
}

/**
 * Arguments of the first `subscribe` on a socket. The adapter never commits: the consumer knows what is finished.
 *
 * @throws {UnsupportedError} naming a key that this server would ignore.
 */
export function subscribeArgs(
  request: ConsumerRequest,
  options: ResolvedOptions,
  version: string,
): WireArgs {
  const args: WireArgs = {
    user: options.user,
    password: options.password,
    group_id: request.groupId,
    client_id: request.clientId,
    offset_reset: request.offsetReset,
    // The only spelling that servers before 3.1.2 know.
    offset_rest: request.offsetReset,
    topics: request.topics,
    auto_commit: "false",
    with_table_name: "true",
    tz: options.timeZone,
    app: options.applicationName,
  };
  const config: [key: string, value: string][] = [];
  for (const [key, value] of Object.entries(request.config)) {
    const [name, since] = fields.get(key) ?? [undefined, configSince];
    if (!isAtLeast(version, since)) {
      throw new UnsupportedError(
        `config ${key}: needs a server of version ${since}; this one is ${version}`,
      );
    }
    if (name === undefined) config.push([key, value]);
    else args[name] = switchValue(key, value);
  }
  if (options.bearerToken !== undefined) config.push(["td.connect.token", options.bearerToken]);
  return config.length === 0 ? args : { ...args, config: Object.fromEntries(config) };
}

/** Arguments that name vgroups of a topic. */
export function vgroupArgs(topic: string, vgroupIds: readonly number[]): WireArgs {
  return { topic_vgroup_ids: vgroupIds.map((vgroup_id) => ({ topic, vgroup_id })) };
}

function fault(reply: Reply, name: string): CodecError {
  return new CodecError(`the server's reply to ${reply.action} has a ${name} that cannot be`, {
    reqId: reply.reqId,
  });
}

type Members = Readonly<Record<string, unknown>>;
const membersOf = (reply: Reply): Members => reply as unknown as Members;

function whole(reply: Reply, members: Members, name: string): number {
  const value = members[name];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw fault(reply, name);
}

function textOf(reply: Reply, members: Members, name: string): string {
  const value = members[name];
  if (typeof value === "string") return value;
  throw fault(reply, name);
}

function listOf(reply: Reply, name: string): readonly unknown[] {
  const value = membersOf(reply)[name] ?? [];
  if (Array.isArray(value)) return value;
  throw fault(reply, name);
}

/** What a poll brought. */
export interface PollReply extends MessageHead {
  readonly messageId: number;
}

/** Reads the reply to `poll`; null when there is no message. */
export function readPoll(reply: Reply): PollReply | null {
  const members = membersOf(reply);
  if (members["have_message"] !== true) return null;
  return {
    topic: textOf(reply, members, "topic"),
    database: textOf(reply, members, "database"),
    vgroupId: whole(reply, members, "vgroup_id"),
    type: whole(reply, members, "message_type"),
    messageId: whole(reply, members, "message_id"),
    offset: BigInt(whole(reply, members, "offset")),
  };
}

/** What `fetch_json_meta` tells: an object, or null. */
export function readMeta(reply: Reply): unknown {
  return membersOf(reply)["data"] ?? null;
}

/** Reads the reply to `assignment`; before the group is balanced it is empty. */
export function readAssignment(reply: Reply): AssignedVgroup[] {
  return listOf(reply, "assignment").map((item) => {
    if (typeof item !== "object" || item === null) throw fault(reply, "assignment");
    const vgroup = item as Members;
    return {
      vgroupId: whole(reply, vgroup, "vgroup_id"),
      begin: BigInt(whole(reply, vgroup, "begin")),
      end: BigInt(whole(reply, vgroup, "end")),
    };
  });
}

/** Reads the reply to `committed` or `position`; a negative number stands for none. */
export function readOffsets(
  reply: Reply,
  name: "committed" | "position",
  count: number,
): (bigint | null)[] {
  const list = listOf(reply, name);
  if (list.length !== count || !list.every(Number.isSafeInteger)) throw fault(reply, name);
  return list.map((offset) => Number(offset) < 0 ? null : BigInt(offset as number));
}

/** Reads the reply to `list_topics`. */
export function readTopics(reply: Reply): string[] {
  return listOf(reply, "topics").map((topic) => {
    if (typeof topic !== "string") throw fault(reply, "topics");
    return topic;
  });
}
