/**
 * A consumer: its place in its groups, its positions, and polling.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { ChangeLog } from "./change_log.ts";
import type { Group, Member } from "./group.ts";
import { PollLimit } from "./poll_limit.ts";
import { scan } from "./scan.ts";
import type { Topic } from "./topic.ts";
import {
  type Assignment,
  type ConsumerSettings,
  MessageType,
  type TopicConsumer,
  type TopicMessage,
} from "./topic_engine.ts";
import type { Topics } from "./topics.ts";
import { initialView, type View } from "./view.ts";

/** Codes of failures of consumers. */
const ConsumerCode = {
  notExist: 0x03e6,
  outOfRange: 0x4007,
  foreignVgroup: 0x4008,
  foreignTopic: 0x4009,
  needAssignment: 0x4010,
} as const;

const maxTimerMs = 2 ** 31 - 1;
let lastConsumer = 0;

/** A consumer of topics. */
export class Consumer implements TopicConsumer, Member {
  readonly settings: ConsumerSettings;
  readonly id: string = (++lastConsumer).toString(16).padStart(8, "0");
  /** Milliseconds since the epoch. */
  readonly started: number = Date.now();
  readonly #topics: Topics;
  readonly #log: ChangeLog;
  readonly #groups: Map<string, Group<Consumer>> = new Map();
  /** Vgroups this consumer believes to be its own, by topic. */
  readonly #views: Map<string, View[]> = new Map();
  #stopListening: (() => void) | null = null;
  #wake: () => void = () => undefined;
  #turn = 0;
  #isClosed = false;
  #isStale = false;
  /** Whether it has lost its place in the groups, because it did not poll for long. */
  #isRemoved = false;
  readonly #limit: PollLimit;

  constructor(settings: ConsumerSettings, topics: Topics, log: ChangeLog) {
    this.settings = settings;
    this.#limit = new PollLimit(settings.maxPollIntervalMs, () => {
      this.#isRemoved = true;
      this.#leave();
    });
    this.#topics = topics;
    this.#log = log;
  }

  topics(): string[] {
    return [...this.#groups.keys()];
  }

  // deno-lint-ignore require-await
  async subscribe(names: string[]): Promise<void> {
    const topics = names.map((name) => this.#topics.topic(name));
    this.#leave();
    for (const topic of topics) {
      const group = this.#topics.group(topic, this.settings.groupId);
      this.#groups.set(topic.name, group);
      group.join(this);
    }
    this.#topics.consumers.add(this);
    this.#stopListening ??= this.#log.listen(() => this.#wake());
    this.#isRemoved = false;
    this.#limit.begin();
    this.#refresh();
  }

  // deno-lint-ignore require-await
  async unsubscribe(): Promise<void> {
    this.#limit.end();
    this.#leave();
    this.#wake();
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#limit.end();
    this.#leave();
    this.#topics.consumers.delete(this);
    this.#stopListening?.();
    this.#wake();
  }

  onRebalance(): void {
    this.#isStale = true;
    this.#wake();
  }

  /** Takes note that a topic or the group of it is no more. */
  forget(topic: Topic): void {
    if (this.#groups.get(topic.name)?.topic !== topic) return;
    this.#groups.delete(topic.name);
    this.#views.delete(topic.name);
    this.#wake();
  }

  async poll(blockingMs: number): Promise<TopicMessage | null> {
    if (this.#isRemoved) throw new ServerError(ConsumerCode.notExist, "Consumer not exist");
    this.#limit.end();
    try {
      return await this.#next(blockingMs);
    } finally {
      if (this.#groups.size > 0) this.#limit.begin();
    }
  }

  async #next(blockingMs: number): Promise<TopicMessage | null> {
    const deadline = blockingMs < 0 ? Infinity : performance.now() + blockingMs;
    for (;;) {
      const changed = this.#nextChange(deadline);
      try {
        this.#refresh();
        const message = await this.#read();
        if (message !== null || this.#isClosed) return message;
        if (performance.now() >= deadline) return null;
        await changed.promise;
      } finally {
        changed.cancel();
      }
    }
  }

  async commit(): Promise<void> {
    for (const [name, group] of this.#groups) {
      const offsets = new Map<number, number>();
      for (const { place, position } of this.#views.get(name) ?? []) {
        if (position !== null) offsets.set(place, position);
      }
      await this.#topics.commit(group, offsets);
    }
  }

  async commitOffset(topic: string, vgroupId: number, offset: number): Promise<void> {
    const view = this.#ranged(topic, vgroupId, offset);
    await this.#topics.commit(this.#groups.get(topic)!, new Map([[view.place, offset]]));
  }

  committed(topic: string, vgroupId: number): number | null {
    const { place } = this.#view(topic, vgroupId);
    return this.#groups.get(topic)!.committed.get(place) ?? null;
  }

  position(topic: string, vgroupId: number): number | null {
    const view = this.#view(topic, vgroupId);
    if (!view.isKnown) throw needAssignment();
    return view.position;
  }

  assignment(topic: string): Assignment[] {
    this.#refresh();
    return this.#viewsOf(topic).map((view) => {
      view.isKnown = true;
      const { begin, end, id } = view.log;
      return { vgroupId: id, offset: view.begun ?? view.position ?? begin, begin, end };
    });
  }

  seek(topic: string, vgroupId: number, offset: number): void {
    const view = this.#ranged(topic, vgroupId, offset);
    view.position = view.begun = offset;
    this.#wake();
  }

  #leave(): void {
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    this.#views.clear();
    for (const group of groups) group.leave(this);
  }

  /** Takes over what a rebalance has changed. */
  #refresh(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    for (const [name, group] of this.#groups) {
      const before = this.#views.get(name) ?? [];
      const views = group.logs.flatMap((log, place): View[] => {
        if (group.owner(place) !== this) return [];
        const kept = before.find((view) => view.place === place);
        return [kept ?? initialView(group, place, log, this.settings.offsetReset)];
      });
      this.#views.set(name, views);
    }
  }

  /** Reads the vgroups in turn until one gives a message. */
  async #read(): Promise<TopicMessage | null> {
    const all = [...this.#views].flatMap(([name, views]) => views.map((view) => ({ name, view })));
    for (let i = 0; i < all.length; i++) {
      const { name, view } = all[(this.#turn + i) % all.length]!;
      const message = await this.#readOne(name, view);
      if (message === null) continue;
      this.#turn = (this.#turn + i + 1) % all.length;
      return message;
    }
    return null;
  }

  async #readOne(name: string, view: View): Promise<TopicMessage | null> {
    const { position, log } = view;
    if (position === null || position >= log.end) return null;
    const { topic } = this.#groups.get(name) ?? {};
    if (topic === undefined) return null;
    const rows = this.#topics.rows(topic);
    const { message, next } = await scan(topic, rows, log, position, this.settings);
    // What was read while the consumer left or sought elsewhere is not delivered.
    if (this.#isClosed || view.position !== position) return null;
    if (this.#views.get(name)?.includes(view) !== true) return null;
    view.position = next;
    if (message !== null) {
      view.isKnown = true;
      view.begun = message.type === MessageType.meta ? message.end : message.begin;
    }
    return message;
  }

  #nextChange(deadline: number): { promise: Promise<void>; cancel(): void } {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const promise = new Promise<void>((resolve) => {
      this.#wake = resolve;
      const leftMs = deadline - performance.now();
      if (leftMs !== Infinity) {
        timer = setTimeout(resolve, Math.min(Math.max(0, leftMs), maxTimerMs));
      }
    });
    return { promise, cancel: () => clearTimeout(timer) };
  }

  #viewsOf(topic: string): View[] {
    if (!this.#groups.has(topic)) {
      throw new ServerError(
        ConsumerCode.foreignTopic,
        "Topic does not belong to this consumer",
      );
    }
    return this.#views.get(topic) ?? [];
  }

  #view(topic: string, vgroupId: number): View {
    const view = this.#viewsOf(topic).find(({ log }) => log.id === vgroupId);
    if (view === undefined) {
      throw new ServerError(
        ConsumerCode.foreignVgroup,
        "VgId does not belong to this consumer",
      );
    }
    return view;
  }

  /** Returns the vgroup when the offset is one of its log's. */
  #ranged(topic: string, vgroupId: number, offset: number): View {
    const view = this.#view(topic, vgroupId);
    if (!view.isKnown) throw needAssignment();
    if (!(offset >= view.log.begin && offset <= view.log.end)) {
      throw new ServerError(ConsumerCode.outOfRange, "Offset out of range");
    }
    return view;
  }
}

function needAssignment(): ServerError {
  return new ServerError(
    ConsumerCode.needAssignment,
    "Assignment or poll interface need to be called first",
  );
}
