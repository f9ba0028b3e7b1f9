/**
 * Where a consumer goes on after its connection was lost.
 *
 * @module
 */
import type { AssignedVgroup, ConsumerLink } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";
import type { Ledger, VgroupState } from "./ledger.ts";

const balanceAttempts = 10;
const balancePauseMs = 200;

/**
 * The server lets a group go on from what it has committed. Two cases it cannot know: the application has moved to
 * another place, or has committed nothing and did not begin at the begin of the log; there it would skip what came
 * meanwhile. Both go on where this process has finished.
 */
export async function restorePositions(
  link: ConsumerLink,
  ledger: Ledger,
  isFromBegin: boolean,
  call: () => Call,
): Promise<void> {
  const unknown = ledger.all().filter(({ position, isSought }) =>
    position !== null && (isSought || !isFromBegin)
  );
  for (const topic of new Set(unknown.map((state) => state.topic))) {
    const assigned = await assignedVgroups(link, topic, call);
    for (const state of unknown) {
      const range = assigned.find(({ vgroupId }) => vgroupId === state.vgroupId);
      if (state.topic !== topic || range === undefined || await isCommitted(link, state, call)) {
        continue;
      }
      const offset = clamp(state.position!, range);
      await link.seek({ topic, vgroupId: state.vgroupId, offset }, call());
    }
  }
}

/** The vgroups of a topic; while the group is balanced there are none. */
async function assignedVgroups(
  link: ConsumerLink,
  topic: string,
  call: () => Call,
): Promise<AssignedVgroup[]> {
  for (let attempt = 1;; attempt++) {
    const assigned = await link.assignment(topic, call());
    if (assigned.length > 0 || attempt === balanceAttempts) return assigned;
    await new Promise((resolve) => setTimeout(resolve, balancePauseMs));
  }
}

async function isCommitted(
  link: ConsumerLink,
  state: VgroupState,
  call: () => Call,
): Promise<boolean> {
  if (state.isSought) return false;
  const [committed = null] = await link.committed(state.topic, [state.vgroupId], call());
  return committed !== null;
}

/** What is older than the log's begin is gone. */
function clamp(offset: bigint, { begin, end }: { begin: bigint; end: bigint }): bigint {
  if (offset < begin) return begin;
  return offset > end ? end : offset;
}
