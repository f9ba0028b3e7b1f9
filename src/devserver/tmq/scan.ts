/**
 * Reading a vgroup's log as messages of a topic.
 *
 * @module
 */
import { toField } from "../results.ts";
import { childrenEvent } from "./child_event.ts";
import { columnId, type LogChange, type LoggedChild, type LoggedRows } from "./log_change.ts";
import type { Topic } from "./topic.ts";
import {
  type ConsumerSettings,
  type CreatedTable,
  MessageType,
  type TopicBlock,
  type TopicEvent,
  type TopicMessage,
} from "./topic_engine.ts";
import type { TopicRows } from "./topic_rows.ts";
import type { VgroupLog } from "./vgroup_log.ts";

const createTableCode = 515;
/** Metadata events in one message at most. */
const maxEvents = 1000;

/** What reading gave: a message or none, and where to go on. */
export interface Scanned {
  message: TopicMessage | null;
  next: number;
}

/** Reads a log from a version on, until a message is full or must end. */
export async function scan(
  topic: Topic,
  rows: TopicRows,
  log: VgroupLog,
  from: number,
  settings: ConsumerSettings,
): Promise<Scanned> {
  log.trim(Date.now());
  const scanning = new Scan(topic, rows, await rows.readNames(), settings);
  let at = Math.max(from, log.begin);
  const begin = at;
  for (let entry = log.entry(at); entry !== undefined; entry = log.entry(at)) {
    if (!scanning.admits(entry.change)) break;
    at++;
    if (await scanning.add(entry.change)) break;
  }
  return { message: await scanning.finish(log.id, begin, at), next: at };
}

class Scan {
  readonly #topic: Topic;
  readonly #rows: TopicRows;
  /** Names of the child tables that are read; null for all. */
  readonly #names: Set<string> | null;
  readonly #settings: ConsumerSettings;
  readonly #blocks: TopicBlock[] = [];
  readonly #created: LoggedChild[] = [];
  readonly #events: TopicEvent[] = [];
  #pending: LoggedRows[] = [];
  #pendingRows = 0;
  #rowCount = 0;

  constructor(
    topic: Topic,
    rows: TopicRows,
    names: Set<string> | null,
    settings: ConsumerSettings,
  ) {
    this.#topic = topic;
    this.#rows = rows;
    this.#names = names;
    this.#settings = settings;
  }

  /** Tells whether a change can be in the same message as what came before it. */
  admits(change: LogChange): boolean {
    const isData = this.#blocks.length > 0 || this.#pending.length > 0;
    if (isData) return this.#eventOf(change) === null;
    if (this.#events.length === 0) return true;
    return this.#eventOf(change) !== null || this.#rowsOf(change).length === 0;
  }

  /** Adds a change; true when the message is full. */
  async add(change: LogChange): Promise<boolean> {
    const event = this.#eventOf(change);
    if (event !== null) {
      this.#events.push(event);
      return !this.#settings.isBatchMeta || this.#events.length >= maxEvents;
    }
    const rows = this.#rowsOf(change);
    if (rows.length === 0) return false;
    if (change.kind === "rows" && this.#topic.meta === "with") {
      this.#created.push(...change.created.filter((child) => this.#readsChild(child)));
    }
    this.#pending.push(...rows);
    this.#pendingRows += rows.reduce((sum, { cells }) => sum + cells[0]!.length, 0);
    if (this.#pendingRows + this.#rowCount >= this.#settings.minPollRows) await this.#flush();
    return this.#rowCount >= this.#settings.minPollRows;
  }

  async finish(vgroupId: number, begin: number, end: number): Promise<TopicMessage | null> {
    await this.#flush();
    if (this.#events.length === 0 && this.#blocks.length === 0) return null;
    const type = this.#events.length > 0
      ? MessageType.meta
      : this.#created.length > 0
      ? MessageType.metaAndData
      : MessageType.data;
    return {
      type,
      topic: this.#topic.name,
      database: this.#topic.database.name,
      vgroupId,
      begin,
      end,
      hasTableNames: this.#topic.kind !== "query",
      blocks: this.#blocks,
      created: this.#created.map(createdTable),
      events: this.#created.length === 0
        ? this.#events
        : [{ code: createTableCode, event: childrenEvent(this.#created) }],
      isBatchMeta: this.#settings.isBatchMeta,
    };
  }

  /** Makes blocks of the rows gathered. */
  async #flush(): Promise<void> {
    const blocks = await this.#rows.blocks(this.#pending);
    this.#pending = [];
    this.#pendingRows = 0;
    this.#blocks.push(...blocks);
    this.#rowCount += blocks.reduce((sum, { columns }) => sum + columns[0]!.length, 0);
  }

  #readsChild({ tableId, childId, name }: LoggedChild | LoggedRows): boolean {
    return this.#rows.reads(tableId, childId) && (this.#names?.has(name) ?? true);
  }

  #rowsOf(change: LogChange): LoggedRows[] {
    if (change.kind !== "rows" || this.#topic.meta === "only") return [];
    return change.rows().filter((rows) => this.#readsChild(rows));
  }

  /** Returns the metadata event of a change for this topic, or null. */
  #eventOf(change: LogChange): TopicEvent | null {
    const { meta } = this.#topic;
    if (meta === "no" || change.kind === "none") return null;
    if (change.kind === "event") {
      const isRead = this.#rows.reads(change.tableId, 0) &&
        (change.child === null || (this.#names?.has(change.child) ?? true));
      return isRead ? { code: change.code, event: change.event } : null;
    }
    if (change.kind === "rows" && meta !== "only") return null;
    const children = change.created.filter((child) => this.#readsChild(child));
    return children.length === 0 ? null : { code: createTableCode, event: childrenEvent(children) };
  }
}

function createdTable(child: LoggedChild): CreatedTable {
  return {
    id: child.childId,
    name: child.name,
    stableId: child.tableId,
    stable: child.stable,
    created: child.created,
    tags: child.tags.map(({ column, cell }) => ({
      field: { ...toField(column.name, column.type), columnId: columnId(column), flags: 0 },
      cell,
    })),
  };
}
