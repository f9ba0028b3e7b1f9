/**
 * What a FROM clause gives: SQL to read from, and the columns that can be named.
 *
 * @module
 */
import type { Precision } from "../engine.ts";
import { ServerError } from "../engine.ts";
import { Code } from "./errors.ts";
import type { Typed } from "./typed.ts";
import { type SqlType, Type } from "./types.ts";

/** A column of a relation. */
export interface RelationColumn {
  /** Name or alias of the table the column is from. */
  table: string;
  name: string;
  value: Typed;
  kind: "column" | "tag";
  /** Tells whether `*` includes the column. */
  inStar: boolean;
}

/** The source of a query's rows. */
export interface Relation {
  columns: RelationColumn[];
  /** Conditions on the source itself. */
  conditions: string[];
  /** SQL of the timestamp; null when the rows have none. */
  time: string | null;
  /** False for rows of a sub-query that come in another order than by time, so that there are no windows of them. */
  inTimeOrder?: boolean;
  /** SQL of the order the rows come in without ORDER BY. */
  order: string[];
  precision: Precision;
  /** True when all rows are of one table, so that its tags are the same everywhere. */
  single: boolean;
  /** SQL of the table's name; null where there is none, or several. */
  tableName: string | null;
  /** SQL of the names of tables by what they are called in the query. */
  tableNames?: { table: string; sql: string }[];
  /** SQL of further timestamps of joined rows. */
  times?: string[];
  /** Returns the SQL after FROM; `used` is the SQL that refers to it. `isolated` puts the relation's own conditions inside, as outer joins need. */
  from(used: string, isolated?: boolean): string;
  /** Reads the tags of a super table's children, also of those without rows; null elsewhere. SQL of rows and of tags begins with `rows` and `tags`. */
  tags: { from: string; rows: string; tags: string } | null;
  /** SQL that is NULL where no row is; without it each is one. */
  rowMark?: string;
}

/** Finds a column by name and, if given, table; throws for a table that is not in the query. */
export function findColumn(
  relation: Relation,
  table: string | null,
  name: string,
): RelationColumn | null {
  if (table !== null && relation.columns.every((column) => column.table !== table)) {
    throw new ServerError(Code.tableNotExist, `Table does not exist: ${table}`);
  }
  const found = relation.columns.filter((column) =>
    column.name === name && (table === null || column.table === table)
  );
  if (found.length > 1 && new Set(found.map((column) => column.table)).size > 1) {
    throw new ServerError(Code.ambiguousColumn, `Column ambiguously defined: ${name}`);
  }
  return found[0] ?? null;
}

/** A column of a result or of a sub-query. */
export interface OutputColumn {
  name: string;
  type: SqlType;
  /** VARCHAR only: true when DuckDB gives a BLOB. */
  bytes: boolean;
  /** True when the value is made of literals alone. */
  constant: boolean;
}

/** Makes a relation of a sub-query whose columns are called `o0`, `o1`, …. */
export function queryRelation(
  sql: string,
  columns: OutputColumn[],
  precision: Precision,
  alias: string,
  qualifier: string,
  ordered: boolean,
): Relation {
  const relationColumns = columns.map((column, index): RelationColumn => {
    const value: Typed = {
      sql: `${alias}.o${index}`,
      type: column.type,
      bytes: column.bytes,
      constant: false,
    };
    return { table: qualifier, name: column.name, value, kind: "column", inStar: true };
  });
  const time = relationColumns.find(({ value }) => value.type.code === Type.timestamp)?.value.sql ??
    null;
  return {
    columns: relationColumns,
    conditions: [],
    time,
    order: ordered || time === null ? [] : [time],
    precision,
    single: false,
    tableName: null,
    tags: null,
    from: () => `(${sql}) ${alias}`,
  };
}

/** Puts a relation and conditions into a sub-query that adds columns computed over all its rows. */
export function wrapRelation(
  relation: Relation,
  conditions: string[],
  extras: Record<string, string>,
  alias: string,
): Relation {
  const selected = relation.columns.map(({ value }, index) => `${value.sql} AS w${index}`);
  if (relation.time !== null) selected.push(`${relation.time} AS wt`);
  if (relation.tableName !== null) selected.push(`${relation.tableName} AS wn`);
  relation.order.forEach((sql, index) => selected.push(`${sql} AS wo${index}`));
  relation.times?.forEach((sql, index) => selected.push(`${sql} AS wm${index}`));
  relation.tableNames?.forEach(({ sql }, index) => selected.push(`${sql} AS wb${index}n`));
  for (const [name, sql] of Object.entries(extras)) selected.push(`${sql} AS ${name}`);
  const where = [...relation.conditions, ...conditions];
  /** A column keeps one name, whatever else it is. */
  const named = (sql: string, other: string): string => {
    const index = relation.columns.findIndex(({ value }) => value.sql === sql);
    return `${alias}.${index < 0 ? other : `w${index}`}`;
  };
  const inner = `SELECT ${selected.join(", ")} FROM ${
    relation.from(selected.join(" ") + where.join(" "))
  }${where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`}`;
  return {
    ...relation,
    columns: relation.columns.map((column, index) => ({
      ...column,
      value: { ...column.value, sql: `${alias}.w${index}` },
    })),
    conditions: [],
    time: relation.time === null ? null : named(relation.time, "wt"),
    tableName: relation.tableName === null ? null : `${alias}.wn`,
    order: relation.order.map((sql, index) => named(sql, `wo${index}`)),
    ...(relation.times === undefined
      ? {}
      : { times: relation.times.map((sql, index) => named(sql, `wm${index}`)) }),
    ...(relation.tableNames === undefined ? {} : {
      tableNames: relation.tableNames.map(({ table }, index) => ({
        table,
        sql: `${alias}.wb${index}n`,
      })),
    }),
    tags: null,
    from: () => `(${inner}) ${alias}`,
  };
}
