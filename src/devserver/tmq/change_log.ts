/**
 * The logs of all vgroups: what statements change is recorded here, in the transaction of the statement.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Database } from "../catalog.ts";
import type { JsonObject } from "../replies.ts";
import { quoteText } from "../store.ts";
import type { NewChild, RowBatch } from "../write.ts";
import {
  costOf,
  type LogChange,
  type LoggedChild,
  loggedChild,
  placeOf,
  placesOf,
  rowsOf,
} from "./log_change.ts";
import { groupBy } from "./group_by.ts";
import { formatChange, parseChange } from "./log_text.ts";
import { type Retention, VgroupLog } from "./vgroup_log.ts";
import { retentionSeconds, vgroupCount, vgroupIndex } from "./vgroups.ts";

/** The transaction in which a change is made. */
export interface Transaction {
  writer: DuckDBConnection;
  onCommit: (action: () => void) => void;
}

/** A change and the index of the vgroup it goes to. */
export interface PlacedChange {
  place: number;
  change: LogChange;
}

const firstVgroupId = 2;
/** Forgotten entries after which they are deleted from DuckDB. */
const deleteEvery = 64;
/** Estimated bytes kept of a vgroup's log while its database has topics, and while it has none. */
const watchedBytes = 128 << 20;
const unwatchedBytes = 32 << 20;
const schema =
  `CREATE TABLE IF NOT EXISTS tdwire_log (database_id INTEGER, vgroup INTEGER, version BIGINT, time BIGINT, change VARCHAR)`;

/** The logs of one engine's databases. */
export class ChangeLog {
  readonly #logs: Map<Database, VgroupLog[]> = new Map();
  /** Databases with topics. */
  readonly #watched: Set<Database> = new Set();
  /** Databases whose logs are in DuckDB, too. */
  readonly #durable: Set<Database> = new Set();
  readonly #listeners: Set<() => void> = new Set();
  #lastId = firstVgroupId - 1;

  /** Returns the logs of a database, one a vgroup. */
  logs(database: Database): VgroupLog[] {
    let logs = this.#logs.get(database);
    if (logs === undefined) {
      logs = Array.from(
        { length: vgroupCount(database) },
        () => new VgroupLog(++this.#lastId, () => this.#retention(database)),
      );
      this.#logs.set(database, logs);
    }
    return logs;
  }

  /** Calls the function after each change, until what it returns is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Records rows and the child tables created for them. */
  async rows(
    transaction: Transaction,
    created: Iterable<NewChild>,
    batches: Iterable<RowBatch>,
  ): Promise<void> {
    const byDatabase = groupBy(batches, ({ table }) => table.database);
    const children = groupBy(created, ({ child }) => child.table.database);
    for (const [database, own] of byDatabase) {
      if (retentionSeconds(database) === 0) continue;
      const places = placesOf(own);
      const cost = costOf(own) / places.size;
      await this.append(
        transaction,
        database,
        [...places].map((place): PlacedChange => ({
          place,
          change: {
            kind: "rows",
            created: (children.get(database) ?? [])
              .filter(({ child }) => placeOf(child) === place).map(loggedChild),
            rows: () => rowsOf(own, place),
            cost,
          },
        })),
      );
    }
  }

  /** Records child tables created by a statement of their own. */
  async children(transaction: Transaction, created: NewChild[]): Promise<void> {
    for (const [database, own] of groupBy(created, ({ child }) => child.table.database)) {
      const byPlace = groupBy(own, ({ child }) => placeOf(child));
      await this.append(
        transaction,
        database,
        [...byPlace].map(([place, children]): PlacedChange => {
          const logged: LoggedChild[] = children.map(loggedChild);
          return { place, change: { kind: "children", created: logged } };
        }),
      );
    }
  }

  /**
   * Records events about a database's tables. One about a super table goes to all vgroups, one about another table to
   * the vgroup of `name`.
   */
  async events(
    transaction: Transaction,
    database: Database,
    events: {
      tableId: number;
      /** Name of the child or normal table; null for a super table. */
      name: string | null;
      isChild: boolean;
      code: number;
      event: JsonObject;
    }[],
  ): Promise<void> {
    const all = Array.from({ length: vgroupCount(database) }, (_, place) => place);
    await this.append(
      transaction,
      database,
      events.flatMap(({ name, isChild, tableId, code, event }) => {
        const change: LogChange = {
          kind: "event",
          tableId,
          child: isChild ? name : null,
          code,
          event,
        };
        const places = name === null ? all : [vgroupIndex(database, name)];
        return places.map((place) => ({ place, change }));
      }),
    );
  }

  /** Records changes; to be called once a transaction and database. */
  async append(
    { writer, onCommit }: Transaction,
    database: Database,
    changes: PlacedChange[],
  ): Promise<void> {
    if (retentionSeconds(database) === 0) return;
    const logs = this.logs(database);
    const time = Date.now();
    if (this.#durable.has(database)) await store(writer, database, logs, changes, time);
    onCommit(() => {
      for (const { place, change } of changes) logs[place]!.append(change, time);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Notes that a database has topics: its logs are kept longer, and with `durable` in DuckDB. */
  async watch(
    { writer, onCommit }: Transaction,
    database: Database,
    durable: boolean,
  ): Promise<void> {
    onCommit(() => this.#watched.add(database));
    if (!durable || this.#durable.has(database)) return;
    for (const [place, log] of this.logs(database).entries()) {
      for (let version = log.begin; version < log.end; version++) {
        const { time, change } = log.entry(version)!;
        await insert(writer, database, place, version, time, change);
      }
    }
    onCommit(() => this.#durable.add(database));
  }

  /** Notes that a database has no topics any more. */
  async unwatch({ writer, onCommit }: Transaction, database: Database): Promise<void> {
    onCommit(() => this.#watched.delete(database));
    if (!this.#durable.has(database)) return;
    await writer.run(`DELETE FROM tdwire_log WHERE database_id = ${database.id}`);
    onCommit(() => this.#durable.delete(database));
  }

  /** Creates what keeps the logs, and reads the logs of the databases given. */
  async load(writer: DuckDBConnection, databases: Iterable<Database>): Promise<void> {
    await writer.run(schema);
    for (const database of databases) {
      this.#watched.add(database);
      this.#durable.add(database);
      for (const [place, log] of this.logs(database).entries()) {
        const reader = await writer.runAndReadAll(
          `SELECT version, time, change FROM tdwire_log WHERE database_id = ${database.id} AND vgroup = ${place} ORDER BY version`,
        );
        const rows = reader.getRows();
        const [first] = rows;
        if (first === undefined) continue;
        log.restore(
          Number(first[0]),
          rows.map((row) => ({ time: Number(row[1]), change: parseChange(row[2] as string) })),
        );
      }
    }
  }

  /** Forgets a database. */
  forget(database: Database): void {
    this.#logs.delete(database);
    this.#watched.delete(database);
    this.#durable.delete(database);
  }

  #retention(database: Database): Retention {
    const seconds = retentionSeconds(database);
    return {
      timeMs: seconds < 0 ? Infinity : seconds * 1000,
      bytes: this.#watched.has(database) ? watchedBytes : unwatchedBytes,
    };
  }
}

async function store(
  writer: DuckDBConnection,
  database: Database,
  logs: VgroupLog[],
  changes: PlacedChange[],
  time: number,
): Promise<void> {
  const next = logs.map((log) => log.end);
  for (const { place, change } of changes) {
    await insert(writer, database, place, next[place]!++, time, change);
  }
  for (const [place, log] of logs.entries()) {
    if (log.begin - log.storedBegin >= deleteEvery) {
      log.storedBegin = log.begin;
      await writer.run(
        `DELETE FROM tdwire_log WHERE database_id = ${database.id} AND vgroup = ${place} AND version < ${log.begin}`,
      );
    }
  }
}

async function insert(
  writer: DuckDBConnection,
  database: Database,
  place: number,
  version: number,
  time: number,
  change: LogChange,
): Promise<void> {
  await writer.run(
    `INSERT INTO tdwire_log VALUES (${database.id}, ${place}, ${version}, ${time}, ${
      quoteText(formatChange(change))
    })`,
  );
}
