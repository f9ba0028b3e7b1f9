/**
 * Carries out DESCRIBE and SHOW.
 *
 * @module
 */
import { type Child, type Column, type Table, tableOf } from "./catalog.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { type RowSet, ServerError } from "./engine.ts";
import { staticRows } from "./results.ts";
import type { QualifiedName, Statement } from "./sql/ast.ts";
import { Code, unsupported } from "./sql/errors.ts";
import type { SystemTable } from "./sql/plan_from.ts";
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
import { createDatabaseText } from "./system_databases.ts";
import { tagTexts } from "./tag_values.ts";
import { encoding } from "./tmq/table_events.ts";

const text = (length: number): SqlType => sizedType(Type.varchar, length);

const descriptionColumns = [
  { name: "field", type: text(325) },
  { name: "type", type: text(20) },
  { name: "length", type: fixedType(Type.int) },
  { name: "note", type: text(16) },
];

/** Describes the columns of a system table, which are not compressed. */
export function describeSystem({ columns }: SystemTable): RowSet {
  return staticRows(
    descriptionColumns,
    columns.map(({ name, type }) => [name, typeName(type), type.length, ""]),
  );
}

/** Describes the columns and tags of a table. */
export function describe(name: QualifiedName, { catalog, database }: ExecutionContext): RowSet {
  const table = tableOf(catalog.find(name, database));
  const columns = [
    ...descriptionColumns,
    { name: "encode", type: text(12) },
    { name: "compress", type: text(12) },
    { name: "level", type: text(12) },
  ];
  const rows = [
    ...table.columns.map(({ name, type, storage = {} }) => {
      const [encode, compress] = encoding(type);
      return [
        name,
        typeName(type),
        type.length,
        "",
        storage.encode ?? encode,
        storage.compress ?? compress,
        storage.level ?? "medium",
      ];
    }),
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

function quoteName(name: string): string {
  return `\`${name}\``;
}

function quoteSql(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Returns the SELECT that answers a SHOW; null when {@linkcode showCreate} answers it. */
export function showQuery(
  { target, like }: Statement & { node: "show" },
  current: string | null,
  sql: string,
): string | null {
  const pattern = like === null ? null : sql.slice(like.start, like.end);
  const select = (item: string, table: string, conditions: string[]): string => {
    const all = pattern === null ? conditions : [...conditions, `${item} like ${pattern}`];
    return `select ${item} from ${table}${all.length === 0 ? "" : ` where ${all.join(" and ")}`}`;
  };
  const of = (database: string | null): string => {
    if (database === null && current === null) {
      throw new ServerError(Code.syntax, "database not specified");
    }
    return `db_name = ${quoteSql(database ?? current!)}`;
  };
  switch (target.kind) {
    case "databases":
      return select("name", "information_schema.ins_databases", databaseConditions(target.of));
    case "stables":
      return select("stable_name", "information_schema.ins_stables", [of(target.database)]);
    case "tables": {
      const kind = target.of === null ? [] : [`type = '${target.of.toUpperCase()}_TABLE'`];
      return select("table_name", "information_schema.ins_tables", [of(target.database), ...kind]);
    }
    case "tags":
    case "indexes":
      return select(
        target.kind === "tags"
          ? "table_name, db_name, stable_name, tag_name, tag_type, tag_value"
          : "*",
        `information_schema.ins_${target.kind}`,
        [of(target.table.qualifier), `table_name = ${quoteSql(target.table.name)}`],
      );
    case "table tags": {
      const { qualifier, name } = target.table;
      return `select tags ${target.tags ?? "tbname, _tags"} from ${
        qualifier === null ? "" : `${quoteName(qualifier)}.`
      }${quoteName(name)}`;
    }
    case "alive":
      return `select cast(1 as int) as status`;
    case "list":
      return select(
        target.table.endsWith("topics") ? "topic_name" : "*",
        target.table,
        target.table.endsWith("vgroups") ? [of(target.database)] : [],
      );
    case "create":
      return null;
  }
}

function databaseConditions(of: "user" | "system" | null): string[] {
  const system = "in ('information_schema', 'performance_schema')";
  return of === null ? [] : [of === "system" ? `name ${system}` : `name not ${system}`];
}

/** Carries out SHOW CREATE. */
export async function showCreate(
  { target }: Statement & { node: "show" },
  context: ExecutionContext,
): Promise<RowSet> {
  if (target.kind !== "create") throw unsupported("this SHOW");
  const { catalog, database, store } = context;
  const { name } = target;
  if (target.what === "database") {
    const found = catalog.database(name.name);
    const columns = [{ name: "Database", type: text(65) }, {
      name: "Create Database",
      type: text(1000),
    }];
    return staticRows(columns, [[found.name, createDatabaseText(found)]]);
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
    if (type.code === Type.json) return quoteJson(value);
    return value === null ? "NULL" : isText(type) ? `"${value}"` : value;
  });
  const names = table.tags.map((tag) => `\`${tag.name}\``).join(", ");
  return `CREATE TABLE \`${child.name}\` USING \`${table.name}\` (${names}) TAGS (${
    tags.join(", ")
  })${optionsText(child)}`;
}

/** Comment and days to live as CREATE TABLE takes them. */
function optionsText({ comment, ttl }: Table | Child): string {
  return `${comment === null ? "" : ` COMMENT '${comment}'`}${ttl === 0 ? "" : ` TTL ${ttl}`}`;
}

/** The text of a JSON tag in quotes. */
function quoteJson(value: string | null): string {
  return `'${(value ?? "null").replaceAll("'", "''")}'`;
}

function createText(table: Table): string {
  const list = (columns: Column[]): string =>
    columns.map(({ name, type }) => `\`${name}\` ${typeText(type).replace(", ", ",")}`).join(", ");
  const tags = table.kind === "stable" ? ` TAGS (${list(table.tags)})` : "";
  return `CREATE ${table.kind === "stable" ? "STABLE" : "TABLE"} \`${table.name}\` (${
    list(table.columns)
  })${tags}${optionsText(table)}`;
}
