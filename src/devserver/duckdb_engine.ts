/**
 * The database of the embedded server: TDengine's SQL and data model on DuckDB.
 *
 * @module
 */
import { loadCatalog } from "./catalog_store.ts";
import { defaultVersion, type Engine, type Session } from "./engine.ts";
import { EngineSession, type EngineState } from "./session_engine.ts";
import { registerScripts } from "./sql/script.ts";
import { scripts } from "./sql/scripts.ts";
import { Store } from "./store.ts";
import { ChangeLog } from "./tmq/change_log.ts";
import { Consumer } from "./tmq/consumer.ts";
import { Topics } from "./tmq/topics.ts";

/** Where the database lives, and what it says of itself. */
export interface EngineOptions {
  /** A file, created when it does not exist; without one everything is in memory. */
  file?: string;
  /** What `server_version()` answers. Default `3.3.7.5`. */
  version?: string;
}

/**
 * Opens the database. Log in as `root` with the password `taosdata`.
 *
 * @throws {Error} when the package `@duckdb/node-api` is not installed.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const store = await Store.open(options.file);
  const catalog = await store.transaction((writer) => {
    registerScripts(store.duckdb, writer, scripts);
    return loadCatalog(writer);
  });
  const { version = defaultVersion } = options;
  const log = new ChangeLog();
  const topics = new Topics({ store, catalog, log, version });
  await store.transaction((writer) => topics.load(writer));
  const state: EngineState = {
    store,
    catalog,
    log,
    topics,
    queries: new Map(),
    nextQueryId: 1,
    version,
  };
  let sessions = 0;
  return {
    authenticate: (user, password) => user === "root" && password === "taosdata",
    openSession: (user): Session => new EngineSession(state, user, ++sessions),
    topics: { openConsumer: (settings) => new Consumer(settings, topics, log) },
    close: () => store.close(),
  };
}
