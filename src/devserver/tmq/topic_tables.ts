/**
 * The system tables about topics: `ins_topics`, `ins_subscriptions` and `perf_consumers`.
 *
 * @module
 */
import { fixedType, sizedType, type SqlType, Type } from "../sql/types.ts";
import type { Topics } from "./topics.ts";

/** A value of a system table. */
type Value = string | number | bigint | boolean | null;

/** A system table before its values are literals. */
export interface TopicTable {
  columns: [name: string, type: SqlType][];
  rows: Value[][];
}

const text = (length: number): SqlType => sizedType(Type.varchar, length);
const timestamp = fixedType(Type.timestamp);

/** `information_schema.ins_topics`. */
export function topicsTable(topics: Topics): TopicTable {
  const kinds = { query: "column", stable: "stable", database: "db" };
  return {
    columns: [
      ["topic_name", text(192)],
      ["db_name", text(64)],
      ["create_time", timestamp],
      ["sql", text(4096)],
      ["schema", text(16384)],
      ["meta", text(4)],
      ["type", text(8)],
    ],
    rows: topics.all().map(({ name, database, created, sql, meta, kind }): Value[] => [
      name,
      database.name,
      created,
      sql.slice(0, 4096),
      "NULL",
      meta === "no" ? "no" : meta === "with" ? "yes" : "only",
      kinds[kind],
    ]),
  };
}

/** `information_schema.ins_subscriptions`. */
export function subscriptionsTable(topics: Topics): TopicTable {
  return {
    columns: [
      ["topic_name", text(204)],
      ["consumer_group", text(193)],
      ["vgroup_id", fixedType(Type.int)],
      ["consumer_id", text(32)],
      ["user", text(24)],
      ["fqdn", text(128)],
      ["offset", text(64)],
      ["rows", fixedType(Type.bigint)],
    ],
    rows: topics.groups().flatMap((group) =>
      group.logs.map((log, place): Value[] => {
        const owner = group.owner(place);
        const committed = group.committed.get(place);
        return [
          group.topic.name,
          group.name,
          log.id,
          owner === undefined ? null : `0x${owner.id}`,
          owner?.settings.user ?? null,
          owner === undefined ? null : "localhost",
          committed === undefined ? "" : `wal:${committed}/${log.end}`,
          0,
        ];
      })
    ),
  };
}

/** `performance_schema.perf_consumers`. */
export function consumersTable(topics: Topics): TopicTable {
  return {
    columns: [
      ["consumer_id", text(32)],
      ["consumer_group", text(193)],
      ["client_id", text(257)],
      ["user", text(24)],
      ["fqdn", text(128)],
      ["status", text(20)],
      ["topics", text(204)],
      ["up_time", timestamp],
      ["subscribe_time", timestamp],
      ["rebalance_time", timestamp],
      ["parameters", text(64)],
    ],
    rows: [...topics.consumers].map((consumer): Value[] => {
      const { groupId, clientId, user, offsetReset } = consumer.settings;
      const names = consumer.topics().join(",");
      return [
        `0x${consumer.id}`,
        groupId,
        clientId,
        user,
        "localhost",
        names === "" ? "unsubscribed" : "ready",
        names,
        consumer.started,
        consumer.started,
        consumer.started,
        `tbname:1,commit:0,interval:5000,reset:${offsetReset}`,
      ];
    }),
  };
}
