/**
 * The system tables about databases and their vgroups, and SHOW CREATE DATABASE.
 *
 * @module
 */
import type { Catalog, Database } from "./catalog.ts";
import { formatKeep } from "./retention.ts";
import { databaseOption } from "./sql/database_options.ts";
import type { SystemTable } from "./sql/plan_from.ts";
import {
  bigint,
  bool,
  type Columns,
  int,
  smallint,
  table,
  text,
  timestamp,
  tinyint,
  type Value,
} from "./system_table.ts";
import type { Topics } from "./tmq/topics.ts";
import { vgroupCount, vgroupIndex } from "./tmq/vgroups.ts";

const columns: Columns = [
  ["name", text(64)],
  ["create_time", timestamp],
  ["vgroups", int],
  ["ntables", bigint],
  ["replica", tinyint],
  ["strict", text(4)],
  ["duration", text(10)],
  ["keep", text(32)],
  ["buffer", int],
  ["pagesize", int],
  ["pages", int],
  ["minrows", int],
  ["maxrows", int],
  ["comp", tinyint],
  ["precision", text(2)],
  ["status", text(10)],
  ["retentions", text(60)],
  ["single_stable", bool],
  ["cachemodel", text(11)],
  ["cachesize", int],
  ["wal_level", tinyint],
  ["wal_fsync_period", int],
  ["wal_retention_period", int],
  ["wal_retention_size", bigint],
  ["stt_trigger", smallint],
  ["table_prefix", smallint],
  ["table_suffix", smallint],
  ["tsdb_pagesize", int],
  ["keep_time_offset", int],
  ["ss_chunkpages", int],
  ["ss_keeplocal", text(10)],
  ["ss_compact", tinyint],
  ["with_arbitrator", tinyint],
  ["encrypt_algorithm", text(16)],
  ["compact_interval", text(12)],
  ["compact_time_range", text(24)],
  ["compact_time_offset", text(4)],
];

/** Columns that are no option of a database; all others are. */
function stateOf(database: Database): Record<string, Value> {
  const tables = [...database.tables.values()].filter(({ kind }) => kind !== "stable").length;
  return {
    name: database.name,
    create_time: database.created,
    vgroups: vgroupCount(database),
    ntables: tables,
    strict: "on",
    keep: formatKeep(database),
    precision: database.precision,
    status: "ready",
    retentions: null,
    single_stable: databaseOption(database.options, "single_stable") === "1",
    with_arbitrator: 0,
  };
}

/** Makes `ins_databases`. */
export function databases({ databases: own }: Catalog): SystemTable {
  const system = ["information_schema", "performance_schema"].map((name) =>
    columns.map(([column]): Value =>
      column === "name" ? name : column === "status" ? "ready" : null
    )
  );
  const rows = [...own.values()].map((database) => {
    const state = stateOf(database);
    return columns.map(([name, type]): Value => {
      if (Object.hasOwn(state, name)) return state[name]!;
      const value = databaseOption(database.options, name);
      return type.code === text(0).code ? value : BigInt(value);
    });
  });
  return table(columns, [...system, ...rows]);
}

const vgroupColumns: Columns = [
  ["vgroup_id", int],
  ["db_name", text(64)],
  ["tables", int],
  ["v1_dnode", smallint],
  ["v1_status", text(9)],
  ["v2_dnode", smallint],
  ["v2_status", text(9)],
  ["v3_dnode", smallint],
  ["v3_status", text(9)],
  ["v4_dnode", smallint],
  ["v4_status", text(9)],
  ["cacheload", int],
  ["cacheelements", int],
  ["tsma", tinyint],
];

/** Makes `ins_vgroups`. */
export function vgroups({ databases: own }: Catalog, topics: Topics): SystemTable {
  const rows = [...own.values()].flatMap((database) =>
    topics.vgroupIds(database).map((id, index): Value[] => {
      const tables = [...database.tables.values()].filter(({ kind, name }) =>
        kind !== "stable" && vgroupIndex(database, name) === index
      );
      const unused = new Array<null>(6).fill(null);
      const state = [id, database.name, tables.length, 1, "leader"];
      return [...state, ...unused, 0, 0, 0];
    })
  );
  return table(vgroupColumns, rows);
}

const numbers = [
  "WAL_LEVEL",
  "VGROUPS",
  "SINGLE_STABLE",
  "TABLE_PREFIX",
  "TABLE_SUFFIX",
  "TSDB_PAGESIZE",
  "WAL_RETENTION_PERIOD",
  "WAL_RETENTION_SIZE",
  "KEEP_TIME_OFFSET",
];

/** Returns the statement that creates a database like this one. */
export function createDatabaseText(database: Database): string {
  const option = (name: string): string => databaseOption(database.options, name.toLowerCase());
  const plain = (name: string): string => `${name} ${option(name)}`;
  return [
    `CREATE DATABASE \`${database.name}\``,
    plain("BUFFER"),
    plain("CACHESIZE"),
    `CACHEMODEL '${option("CACHEMODEL")}'`,
    ...["COMP", "DURATION", "WAL_FSYNC_PERIOD", "MAXROWS", "MINROWS", "STT_TRIGGER"].map(plain),
    `KEEP ${formatKeep(database)}`,
    plain("PAGES"),
    plain("PAGESIZE"),
    `PRECISION '${database.precision}'`,
    plain("REPLICA"),
    ...numbers.map((name) => name === "VGROUPS" ? `VGROUPS ${vgroupCount(database)}` : plain(name)),
    `ENCRYPT_ALGORITHM '${option("ENCRYPT_ALGORITHM")}'`,
    ...["SS_CHUNKPAGES", "SS_KEEPLOCAL", "SS_COMPACT"].map(plain),
    ...["COMPACT_INTERVAL", "COMPACT_TIME_RANGE", "COMPACT_TIME_OFFSET"].map(plain),
  ].join(" ");
}
