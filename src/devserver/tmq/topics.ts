/**
 * The topics of an engine with their consumer groups, kept in DuckDB.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Catalog, type Child, type Database, type Table, tableOf } from "../catalog.ts";
import { ServerError } from "../engine.ts";
import type { ExecutionContext } from "../execution_context.ts";
import type { Statement } from "../sql/ast.ts";
import { parse } from "../sql/parse.ts";
import { quoteText, type Store } from "../store.ts";
import type { ChangeLog, Transaction } from "./change_log.ts";
import type { Consumer } from "./consumer.ts";
import { Group } from "./group.ts";
import {
  columnNames,
  type CreateTopic,
  makeTopic,
  retentionZero,
  type Topic,
  TopicCode,
  topicNotExist,
} from "./topic.ts";
import { TopicRows } from "./topic_rows.ts";
import { retentionSeconds } from "./vgroups.ts";

const schema = `
CREATE TABLE IF NOT EXISTS tdwire_topics (id INTEGER, created BIGINT, sql VARCHAR, current VARCHAR, star VARCHAR);
CREATE TABLE IF NOT EXISTS tdwire_offsets (topic_id INTEGER, consumer_group VARCHAR, vgroup INTEGER, version BIGINT);
`;

/** What topics are made from. */
export interface TopicsState {
  store: Store;
  catalog: Catalog;
  log: ChangeLog;
  version: string;
}

/** The topics of one engine. */
export class Topics {
  readonly #state: TopicsState;
  readonly #topics: Map<string, Topic> = new Map();
  readonly #groups: Map<Topic, Map<string, Group<Consumer>>> = new Map();
  readonly #consumers: Set<Consumer> = new Set();

  constructor(state: TopicsState) {
    this.#state = state;
  }

  /** All topics in the order of their creation. */
  all(): Topic[] {
    return [...this.#topics.values()];
  }

  /** All groups of all topics. */
  groups(): Group<Consumer>[] {
    return [...this.#groups.values()].flatMap((groups) => [...groups.values()]);
  }

  /** All open consumers. */
  get consumers(): Set<Consumer> {
    return this.#consumers;
  }

  /** Returns a topic; throws when there is none of that name. */
  topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw topicNotExist();
    return topic;
  }

  /** Numbers of a database's vgroups, which are those of no other database. */
  vgroupIds(database: Database): number[] {
    return this.#state.log.logs(database).map(({ id }) => id);
  }

  /** Makes the blocks of a topic. */
  rows(topic: Topic): TopicRows {
    const { store, catalog, version } = this.#state;
    return new TopicRows(topic, store, catalog, version);
  }

  /** Returns the group of that name of a topic. */
  group(topic: Topic, name: string): Group<Consumer> {
    const groups = this.#groups.get(topic)!;
    let group = groups.get(name);
    if (group === undefined) {
      group = new Group(name, topic, this.#state.log.logs(topic.database), new Map());
      groups.set(name, group);
    }
    return group;
  }

  /** Reads topics, offsets and logs; an empty database gets the tables for them. */
  async load(writer: DuckDBConnection): Promise<void> {
    await writer.run(schema);
    const { catalog, log } = this.#state;
    const reader = await writer.runAndReadAll("FROM tdwire_topics ORDER BY id");
    for (const [id, created, sql, current, star] of reader.getRows() as string[][]) {
      catalog.reserveId(Number(id));
      const { statement } = parse(sql!);
      const fixed = { id: Number(id), created: Number(created), sql: sql!, current: current! };
      const names = JSON.parse(star!) as string[];
      this.#add(makeTopic(statement as CreateTopic, fixed, catalog, names));
    }
    await log.load(writer, new Set(this.all().map(({ database }) => database)));
    const offsets = await writer.runAndReadAll("FROM tdwire_offsets");
    const byId = new Map(this.all().map((topic) => [topic.id, topic]));
    for (const [topicId, name, place, version] of offsets.getRows()) {
      const topic = byId.get(topicId as number);
      if (topic === undefined) continue;
      this.group(topic, name as string).committed.set(place as number, Number(version));
    }
  }

  /** Creates a topic. */
  async create(statement: CreateTopic, { sql, database }: ExecutionContext): Promise<void> {
    const { store, catalog, log } = this.#state;
    await store.transaction(async (writer, onCommit) => {
      if (this.#topics.has(statement.name)) {
        if (statement.ifNotExists) return;
        throw new ServerError(TopicCode.exists, "Topic already exists");
      }
      const fixed = { id: catalog.nextId(), created: Date.now(), sql, current: database };
      const topic = makeTopic(statement, fixed, catalog, null);
      this.rows(topic).check();
      if (store.isFile) {
        const values = [
          topic.id,
          topic.created,
          quoteText(sql),
          database === null ? "NULL" : quoteText(database),
          quoteText(JSON.stringify(topic.star)),
        ];
        await writer.run(`INSERT INTO tdwire_topics VALUES (${values.join(", ")})`);
      }
      await log.watch({ writer, onCommit }, topic.database, store.isFile);
      onCommit(() => this.#add(topic));
    });
  }

  /** Drops a topic with its groups. */
  async drop(statement: Statement & { node: "dropTopic" }): Promise<void> {
    const { store, log } = this.#state;
    await store.transaction(async (writer, onCommit) => {
      const topic = this.#topics.get(statement.name);
      if (topic === undefined && statement.ifExists) return;
      if (topic === undefined) throw topicNotExist();
      const groups = [...this.#groups.get(topic)!.values()];
      if (!statement.force && groups.some(({ members }) => members.size > 0)) {
        throw new ServerError(TopicCode.subscribed, "Topic subscribed cannot be dropped");
      }
      await writer.run(`DELETE FROM tdwire_topics WHERE id = ${topic.id}`);
      await writer.run(`DELETE FROM tdwire_offsets WHERE topic_id = ${topic.id}`);
      const isLast = this.all().filter(({ database }) => database === topic.database).length === 1;
      if (isLast) await log.unwatch({ writer, onCommit }, topic.database);
      onCommit(() => {
        this.#topics.delete(topic.name);
        this.#groups.delete(topic);
        for (const consumer of this.#consumers) consumer.forget(topic);
      });
    });
  }

  /** Drops a group with its offsets. */
  async dropGroup(statement: Statement & { node: "dropGroup" }): Promise<void> {
    await this.#state.store.transaction(async (writer, onCommit) => {
      const topic = this.#topics.get(statement.topic);
      const group = topic && this.#groups.get(topic)!.get(statement.group);
      if (group === undefined) {
        if (statement.ifExists) return;
        throw topic === undefined
          ? topicNotExist()
          : new ServerError(TopicCode.groupNotExist, "Subcribe not exist");
      }
      if (group.members.size > 0 && !statement.force) {
        throw new ServerError(
          TopicCode.groupUsed,
          "Consumer group being used by some consumer",
        );
      }
      await removeOffsets({ writer, onCommit }, group);
      onCommit(() => {
        this.#groups.get(topic!)!.delete(statement.group);
        for (const consumer of group.members) consumer.forget(group.topic);
      });
    });
  }

  /** Commits an offset of a group. */
  async commit(group: Group, offsets: Map<number, number>): Promise<void> {
    const { store } = this.#state;
    for (const [place, version] of offsets) group.committed.set(place, version);
    if (!store.isFile || offsets.size === 0) return;
    await store.transaction(async (writer) => {
      const places = [...offsets.keys()].join(", ");
      const name = quoteText(group.name);
      const { id } = group.topic;
      await writer.run(
        `DELETE FROM tdwire_offsets WHERE topic_id = ${id} AND consumer_group = ${name} AND vgroup IN (${places})`,
      );
      const rows = [...offsets].map(([place, version]) => `(${id}, ${name}, ${place}, ${version})`);
      await writer.run(`INSERT INTO tdwire_offsets VALUES ${rows.join(", ")}`);
    });
  }

  /** Throws when a topic reads the database. */
  checkDatabase(database: Database): void {
    this.#refuse((topic) => topic.database === database);
  }

  /** Throws when the changed database keeps no log although a topic reads it. */
  checkRetention(changed: Database, database: Database): void {
    if (retentionSeconds(changed) !== 0) return;
    if (this.all().some((topic) => topic.database === database)) throw retentionZero();
  }

  /** Throws when a topic reads the super table. */
  checkStable(stable: Table): void {
    this.#refuse(({ table }) => table === stable);
  }

  /** Throws when a topic's query names the column. */
  checkColumn(table: Table | Child, column: string): void {
    for (const topic of this.#topics.values()) {
      if (topic.select === null || tableOf(topic.table!) !== tableOf(table)) continue;
      const { items, where } = topic.select;
      if (columnNames([items, where]).includes(column)) {
        throw new ServerError(TopicCode.fieldUsed, "Field used by topic");
      }
    }
  }

  #refuse(uses: (topic: Topic) => boolean): void {
    if (this.all().some(uses)) {
      throw new ServerError(TopicCode.mustBeDropped, "Topic must be dropped first");
    }
  }

  #add(topic: Topic): void {
    this.#topics.set(topic.name, topic);
    this.#groups.set(topic, new Map());
  }
}

async function removeOffsets({ writer }: Transaction, group: Group): Promise<void> {
  await writer.run(
    `DELETE FROM tdwire_offsets WHERE topic_id = ${group.topic.id} AND consumer_group = ${
      quoteText(group.name)
    }`,
  );
}
