/**
 * Where the application is in each vgroup. The server is further by what was fetched ahead.
 *
 * @module
 */
import { InterfaceError, TmqError } from "../errors.ts";
import type { AssignedVgroup, ConsumerLink, TopicOffset } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";
import { withRange } from "./commits.ts";
import { startOf } from "./message.ts";
import type { Session } from "./session.ts";

/** A vgroup that a consumer has. */
export interface Assignment {
  /** Name of the topic. */
  topic: string;
  /** The vgroup. */
  vgroupId: number;
  /** Where the application is. */
  offset: bigint;
  /** Where the log begins: older entries are gone. */
  begin: bigint;
  /** Where the log ends. */
  end: bigint;
}

/** An offset of a vgroup, or that there is none. */
export interface VgroupOffset {
  /** The vgroup. */
  vgroupId: number;
  /** The offset. */
  offset: bigint | null;
}

/** Checks an offset that the application gives. */
export function checkOffset(offset: TopicOffset): TopicOffset {
  const { topic, vgroupId } = offset;
  const position = typeof offset.offset === "number"
    ? BigInt(Math.trunc(offset.offset))
    : offset.offset;
  if (typeof topic !== "string" || topic === "") {
    throw new InterfaceError("an offset needs the name of its topic");
  }
  if (!Number.isSafeInteger(vgroupId)) {
    throw new InterfaceError("an offset needs the number of its vgroup");
  }
  if (typeof position !== "bigint" || position < 0n || BigInt.asIntN(64, position) !== position) {
    throw new InterfaceError("an offset must be a bigint from 0 to 2^63 − 1");
  }
  return { topic, vgroupId, offset: position };
}

/** Where the application is: before what was fetched ahead, else where the server goes on. */
export async function positionsOf(
  session: Session,
  link: ConsumerLink,
  topic: string,
  vgroupIds: readonly number[],
  call: () => Call,
): Promise<VgroupOffset[]> {
  if (vgroupIds.length === 0) return [];
  const offsets = await withRange(link, topic, call, () => link.position(topic, vgroupIds, call()));
  return vgroupIds.map((vgroupId, i) => {
    const held = session.pump.held.find((message) =>
      message.topic === topic && message.vgroupId === vgroupId
    );
    return { vgroupId, offset: held === undefined ? offsets[i] ?? null : startOf(held) };
  });
}

/** The vgroups of topics with the application's positions. */
export async function assignmentOf(
  session: Session,
  link: ConsumerLink,
  topics: readonly string[],
  call: () => Call,
): Promise<Assignment[]> {
  const all: Assignment[] = [];
  for (const topic of topics) {
    const assigned = await link.assignment(topic, call());
    const ids = assigned.map(({ vgroupId }) => vgroupId);
    const positions = await positionsOf(session, link, topic, ids, call);
    assigned.forEach(({ vgroupId, begin, end }, i) => {
      const offset = positions[i]!.offset ?? session.ledger.of(topic, vgroupId).position ?? begin;
      all.push({ topic, vgroupId, offset, begin, end });
    });
  }
  return all;
}

/** Moves one vgroup, and drops what was fetched ahead of it. */
export async function seekTo(
  session: Session,
  link: ConsumerLink,
  offset: TopicOffset,
  call: () => Call,
): Promise<void> {
  const { topic, vgroupId } = offset;
  await withRange(link, topic, call, () => link.seek(offset, call()));
  session.ledger.seek(topic, vgroupId, offset.offset);
  session.pump.discard((message) => message.topic === topic && message.vgroupId === vgroupId);
}

/** The vgroups asked for, or else those that the consumer has. */
export async function vgroupsOf(
  link: ConsumerLink,
  topic: string,
  given: readonly number[] | undefined,
  call: () => Call,
): Promise<readonly number[]> {
  return given ?? (await link.assignment(topic, call())).map(({ vgroupId }) => vgroupId);
}

/** Moves all vgroups of topics to an end of their logs. */
export async function seekAll(
  session: Session,
  link: ConsumerLink,
  topics: readonly string[],
  end: "begin" | "end",
  call: () => Call,
): Promise<void> {
  for (const topic of topics) {
    const assigned: AssignedVgroup[] = await link.assignment(topic, call());
    if (assigned.length === 0) {
      const hint = "Poll first: the group is balanced while it is polled.";
      throw new TmqError(`no vgroup of topic ${topic} is assigned yet`, {
        code: 0x4010,
        hint,
        retryable: true,
      });
    }
    for (const vgroup of assigned) {
      await seekTo(session, link, { topic, vgroupId: vgroup.vgroupId, offset: vgroup[end] }, call);
    }
  }
}
