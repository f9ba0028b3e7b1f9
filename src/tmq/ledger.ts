/**
 * What was given to the application, what of it is finished, and what is committed, vgroup by vgroup.
 *
 * @module
 */
import type { TopicOffset } from "../transports/consumer_port.ts";
import { type Message, startOf } from "./message.ts";

interface Given {
  readonly message: Message;
  readonly next: bigint;
  isFinished: boolean;
}

/** The state of one vgroup. */
export interface VgroupState {
  readonly topic: string;
  readonly vgroupId: number;
  /** Messages with the application, from the first that is not finished on. */
  given: Given[];
  /** Behind the last message of which it and all before it are finished; null before there is one. */
  finished: bigint | null;
  /** What the server was last known to have; null when it had nothing, or is not known. */
  committed: bigint | null;
  /** When that was, on the clock of `performance.now()`. */
  committedAtMs: number;
  /** Where this process would go on; null when it is not known. */
  position: bigint | null;
  /** Whether the application has moved: then what is committed does not tell where it reads. */
  isSought: boolean;
}

/** All vgroups that this consumer has had. */
export class Ledger {
  readonly #vgroups = new Map<string, VgroupState>();

  /** The state of a vgroup, made when it is asked for the first time. */
  of(topic: string, vgroupId: number): VgroupState {
    const key = `${vgroupId} ${topic}`;
    let state = this.#vgroups.get(key);
    if (state === undefined) {
      state = {
        topic,
        vgroupId,
        given: [],
        finished: null,
        committed: null,
        committedAtMs: Number.NEGATIVE_INFINITY,
        position: null,
        isSought: false,
      };
      this.#vgroups.set(key, state);
    }
    return state;
  }

  /** All states. */
  all(): VgroupState[] {
    return [...this.#vgroups.values()];
  }

  /** A message goes to the application. */
  give(message: Message): void {
    const { nextOffset: next } = message;
    if (next === null) return;
    const state = this.of(message.topic, message.vgroupId);
    state.position ??= startOf(message);
    state.given.push({ message, next, isFinished: false });
  }

  /** The application is done with a message. Only what has nothing unfinished before it counts. */
  finish(message: Message): void {
    const state = this.of(message.topic, message.vgroupId);
    const given = state.given.find((entry) => entry.message === message);
    if (given === undefined) return;
    given.isFinished = true;
    while (state.given[0]?.isFinished) this.#advance(state, state.given.shift()!.next);
  }

  /** The application has committed up to a position: everything before it is finished. */
  finishUpTo(state: VgroupState, next: bigint): void {
    const isBehind = (entry: Given) => entry.next > next;
    const isKnown = state.given.some((entry) => entry.next === next);
    state.given = state.given.filter(isBehind);
    if (isKnown || !state.isSought) this.#advance(state, next);
  }

  #advance(state: VgroupState, next: bigint): void {
    if (state.finished === null || next > state.finished || state.isSought) state.finished = next;
    if (state.position === null || next > state.position || state.isSought) state.position = next;
  }

  /** Finished offsets that may be worth a commit. */
  ready(): VgroupState[] {
    return this.all().filter(({ finished, committed }) =>
      finished !== null && (committed === null || finished > committed)
    );
  }

  /** Behind everything that was given, by vgroup. */
  givenOffsets(): TopicOffset[] {
    return this.all().flatMap(({ topic, vgroupId, given, finished }) => {
      const offset = given.at(-1)?.next ?? finished;
      return offset === null ? [] : [{ topic, vgroupId, offset }];
    });
  }

  /** Where a vgroup begins that has not given anything yet. */
  anchor(topic: string, vgroupId: number, position: bigint): void {
    const state = this.of(topic, vgroupId);
    if (state.finished === null && (state.position === null || position < state.position)) {
      state.position = position;
    }
  }

  /** The application has moved to another place. */
  seek(topic: string, vgroupId: number, position: bigint): void {
    const state = this.of(topic, vgroupId);
    Object.assign(state, { given: [], position, isSought: true });
  }

  /** The connection is lost: what is not finished will come again, and others may have committed meanwhile. */
  interrupt(): void {
    for (const state of this.all()) {
      state.given = [];
      state.committedAtMs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Another consumer has the vgroup. */
  drop(topic: string, vgroupId: number): void {
    this.#vgroups.delete(`${vgroupId} ${topic}`);
  }

  /** Nothing is subscribed any more. */
  clear(): void {
    this.#vgroups.clear();
  }
}
