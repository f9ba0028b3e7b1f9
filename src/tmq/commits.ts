/**
 * Commits offsets, and never moves a group back by a message.
 *
 * @module
 */
import { TmqError } from "../errors.ts";
import type { ClientEvent } from "../events.ts";
import type { ConsumerLink, TopicOffset } from "../transports/consumer_port.ts";
import type { Call } from "../transports/transport.ts";
import type { Ledger, VgroupState } from "./ledger.ts";

/** What the server has committed is asked again after so long: only then may another consumer have had the vgroup. */
const trustMs = 2_000;
const needInitialized = 0x4010;
const invalidVgroup = 0x4008;

/** A request's work. */
type Work = (link: ConsumerLink, call: () => Call) => Promise<void>;

/** Does something that the server can do only after it was asked for the assignment or polled. */
export async function withRange<T>(
  link: ConsumerLink,
  topic: string,
  call: () => Call,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TmqError) || error.code !== needInitialized) throw error;
    await link.assignment(topic, call());
    return await work();
  }
}

/** Commits over a connection. */
export class Commits {
  readonly #ledger: Ledger;
  readonly #onEvent: (event: ClientEvent) => void;

  constructor(ledger: Ledger, onEvent: (event: ClientEvent) => void) {
    this.#ledger = ledger;
    this.#onEvent = onEvent;
  }

  /** Commits an offset unless the group is further. What lies before it is finished then. */
  async advance(
    link: ConsumerLink,
    offset: TopicOffset,
    call: () => Call,
    automatic = false,
  ): Promise<void> {
    const state = this.#ledger.of(offset.topic, offset.vgroupId);
    await this.#refresh(link, state, call);
    if (state.committed === null || offset.offset > state.committed) {
      await this.set(link, offset, call, automatic);
    }
    if (!automatic) this.#ledger.finishUpTo(state, offset.offset);
  }

  /** Commits an offset, also one that lies before what is committed. */
  async set(
    link: ConsumerLink,
    place: TopicOffset,
    call: () => Call,
    automatic = false,
  ): Promise<void> {
    const { topic, vgroupId, offset } = place;
    await withRange(link, topic, call, () => link.commitOffset(place, call()));
    const state = this.#ledger.of(topic, vgroupId);
    state.committed = offset;
    state.committedAtMs = performance.now();
    this.#onEvent({ type: "commit", topic, vgroupId, offset, automatic });
  }

  /**
   * Commits automatically what is finished. What fails stays to be committed, and is told of, if anybody listens.
   *
   * @param request Does a request when it is its turn.
   */
  async finished(
    request: (work: Work) => Promise<void>,
    isListening: () => boolean,
  ): Promise<void> {
    for (const { topic, vgroupId } of this.#ledger.ready()) {
      try {
        await request(async (link, call) => {
          const offset = this.#ledger.of(topic, vgroupId).finished;
          if (offset !== null) await this.advance(link, { topic, vgroupId, offset }, call, true);
        });
      } catch (error) {
        // The vgroup has moved to another consumer, which gets these messages again.
        if (error instanceof TmqError && error.code === invalidVgroup) {
          this.#ledger.drop(topic, vgroupId);
        } else if (isListening()) this.#warn(error as Error);
      }
    }
  }

  #warn({ message }: Error): void {
    this.#onEvent({ type: "warning", message: `an automatic commit failed: ${message}` });
  }

  async #refresh(link: ConsumerLink, state: VgroupState, call: () => Call): Promise<void> {
    if (performance.now() - state.committedAtMs < trustMs) return;
    const { topic, vgroupId } = state;
    try {
      const [committed = null] = await link.committed(topic, [vgroupId], call());
      state.committed = committed;
      state.committedAtMs = performance.now();
    } catch (error) {
      // The commit itself will tell what is wrong.
      if (!(error instanceof TmqError)) throw error;
    }
  }
}
