/**
 * Notices which vgroups a consumer has: the server does not tell of its own accord.
 *
 * @module
 */
import type { ClientEvent } from "../events.ts";
import type { ConsumerLink } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";
import type { Ledger } from "./ledger.ts";

/** How often the server is asked, in milliseconds. */
const checkMs = 3_000;

/** What is known of the assignment. */
export class Balance {
  readonly #ledger: Ledger;
  readonly #onEvent: (event: ClientEvent) => void;
  readonly #known = new Map<string, readonly number[]>();
  readonly #anchored = new Set<string>();
  #checkedAtMs = performance.now();
  #isChecking = false;

  constructor(ledger: Ledger, onEvent: (event: ClientEvent) => void) {
    this.#ledger = ledger;
    this.#onEvent = onEvent;
  }

  clear(): void {
    this.#known.clear();
    this.#anchored.clear();
  }

  /** Asks from time to time, beside the polls. */
  check(link: ConsumerLink, topics: readonly string[], call: () => Call): void {
    if (this.#isChecking || performance.now() - this.#checkedAtMs < checkMs) return;
    this.#isChecking = true;
    this.#checkedAtMs = performance.now();
    const asked = topics.map(async (topic) => {
      const assigned = await link.assignment(topic, call());
      this.#compare(topic, assigned.map(({ vgroupId }) => vgroupId));
    });
    // What fails is asked again.
    void Promise.allSettled(asked).then(() => this.#isChecking = false);
  }

  /** Notes where each vgroup begins; the first poll has made the server know. */
  async anchor(link: ConsumerLink, topics: readonly string[], call: () => Call): Promise<void> {
    for (const topic of topics.filter((name) => !this.#anchored.has(name))) {
      const assigned = await link.assignment(topic, call());
      if (assigned.length === 0) continue;
      const ids = assigned.map(({ vgroupId }) => vgroupId);
      const positions = await link.position(topic, ids, call());
      ids.forEach((vgroupId, i) => {
        const position = positions[i] ?? null;
        if (position !== null) this.#ledger.anchor(topic, vgroupId, position);
      });
      this.#anchored.add(topic);
    }
  }

  /** Before the group is balanced there is none at all. */
  #compare(topic: string, now: readonly number[]): void {
    if (now.length === 0) return;
    const before = this.#known.get(topic) ?? [];
    const gained = now.filter((vgroupId) => !before.includes(vgroupId)).sort((a, b) => a - b);
    const lost = before.filter((vgroupId) => !now.includes(vgroupId)).sort((a, b) => a - b);
    this.#known.set(topic, now);
    if (gained.length === 0 && lost.length === 0) return;
    for (const vgroupId of lost) this.#ledger.drop(topic, vgroupId);
    // New vgroups have a beginning of their own.
    if (gained.length > 0) this.#anchored.delete(topic);
    this.#onEvent({ type: "rebalance", topic, gained, lost });
  }
}
