/**
 * The tables of `information_schema` and `performance_schema`.
 *
 * @module
 */
import { type Catalog, type Child, type Table, tableOf } from "./catalog.ts";
import type { OpenQuery } from "./results.ts";
import type { SystemTable } from "./sql/plan_from.ts";
import { fixedType, Type, typeText } from "./sql/types.ts";
import { unsupported } from "./sql/errors.ts";
import type { Store } from "./store.ts";
import { databases, vgroups } from "./system_databases.ts";
import { emptyTables, serverTables } from "./system_server.ts";
import {
  bigint,
  bool,
  type Columns,
  int,
  table,
  text,
  timestamp,
  type Value,
} from "./system_table.ts";
import { tagTexts } from "./tag_values.ts";
import {
  consumersTable,
  subscriptionsTable,
  topicsTable,
  type TopicTable,
} from "./tmq/topic_tables.ts";
import type { Topics } from "./tmq/topics.ts";
import { vgroupIndex } from "./tmq/vgroups.ts";

/** What system tables are made from. */
export interface SystemState {
  version: string;
  catalog: Catalog;
  store: Store;
  topics: Topics;
  queries: Iterable<OpenQuery>;
}

function allTables(catalog: Catalog): (Table | Child)[] {
  return [...catalog.databases.values()].flatMap((database) => [...database.tables.values()]);
}

function tables({ catalog, topics }: SystemState): SystemTable {
  const columns: Columns = [
    ["table_name", text(192)],
    ["db_name", text(64)],
    ["create_time", timestamp],
    ["columns", int],
    ["stable_name", text(192)],
    ["uid", bigint],
    ["vgroup_id", int],
    ["ttl", int],
    ["table_comment", text(1024)],
    ["type", text(21)],
  ];
  const rows = allTables(catalog).flatMap((entry): Value[][] => {
    if (entry.kind === "stable") return [];
    const owner = tableOf(entry);
    const child = entry.kind === "child";
    return [[
      entry.name,
      owner.database.name,
      entry.created,
      owner.columns.length,
      child ? owner.name : null,
      entry.id,
      topics.vgroupIds(owner.database)[vgroupIndex(owner.database, entry.name)]!,
      entry.ttl,
      entry.comment,
      child ? "CHILD_TABLE" : "NORMAL_TABLE",
    ]];
  });
  return table(columns, rows);
}

function stables({ catalog }: SystemState): SystemTable {
  const columns: Columns = [
    ["stable_name", text(192)],
    ["db_name", text(64)],
    ["create_time", timestamp],
    ["columns", int],
    ["tags", int],
    ["last_update", timestamp],
    ["table_comment", text(1024)],
    ["watermark", text(64)],
    ["max_delay", text(64)],
    ["rollup", text(128)],
    ["uid", bigint],
  ];
  const rows = allTables(catalog).flatMap((entry): Value[][] => {
    if (entry.kind !== "stable") return [];
    return [[
      entry.name,
      entry.database.name,
      entry.created,
      entry.columns.length,
      entry.tags.length,
      entry.created,
      entry.comment,
      "5000a,5000a",
      "-1a,-1a",
      null,
      entry.id,
    ]];
  });
  return table(columns, rows);
}

function columns({ catalog }: SystemState): SystemTable {
  const names: Columns = [
    ["table_name", text(192)],
    ["db_name", text(64)],
    ["table_type", text(21)],
    ["col_name", text(64)],
    ["col_type", text(32)],
    ["col_length", int],
    ["col_precision", int],
    ["col_scale", int],
    ["col_nullable", int],
  ];
  const kinds = { stable: "SUPER_TABLE", child: "CHILD_TABLE", normal: "NORMAL_TABLE" };
  const rows = allTables(catalog).flatMap((entry): Value[][] => {
    const owner = tableOf(entry);
    return owner.columns.map((
      { name, type },
    ) => [
      entry.name,
      owner.database.name,
      kinds[entry.kind],
      name,
      typeText(type),
      type.length,
      null,
      null,
      null,
    ]);
  });
  return table(names, rows);
}

/** Each super table has an index on its first tag. */
function indexes({ catalog }: SystemState): SystemTable {
  const columns: Columns = [
    ["index_name", text(192)],
    ["db_name", text(64)],
    ["table_name", text(192)],
    ["vgroup_id", int],
    ["create_time", timestamp],
    ["column_name", text(192)],
    ["index_type", text(192)],
  ];
  const rows = allTables(catalog).flatMap((entry): Value[][] => {
    if (entry.kind !== "stable") return [];
    const { name, database, created, tags } = entry, [tag] = tags;
    return [[`${tag!.name}_${name}`, database.name, name, null, created, tag!.name, "tag_index"]];
  });
  return table(columns, rows);
}

/** Tags of all child tables, one row a tag, with the values as text. */
async function tags({ catalog, store }: SystemState): Promise<SystemTable> {
  const names: Columns = [
    ["table_name", text(192)],
    ["db_name", text(64)],
    ["stable_name", text(192)],
    ["tag_name", text(64)],
    ["tag_type", text(32)],
    ["tag_value", text(16384)],
  ];
  const rows: Value[][] = [];
  for (const entry of allTables(catalog)) {
    if (entry.kind !== "stable") continue;
    for (const [child, values] of await tagTexts(store, entry)) {
      entry.tags.forEach(({ name, type }, index) =>
        rows.push([child, entry.database.name, entry.name, name, typeText(type), values[index]!])
      );
    }
  }
  return table(names, rows);
}

const queryColumns: Columns = [
  ["kill_id", text(26)],
  ["query_id", fixedType(Type.ubigint)],
  ["conn_id", fixedType(Type.uint)],
  ["app", text(24)],
  ["pid", fixedType(Type.uint)],
  ["user", text(24)],
  ["end_point", text(22)],
  ["create_time", timestamp],
  ["exec_usec", bigint],
  ["stable_query", bool],
  ["sub_query", bool],
  ["sub_num", int],
  ["sub_status", text(1000)],
  ["sql", text(4096)],
  ["user_app", text(24)],
  ["user_ip", text(16)],
];

function queries({ queries: open }: SystemState): SystemTable {
  const rows = [...open].map(({ id, queryId, sql, user, connectionId, started }): Value[] => {
    const killId = `${connectionId.toString(16)}:${id.toString(16)}`;
    const elapsed = (Date.now() - started) * 1000;
    return [
      killId,
      queryId,
      connectionId,
      "tdwire-devserver",
      1,
      user,
      "127.0.0.1:0",
      started,
      elapsed,
      false,
      false,
      1,
      "",
      sql.slice(0, 4096),
      "",
      "",
    ];
  });
  return table(queryColumns, rows);
}

function fromTopics(make: (topics: Topics) => TopicTable): (state: SystemState) => SystemTable {
  return ({ topics }) => {
    const { columns, rows } = make(topics);
    return table(columns, rows);
  };
}

const makers: Record<string, (state: SystemState) => SystemTable | Promise<SystemTable>> = {
  "information_schema.ins_databases": ({ catalog }) => databases(catalog),
  "information_schema.ins_vgroups": ({ catalog, topics }) => vgroups(catalog, topics),
  "information_schema.ins_tables": tables,
  "information_schema.ins_stables": stables,
  "information_schema.ins_columns": columns,
  "information_schema.ins_tags": tags,
  "information_schema.ins_indexes": indexes,
  "information_schema.ins_topics": fromTopics(topicsTable),
  "information_schema.ins_subscriptions": fromTopics(subscriptionsTable),
  "performance_schema.perf_queries": queries,
  "performance_schema.perf_consumers": fromTopics(consumersTable),
};

/** System tables of TDengine that are not kept here. */
const others = new Set([
  "ins_anodes",
  "ins_configs",
  "ins_dnode_variables",
  "ins_grants",
  "ins_grants_full",
  "ins_grants_logs",
  "ins_machines",
  "ins_stream_recalculates",
  "ins_stream_tasks",
  "ins_streams",
  "ins_tsmas",
  "perf_apps",
  "perf_connections",
  "perf_instances",
]);

/** Returns a system table as it is at present; null when there is none of that name. */
export async function systemTable(
  schema: string,
  name: string,
  state: SystemState,
): Promise<SystemTable | null> {
  const key = `${schema}.${name}`;
  if (others.has(name)) throw unsupported(`the system table ${key}`);
  return await makers[key]?.(state) ?? serverTables(state)[key] ?? emptyTables[key] ?? null;
}
