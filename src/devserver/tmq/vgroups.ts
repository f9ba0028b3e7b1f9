/**
 * The vgroups of a database: parts among which its tables are spread, each with a log of its own.
 *
 * @module
 */
import type { Database } from "../catalog.ts";

const defaultCount = 2;
const defaultRetentionSeconds = 3600;

function option(database: Database, name: string, otherwise: number): number {
  const value = Number(database.options[name] ?? otherwise);
  return Number.isInteger(value) ? value : otherwise;
}

/** Number of vgroups of a database. */
export function vgroupCount(database: Database): number {
  return Math.min(1024, Math.max(1, option(database, "vgroups", defaultCount)));
}

/** Seconds for which the log is kept; 0 not at all, negative for ever. */
export function retentionSeconds(database: Database): number {
  return option(database, "wal_retention_period", defaultRetentionSeconds);
}

/** Index of the vgroup that a table of this name is in (FNV-1a). */
export function vgroupIndex(database: Database, table: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < table.length; i++) {
    hash = Math.imul(hash ^ table.charCodeAt(i), 0x01000193);
  }
  // The low bits alone depend on the low bits of the characters only.
  return ((hash ^ (hash >>> 15)) >>> 0) % vgroupCount(database);
}
