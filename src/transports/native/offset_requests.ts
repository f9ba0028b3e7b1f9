/**
 * Requests about places in the logs of topics (protocol.md §5.4, §6.2).
 *
 * @module
 */
import type { AssignedVgroup, TopicOffset } from "../consumer_port.ts";
import { codeFailure } from "./consumer_failure.ts";
import type { ConsumerArguments } from "./consumer_requests.ts";
import type { NativeLibrary } from "./library.ts";
import { allocate, copyOut, cText, readAddress, viewOf } from "./memory.ts";

/** A consumer and a place. */
export interface OffsetArguments extends ConsumerArguments, TopicOffset {}

/** A consumer and one of its topics. */
export interface TopicArguments extends ConsumerArguments {
  readonly topic: string;
}

/** A consumer and vgroups of a topic. */
export interface VgroupsArguments extends TopicArguments {
  readonly vgroupIds: readonly number[];
}

/** Commits one vgroup's offset. */
export function commitOffset(
  library: NativeLibrary,
  { consumer, topic, vgroupId, offset }: OffsetArguments,
): void {
  const { tmq_commit_offset_sync: commit } = library.functions;
  const code = commit(consumer, cText(topic), vgroupId, offset);
  if (code !== 0 && (code & codeMask) !== sameCommittedValue) throw codeFailure(library, code);
}

/** Commits what was polled, of all vgroups. */
export function commitAll(library: NativeLibrary, { consumer }: ConsumerArguments): void {
  const code = library.functions.tmq_commit_sync(consumer, 0);
  if (code !== 0) throw codeFailure(library, code);
}

/** What the group has committed; null without a commit. */
export function committedOffsets(
  library: NativeLibrary,
  args: VgroupsArguments,
): (bigint | null)[] {
  return offsets(library, "tmq_committed", args);
}

/** Where the next poll goes on; null where that is not known. */
export function positions(library: NativeLibrary, args: VgroupsArguments): (bigint | null)[] {
  return offsets(library, "tmq_position", args);
}

/** Moves one vgroup. */
export function seekOffset(
  library: NativeLibrary,
  { consumer, topic, vgroupId, offset }: OffsetArguments,
): void {
  const code = library.functions.tmq_offset_seek(consumer, cText(topic), vgroupId, offset);
  if (code !== 0) throw codeFailure(library, code);
}

/** The vgroups of a topic that the consumer has. */
export function assignedVgroups(
  library: NativeLibrary,
  { consumer, topic }: TopicArguments,
): AssignedVgroup[] {
  const { functions } = library;
  const [at, number] = [allocate(8), allocate(4)];
  const code = functions.tmq_get_topic_assignment(consumer, cText(topic), at, number);
  const address = readAddress(viewOf(at), 0);
  try {
    if (code !== 0) throw codeFailure(library, code);
    const count = viewOf(number).getInt32(0, true);
    const view = viewOf(copyOut(library, address, count * assignmentBytes));
    return Array.from({ length: count }, (_, i) => ({
      vgroupId: view.getInt32(i * assignmentBytes, true),
      begin: view.getBigInt64(i * assignmentBytes + beginAt, true),
      end: view.getBigInt64(i * assignmentBytes + endAt, true),
    }));
  } finally {
    if (address !== 0) functions.tmq_free_assignment(address);
  }
}

/** A tmq_topic_assignment: vgId i32 @0, currentOffset i64 @8, begin i64 @16, end i64 @24. */
const assignmentBytes = 32;
const [beginAt, endAt] = [16, 24] as const;
const codeMask = 0xffff;
/** 0x4012: that offset was committed before. */
const sameCommittedValue = 0x4012;
/** 0x4011, as a negative number: nothing was committed. */
const nothingCommitted = 0x80004011 | 0;

function offsets(
  library: NativeLibrary,
  name: "tmq_committed" | "tmq_position",
  { consumer, topic, vgroupIds }: VgroupsArguments,
): (bigint | null)[] {
  return vgroupIds.map((vgroupId) => {
    const offset = library.functions[name](consumer, cText(topic), vgroupId);
    if (offset >= 0n) return offset;
    const code = Number(offset);
    if (code === nothingCommitted) return null;
    throw codeFailure(library, code);
  });
}
