/**
 * Plans the tables of FROM, also those of the server, and what can be named in it.
 *
 * @module
 */
import {
  type Catalog,
  type Child,
  type Column,
  dataTable,
  type Table,
  tableOf,
  tagTable,
} from "../catalog.ts";
import type { Precision } from "../engine.ts";
import { quoteText } from "../store.ts";
import type { Literal, QualifiedName } from "./ast.ts";
import { tableNotExist } from "./errors.ts";
import { compileLiteral, type Typed } from "./typed.ts";
import type { Scope } from "./plan_expression.ts";
import { findColumn, type OutputColumn, type Relation, type RelationColumn } from "./relation.ts";
import { fixedType, sizedType, type SqlType, Type } from "./types.ts";

/** A planned query: DuckDB SQL whose columns are `o0`, `o1`, …. */
export interface Plan {
  sql: string;
  columns: OutputColumn[];
  precision: Precision;
}

/** A system table: its columns and all its rows. */
export interface SystemTable {
  columns: { name: string; type: SqlType }[];
  rows: Literal[][];
}

/** What planning depends on. */
export interface PlanContext {
  catalog: Catalog;
  database: string | null;
  timeZone: string;
  /** The server's version. */
  version: string;
  sql: string;
  parameters: Literal[] | null;
  /** DuckDB table whose rows, of the columns of a table, take the place of the table's own; null for these. */
  logged: string | null;
  /** Returns a table of `information_schema` or `performance_schema`; null when there is none of that name. */
  systemTable(schema: string, name: string): SystemTable | null;
  /** Returns the SQL alias of one more source. */
  alias(): string;
}

const tbnameType = sizedType(Type.varchar, 270);

/** Plans a table of FROM. */
export function planTable(
  name: QualifiedName,
  alias: string | null,
  context: PlanContext,
): Relation {
  const schema = name.qualifier ?? context.database;
  if (schema === "information_schema" || schema === "performance_schema") {
    return planSystemTable(schema, name.name, alias, context);
  }
  const found = context.catalog.find(name, context.database);
  const table = tableOf(found);
  const rows = context.alias(), tags = `${rows}g`;
  const whole = found.kind === "stable";
  const time = `${rows}.${table.columns[0]!.store}`;
  const stored = context.logged ?? dataTable(table);
  return {
    columns: [
      ...tableColumns(table, alias ?? name.name, rows, tags, whole),
      ...(context.logged === null ? [] : [blockColumn(rows)]),
    ],
    conditions: found.kind === "child" ? [`${rows}._tid = ${found.id}`] : [],
    time,
    order: context.logged !== null
      ? [`${rows}.${loggedBlock}`, time]
      : whole
      ? [`${rows}._tid`, time]
      : [time],
    precision: table.database.precision,
    single: !whole,
    tableName: tableNameSql(found, tags),
    tableNames: [{ table: alias ?? name.name, sql: tableNameSql(found, tags) }],
    tags: whole ? { from: `${tagTable(table)} ${tags}`, rows: `${rows}.`, tags: `${tags}.` } : null,
    from(used, isolated = false) {
      const withTags = table.kind === "stable" && used.includes(`${tags}.`);
      const source = isolated && found.kind === "child"
        ? `(SELECT * FROM ${stored} WHERE _tid = ${found.id}) ${rows}`
        : `${stored} ${rows}`;
      return withTags
        ? `${source} JOIN ${tagTable(table)} ${tags} ON ${rows}._tid = ${tags}._tid`
        : source;
    },
  };
}

/** Column of logged rows with the number of the block they are of. */
export const loggedBlock = "_block";

function blockColumn(rows: string): RelationColumn {
  return {
    table: "",
    name: loggedBlock,
    value: {
      sql: `${rows}.${loggedBlock}`,
      type: fixedType(Type.int),
      bytes: false,
      constant: false,
    },
    kind: "column",
    inStar: false,
  };
}

/** The columns and tags of a table; `*` has the tags only of a whole super table. */
function tableColumns(
  table: Table,
  qualifier: string,
  rows: string,
  tags: string,
  whole: boolean,
): RelationColumn[] {
  const toColumn = (source: string, kind: "column" | "tag", inStar: boolean) =>
  (
    column: Column,
  ): RelationColumn => {
    const value: Typed = {
      sql: `${source}.${column.store}`,
      type: column.type,
      bytes: column.type.code === Type.varchar,
      constant: false,
    };
    return { table: qualifier, name: column.name, value, kind, inStar };
  };
  return [
    ...table.columns.map(toColumn(rows, "column", true)),
    ...table.tags.map(toColumn(tags, "tag", whole)),
  ];
}

function tableNameSql(found: Table | Child, tags: string): string {
  // DuckDB refuses plain literals in ORDER BY.
  return found.kind === "stable" ? `${tags}._name` : `CAST(${quoteText(found.name)} AS VARCHAR)`;
}

function planSystemTable(
  schema: string,
  name: string,
  alias: string | null,
  context: PlanContext,
): Relation {
  const table = context.systemTable(schema, name);
  if (table === null) throw tableNotExist();
  const source = context.alias();
  const columns = table.columns.map(({ name: column, type }, index): RelationColumn => {
    return {
      table: alias ?? name,
      name: column,
      value: { sql: `${source}.s${index}`, type, bytes: false, constant: false },
      kind: "column",
      inStar: true,
    };
  });
  return {
    columns,
    conditions: [],
    time: null,
    order: [],
    precision: "ms",
    single: false,
    tableName: null,
    tags: null,
    from: () =>
      `${systemRows(table)} ${source}(${table.columns.map((_, index) => `s${index}`).join(", ")})`,
  };
}

function systemRows(table: SystemTable): string {
  const cast = (sql: string, { code }: SqlType): string => {
    const physical = code === Type.varchar
      ? "VARCHAR"
      : code === Type.bool
      ? "BOOLEAN"
      : code === Type.int
      ? "INTEGER"
      : code === Type.tinyint
      ? "TINYINT"
      : code === Type.double
      ? "DOUBLE"
      : "BIGINT";
    return `CAST(${sql} AS ${physical})`;
  };
  if (table.rows.length === 0) {
    return `(SELECT ${table.columns.map(({ type }) => cast("NULL", type)).join(", ")} WHERE false)`;
  }
  const rows = table.rows.map((row) =>
    `(${
      row.map((literal, index) => cast(compileLiteral(literal).sql, table.columns[index]!.type))
        .join(", ")
    })`
  );
  return `(VALUES ${rows.join(", ")})`;
}

/** Returns the scope in which a relation's columns can be named. */
export function relationScope(relation: Relation | null, context: PlanContext): Scope {
  return {
    precision: relation?.precision ?? "ms",
    timeZone: context.timeZone,
    version: context.version,
    database: context.database,
    sql: context.sql,
    parameters: context.parameters,
    time: relation?.time ?? null,
    grouping: null,
    series: null,
    rows: relation?.single === true ? "single" : "many",
    aggregated: false,
    inInterval: false,
    rowMark: relation?.rowMark ?? null,
    column(table, name) {
      if (relation === null) return null;
      const column = findColumn(relation, table, name);
      if (column !== null) return column.value;
      if (name === "tbname") {
        const own = table === null
          ? relation.tableName
          : relation.tableNames?.find((item) => item.table === table)?.sql ?? null;
        return own === null ? null : { sql: own, type: tbnameType, bytes: false, constant: false };
      }
      const time = relation.columns.find(({ value }) => value.sql === relation.time);
      return (name === "_rowts" || name === "_c0") && time !== undefined ? time.value : null;
    },
  };
}
