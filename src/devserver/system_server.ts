/**
 * The system tables about the server itself, and those of what it does not have, which are empty.
 *
 * @module
 */
import type { SystemTable } from "./sql/plan_from.ts";
import type { SystemState } from "./system_tables.ts";
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
} from "./system_table.ts";

const endpoint = "127.0.0.1:6030";
const started = Math.round(performance.timeOrigin);
const name = text(192), database = text(64);

const dnodeColumns: Columns = [
  ["id", int],
  ["endpoint", text(134)],
  ["vnodes", smallint],
  ["support_vnodes", smallint],
  ["status", text(10)],
  ["create_time", timestamp],
  ["reboot_time", timestamp],
  ["note", text(256)],
];

const mnodeColumns: Columns = [
  ["id", int],
  ["endpoint", text(134)],
  ["role", text(12)],
  ["status", text(9)],
  ["create_time", timestamp],
  ["role_time", timestamp],
];

const clusterColumns: Columns = [
  ["id", bigint],
  ["name", text(40)],
  ["uptime", int],
  ["create_time", timestamp],
  ["version", text(10)],
  ["expire_time", timestamp],
];

const userColumns: Columns = [
  ["name", text(24)],
  ["super", tinyint],
  ["enable", tinyint],
  ["sysinfo", tinyint],
  ["createdb", tinyint],
  ["create_time", timestamp],
  ["allowed_host", text(48)],
];

/** Makes the tables with one row: the server is one dnode of one cluster, and has one user. */
export function serverTables(
  { version, catalog }: SystemState,
): Record<string, SystemTable | undefined> {
  const uptime = Math.floor((Date.now() - started) / 1000);
  const cluster = "00000000-0000-0000-0000-000000000001";
  return {
    "information_schema.ins_dnodes": table(dnodeColumns, [
      [1, endpoint, 2 * catalog.databases.size, 100, "ready", started, started, ""],
    ]),
    "information_schema.ins_mnodes": table(mnodeColumns, [
      [1, endpoint, "leader", "ready", started, started],
    ]),
    "information_schema.ins_cluster": table(clusterColumns, [
      [1, cluster, uptime, started, version.slice(0, 10), null],
    ]),
    "information_schema.ins_users": table(userColumns, [
      ["root", 1, 1, 1, 1, started, "127.0.0.1"],
    ]),
  };
}

const nodeColumns: Columns = [["id", int], ["endpoint", text(134)], ["create_time", timestamp]];

const empty: Record<string, Columns> = {
  "information_schema.ins_qnodes": nodeColumns,
  "information_schema.ins_snodes": nodeColumns,
  "information_schema.ins_functions": [
    ["name", text(64)],
    ["comment", text(4095)],
    ["aggregate", int],
    ["output_type", text(39)],
    ["create_time", timestamp],
    ["code_len", int],
    ["bufsize", int],
    ["func_language", text(39)],
    ["func_body", text(65517)],
    ["func_version", int],
  ],
  "information_schema.ins_views": [
    ["view_name", name],
    ["db_name", database],
    ["effective_user", text(24)],
    ["create_time", timestamp],
    ["type", text(128)],
    ["query_sql", text(1024)],
    ["parameters", text(2048)],
    ["default_values", text(2048)],
    ["target_table", name],
  ],
  "information_schema.ins_user_privileges": [
    ["user_name", text(24)],
    ["privilege", text(10)],
    ["db_name", text(65)],
    ["table_name", text(193)],
    ["condition", text(48)],
    ["notes", text(64)],
  ],
  "information_schema.ins_compacts": [
    ["compact_id", int],
    ["db_name", database],
    ["start_time", timestamp],
  ],
  "information_schema.ins_compact_details": [
    ["compact_id", int],
    ["vgroup_id", int],
    ["dnode_id", int],
    ["number_fileset", int],
    ["finished", int],
    ["start_time", timestamp],
  ],
  "information_schema.ins_vnodes": [
    ["dnode_id", int],
    ["vgroup_id", int],
    ["db_name", database],
    ["status", text(9)],
    ["role_time", timestamp],
    ["start_time", timestamp],
    ["restored", bool],
  ],
  "performance_schema.perf_trans": [
    ["id", int],
    ["create_time", timestamp],
    ["stage", text(12)],
    ["oper", text(16)],
    ["db", database],
    ["stable", name],
    ["failed_times", int],
    ["last_exec_time", timestamp],
    ["last_action_info", text(511)],
  ],
};

/** The tables of what the server does not have. */
export const emptyTables: Record<string, SystemTable | undefined> = Object.fromEntries(
  Object.entries(empty).map(([key, columns]) => [key, table(columns, [])]),
);
