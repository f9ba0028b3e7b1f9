/**
 * A vgroup as one consumer reads it.
 *
 * @module
 */
import type { Group } from "./group.ts";
import type { ConsumerSettings } from "./topic_engine.ts";
import type { VgroupLog } from "./vgroup_log.ts";

/** How far a consumer has read a vgroup. */
export interface View {
  /** Index of the vgroup in its database. */
  place: number;
  log: VgroupLog;
  /** Version read next; null when the group has no offset and may not choose one. */
  position: number | null;
  /** Offset of the last message; null before the first. */
  begun: number | null;
  /** True once the consumer has been told about the vgroup's log. */
  isKnown: boolean;
}

/** Returns the view of a vgroup that its consumer has not read yet. */
export function initialView(
  group: Group,
  place: number,
  log: VgroupLog,
  reset: ConsumerSettings["offsetReset"],
): View {
  const start = reset === "earliest" ? log.begin : reset === "latest" ? log.end : null;
  const position = group.committed.get(place) ?? start;
  return { place, log, position, begun: null, isKnown: false };
}
