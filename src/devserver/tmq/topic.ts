/**
 * Topics: what they read, and what may become one.
 *
 * @module
 */
import { type Catalog, type Child, type Database, type Table, tableOf } from "../catalog.ts";
import { ServerError } from "../engine.ts";
import type { Expr, Query, Select, SelectItem, Statement } from "../sql/ast.ts";
import { tableNotExist } from "../sql/errors.ts";
import { aggregateFunction, findCalls, seriesNames } from "../sql/functions.ts";
import { retentionSeconds } from "./vgroups.ts";

/** Codes of failures about topics. */
export const TopicCode = {
  retentionZero: 0x038c,
  fieldUsed: 0x03c4,
  exists: 0x03e0,
  notExist: 0x03e1,
  groupNotExist: 0x03e8,
  subscribed: 0x03eb,
  groupUsed: 0x03ec,
  mustBeDropped: 0x03ed,
  invalidQuery: 0x2639,
} as const;

/** A topic. */
export interface Topic {
  id: number;
  name: string;
  database: Database;
  /** Milliseconds since the epoch. */
  created: number;
  /** The statement that created it, and the database that was current then. */
  sql: string;
  current: string | null;
  meta: "no" | "with" | "only";
  kind: "query" | "stable" | "database";
  /** What it reads; null for a whole database. */
  table: Table | Child | null;
  /** Which child tables of a super table it reads. */
  where: Expr | null;
  /** The query, `*` expanded to the columns there were at its creation. */
  select: Select | null;
  /** Those columns' names. */
  star: string[];
}

/** The statement that creates a topic. */
export type CreateTopic = Statement & { node: "createTopic" };

function invalidQuery(): ServerError {
  return new ServerError(TopicCode.invalidQuery, "Invalid topic query");
}

/** Returns the failure for a topic nobody has. */
export function topicNotExist(): ServerError {
  return new ServerError(TopicCode.notExist, "Topic not exist");
}

/** Returns the failure for a topic of a database that keeps no log. */
export function retentionZero(): ServerError {
  return new ServerError(TopicCode.retentionZero, "WAL retention period is zero");
}

/** Makes a topic of its statement; `star` is given when the topic was created earlier. */
export function makeTopic(
  statement: CreateTopic,
  fixed: Pick<Topic, "id" | "created" | "sql" | "current">,
  catalog: Catalog,
  star: string[] | null,
): Topic {
  const { name, meta, source } = statement;
  const base = { ...fixed, name, meta, where: null, select: null, star: [], table: null };
  switch (source.kind) {
    case "database":
      return checked({ ...base, kind: "database", database: catalog.database(source.name) });
    case "stable": {
      const table = catalog.find(source.name, fixed.current);
      if (table.kind !== "stable") throw tableNotExist();
      const { database } = table;
      return checked({ ...base, kind: "stable", database, table, where: source.where });
    }
    case "query": {
      const select = checkQuery(source.query, meta);
      const { name: from } = select.from as { name: { qualifier: string | null; name: string } };
      const table = catalog.find(from, fixed.current);
      const names = star ?? starNames(table);
      const items = select.items.flatMap((item) => expand(item, names));
      const { database } = tableOf(table);
      const query = { ...select, items };
      return checked({ ...base, kind: "query", database, table, select: query, star: names });
    }
  }
}

function checked(topic: Topic): Topic {
  if (retentionSeconds(topic.database) === 0) throw retentionZero();
  return topic;
}

/** A topic's query filters and computes row by row. */
function checkQuery(query: Query, meta: Topic["meta"]): Select {
  if (query.node !== "select" || meta !== "no" || query.from?.node !== "table") {
    throw invalidQuery();
  }
  const { window, fill, range, every, having, limit, slimit, distinct } = query;
  const isPlain = [window, fill, range, every, having, limit, slimit].every((part) =>
    part === null
  );
  const isUngrouped = [query.groupBy, query.orderBy, query.partitionBy].every(({ length }) =>
    length === 0
  );
  const calls = query.items.flatMap(({ expr }) => findCalls(expr));
  const isByRow = calls.every(({ name }) =>
    aggregateFunction(name) === undefined && !seriesNames.has(name)
  );
  if (!isPlain || !isUngrouped || !isByRow || distinct) throw invalidQuery();
  return query;
}

/** Names what `*` stands for: all columns, and the tags of a whole super table. */
function starNames(table: Table | Child): string[] {
  const { columns, tags } = tableOf(table);
  const all = table.kind === "stable" ? [...columns, ...tags] : columns;
  return all.map(({ name }) => name);
}

function expand(item: SelectItem, names: string[]): SelectItem[] {
  const { expr } = item;
  if (expr.node !== "star") return [item];
  const { start, end } = expr;
  return names.map((name) => ({
    alias: null,
    expr: { node: "column", table: null, name, quoted: true, start, end },
  }));
}

/** Names of the columns that a value is made of. */
export function columnNames(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(columnNames);
  if (typeof value !== "object" || value === null) return [];
  const { node, name } = value as { node?: string; name?: unknown };
  const own = node === "column" && typeof name === "string" ? [name] : [];
  return [...own, ...Object.values(value).flatMap(columnNames)];
}
