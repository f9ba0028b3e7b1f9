/**
 * What carrying out a statement depends on.
 *
 * @module
 */
import type { Catalog } from "./catalog.ts";
import type { Store } from "./store.ts";

/** The server's state, and the session's part of it that statements depend on. */
export interface ExecutionContext {
  store: Store;
  catalog: Catalog;
  database: string | null;
  timeZone: string;
  sql: string;
}
