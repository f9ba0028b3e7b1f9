/**
 * What carrying out a statement depends on.
 *
 * @module
 */
import type { Catalog } from "./catalog.ts";
import type { Store } from "./store.ts";
import type { ChangeLog } from "./tmq/change_log.ts";
import type { Topics } from "./tmq/topics.ts";

/** The server's state, and the session's part of it that statements depend on. */
export interface ExecutionContext {
  store: Store;
  catalog: Catalog;
  log: ChangeLog;
  topics: Topics;
  database: string | null;
  timeZone: string;
  sql: string;
}
