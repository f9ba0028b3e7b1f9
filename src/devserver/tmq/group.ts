/**
 * Consumer groups: who of a topic's consumers reads which vgroup, and how far the group has committed.
 *
 * @module
 */
import type { Topic } from "./topic.ts";
import type { VgroupLog } from "./vgroup_log.ts";

/** A consumer as its groups see it. */
export interface Member {
  /** Called when the vgroups of the group are given out anew. */
  onRebalance(): void;
}

/** One topic's consumers of the same group id. */
export class Group<M extends Member = Member> {
  readonly name: string;
  readonly topic: Topic;
  readonly logs: VgroupLog[];
  /** Committed offsets by the index of the vgroup. */
  readonly committed: Map<number, number>;
  readonly members: Set<M> = new Set();
  /** The member that reads each vgroup, by its index. */
  readonly #owners: Map<number, M> = new Map();

  constructor(name: string, topic: Topic, logs: VgroupLog[], committed: Map<number, number>) {
    this.name = name;
    this.topic = topic;
    this.logs = logs;
    this.committed = committed;
  }

  join(member: M): void {
    this.members.add(member);
    this.#rebalance();
  }

  leave(member: M): void {
    if (this.members.delete(member)) this.#rebalance();
  }

  /** The member that reads a vgroup. */
  owner(place: number): M | undefined {
    return this.#owners.get(place);
  }

  /** Spreads the vgroups evenly; as few as possible change hands. */
  #rebalance(): void {
    const shares = new Map([...this.members].map((member) => [member, [] as number[]]));
    const free: number[] = [];
    for (const place of this.logs.keys()) {
      const owner = this.#owners.get(place);
      (owner === undefined ? free : shares.get(owner) ?? free).push(place);
    }
    this.#owners.clear();
    const most = Math.ceil(this.logs.length / Math.max(1, shares.size));
    for (const share of shares.values()) free.push(...share.splice(most));
    for (const place of free) {
      const [least] = [...shares.values()].sort((a, b) => a.length - b.length);
      least?.push(place);
    }
    for (const [member, share] of evened(shares)) {
      for (const place of share) this.#owners.set(place, member);
    }
    for (const member of this.members) member.onRebalance();
  }
}

/** Moves vgroups until no member has two more than another. */
function evened<M>(shares: Map<M, number[]>): Map<M, number[]> {
  for (;;) {
    const sorted = [...shares.values()].sort((a, b) => a.length - b.length);
    const least = sorted[0], most = sorted.at(-1);
    if (least === undefined || most!.length - least.length < 2) return shares;
    least.push(most!.pop()!);
  }
}
