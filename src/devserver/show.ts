/**
 * Carries out DESCRIBE and SHOW.
 *
 * @module
 */
import { type Child, type Column, type Table, tableOf } from "./catalog.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { type RowSet, ServerError } from "./engine.ts";
import { staticRows } from "./results.ts";
import type { QualifiedName, ShowTarget, Statement } from "./sql/ast.ts";
import { Code, unsupported } from "./sql/errors.ts";
import {
  fixedType,
  isText,
  sizedType,
  type SqlType,
  Type,
  typeName,
  typeText,
} from "./sql/types.ts";
import type { Store } from "./store.ts";
import { tagTexts } from "./tag_values.ts";
import { encoding } from "./tmq/table_events.ts";

const text = (length: number): SqlType => sizedType(Type.varchar, length);

/** Describes the columns and tags of a table. */
export function describe(name: QualifiedName, { catalog, database }: ExecutionContext): RowSet {
  const table = tableOf(catalog.find(name, database));
  const columns = [
    { name: "field", type: text(325) },
    { name: "type", type: text(20) },
    { name: "length", type: fixedType(Type.int) },
    { name: "note", type: text(16) },
    { name: "encode", type: text(12) },
    { name: "compress", type: text(12) },
    { name: "level", type: text(12) },
  ];
  const rows = [
    ...table.columns.map((
      column,
    ) => [
      column.name,
      typeName(column.type),
      column.type.length,
      "",
      ...encoding(column.type),
      "medium",
    ]),
    ...table.tags.map((
      tag,
    ) => [
      tag.name,
      typeName(tag.type),
      tag.type.length,
      "TAG",
      "disabled",
      "disabled",
      "disabled",
    ]),
  ];
  return staticRows(columns, rows);
}

function quoteSql(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** The SELECT behind each SHOW that lists a whole system table. */
const wholeTables: Partial<Record<ShowTarget, string>> = {
  queries: "select * from performance_schema.perf_queries",
  topics: "select topic_name from information_schema.ins_topics",
  consumers: "select * from performance_schema.perf_consumers",
  subscriptions: "select * from information_schema.ins_subscriptions",
};

/** Returns the SELECT that answers a SHOW; null when the SHOW is answered by {@linkcode showCreate} or another. */
export function showQuery(
  statement: Statement & { node: "show" },
  current: string | null,
  sql: string,
): string | null {
  const like = statement.like === null ? "" : sql.slice(statement.like.start, statement.like.end);
  const filter = (column: string): string => like === "" ? "" : ` and ${column} like ${like}`;
  const { name } = statement;
  const database = statement.database ?? name?.qualifier ?? current;
  switch (statement.target) {
    case "databases":
      return `select name from information_schema.ins_databases${
        like === "" ? "" : ` where name like ${like}`
      }`;
    case "stables":
    case "tables":
    case "tags":
      break;
    default:
      return wholeTables[statement.target] ?? null;
  }
  if (database === null) throw new ServerError(Code.syntax, "database not specified");
  const where = `where db_name = ${quoteSql(database)}`;
  if (statement.target === "stables") {
    return `select stable_name from information_schema.ins_stables ${where}${
      filter("stable_name")
    }`;
  }
  if (statement.target === "tables") {
    return `select table_name from information_schema.ins_tables ${where}${filter("table_name")}`;
  }
  return `select table_name, db_name, stable_name, tag_name, tag_type, tag_value from information_schema.ins_tags ${where} and table_name = ${
    quoteSql(name!.name)
  }`;
}

/** Carries out SHOW CREATE. */
export async function showCreate(
  statement: Statement & { node: "show" },
  context: ExecutionContext,
): Promise<RowSet> {
  const { catalog, database, store } = context;
  const name = statement.name!;
  if (statement.target === "create database") {
    const found = catalog.database(name.name);
    const columns = [{ name: "Database", type: text(65) }, {
      name: "Create Database",
      type: text(1000),
    }];
    return staticRows(columns, [[
      found.name,
      `CREATE DATABASE \`${found.name}\` PRECISION '${found.precision}'`,
    ]]);
  }
  if (statement.target !== "create table" && statement.target !== "create stable") {
    throw unsupported(`SHOW ${statement.target.toUpperCase()}`);
  }
  const found = catalog.find(name, database);
  const columns = [{ name: "Table", type: text(193) }, {
    name: "Create Table",
    type: text(3145726),
  }];
  return staticRows(columns, [[
    found.name,
    found.kind === "child" ? await createChildText(found, store) : createText(found),
  ]]);
}

async function createChildText(child: Child, store: Store): Promise<string> {
  const { table } = child;
  const [, values = []] = (await tagTexts(store, table)).find(([name]) => name === child.name) ??
    [];
  const tags = values.map((value, index) => {
    const { type } = table.tags[index]!;
    return value === null ? "NULL" : isText(type) || type.code === Type.json ? `"${value}"` : value;
  });
  const names = table.tags.map((tag) => `\`${tag.name}\``).join(", ");
  return `CREATE TABLE \`${child.name}\` USING \`${table.name}\` (${names}) TAGS (${
    tags.join(", ")
  })`;
}

function createText(table: Table): string {
  const list = (columns: Column[]): string =>
    columns.map(({ name, type }) => `\`${name}\` ${typeText(type)}`).join(", ");
  const tags = table.kind === "stable" ? ` TAGS (${list(table.tags)})` : "";
  return `CREATE ${table.kind === "stable" ? "STABLE" : "TABLE"} \`${table.name}\` (${
    list(table.columns)
  })${tags}`;
}
