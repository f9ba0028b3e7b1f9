/**
 * The syntax tree of TDengine SQL.
 *
 * @module
 */
import type { SqlType } from "./types.ts";

/** A name with an optional qualifier: `db.table` or `table.column`. */
export interface QualifiedName {
  qualifier: string | null;
  name: string;
}

/** Where an expression stands in the SQL; the text there names its result column. */
export interface Span {
  start: number;
  end: number;
}

/** A length of time: `amount` units; ticks without a unit. */
export interface Duration {
  amount: number;
  unit: string;
}

/** A constant. `ticks` are a timestamp in the precision of the query. */
export type Literal =
  | { kind: "integer"; value: bigint }
  | { kind: "float"; value: number; text: string }
  | { kind: "string"; value: string }
  | { kind: "bytes"; value: Uint8Array }
  | { kind: "ticks"; value: bigint }
  | { kind: "bool"; value: boolean }
  | { kind: "null" }
  | { kind: "duration"; value: Duration };

/** An expression. */
export type Expr =
  & Span
  & (
    | { node: "literal"; literal: Literal }
    | { node: "column"; table: string | null; name: string; quoted: boolean }
    | { node: "star"; table: string | null }
    | { node: "parameter"; index: number }
    | { node: "call"; name: string; args: Expr[] }
    | { node: "cast"; arg: Expr; type: SqlType }
    | { node: "unary"; op: "-" | "+" | "not"; arg: Expr }
    | { node: "binary"; op: string; left: Expr; right: Expr }
    | { node: "between"; arg: Expr; low: Expr; high: Expr; negated: boolean }
    | { node: "in"; arg: Expr; items: Expr[]; negated: boolean }
    | { node: "isNull"; arg: Expr; negated: boolean }
    | {
      node: "case";
      subject: Expr | null;
      branches: { when: Expr; then: Expr }[];
      otherwise: Expr | null;
    }
  );

/** An item of a select list or of PARTITION BY. */
export interface SelectItem {
  expr: Expr;
  alias: string | null;
}

/** An item of ORDER BY. */
export interface OrderItem {
  expr: Expr;
  descending: boolean;
  nulls: "first" | "last" | null;
}

/** What a join does with rows that match none, and which side drives it. */
export type JoinSide = "inner" | "left" | "right" | "full";

/** What a join gives of the rows that match. */
export type JoinKind = "all" | "semi" | "anti" | "asof" | "window";

/** What FROM names. */
export type FromItem =
  | { node: "table"; name: QualifiedName; alias: string | null }
  | { node: "query"; query: Query; alias: string | null }
  | {
    node: "join";
    side: JoinSide;
    kind: JoinKind;
    left: FromItem;
    right: FromItem;
    on: Expr | null;
    jlimit: number | null;
  };

/** A window clause. */
export type WindowClause =
  | {
    kind: "interval";
    interval: Duration;
    offset: Duration | "auto" | null;
    sliding: Duration | null;
  }
  | { kind: "session"; column: Expr; gap: Duration }
  | { kind: "state"; expr: Expr; trueFor: Duration | null }
  | { kind: "event"; start: Expr; end: Expr; trueFor: Duration | null }
  | { kind: "count"; size: number; sliding: number; columns: Expr[] };

/** FILL: what windows without rows get. */
export interface FillClause {
  mode: "none" | "null" | "null_f" | "value" | "value_f" | "prev" | "next" | "linear" | "near";
  values: Expr[];
}

/** LIMIT or SLIMIT. */
export interface Limit {
  count: Expr;
  offset: Expr | null;
}

/** A SELECT. */
export interface Select {
  node: "select";
  distinct: boolean;
  /** `SELECT TAGS`: one row a child table. */
  tagsOnly?: boolean;
  items: SelectItem[];
  from: FromItem | null;
  where: Expr | null;
  partitionBy: SelectItem[];
  range: { start: Expr; end: Expr | null } | null;
  every: Duration | null;
  window: WindowClause | null;
  fill: FillClause | null;
  groupBy: Expr[];
  having: Expr | null;
  orderBy: OrderItem[];
  slimit: Limit | null;
  limit: Limit | null;
}

/** Two queries united. */
export interface Union {
  node: "union";
  all: boolean;
  left: Query;
  right: Query;
  orderBy: OrderItem[];
  limit: Limit | null;
}

/** Anything that gives rows and can be a sub-query. */
export type Query = Select | Union;

/** A column or tag as CREATE and ALTER define it. */
export interface ColumnDefinition {
  name: string;
  type: SqlType;
  /** How the server is to store the column; DESCRIBE shows it. */
  storage?: { encode?: string; compress?: string; level?: string };
  /** True for a second part of the rows' key. */
  isPrimaryKey?: boolean;
}

/** A value of an INSERT as written; `shifts` are the durations added to a time. */
export interface InsertValue extends Span {
  kind: "null" | "number" | "string" | "bool" | "now" | "today" | "parameter";
  text: string;
  shifts: { sign: 1 | -1; duration: Duration }[];
}

/** The values of one row, in parentheses; `end` is the place of the closing one. */
export interface InsertRow extends Span {
  values: InsertValue[];
}

/** One table of an INSERT. `table` is null for `?`. */
export interface InsertTarget {
  table: QualifiedName | null;
  using: { stable: QualifiedName; tagNames: string[] | null; tags: InsertValue[] } | null;
  columns: string[] | null;
  rows: InsertRow[];
}

/** What an ALTER TABLE does. */
export type AlterAction =
  | { kind: "add"; tag: boolean; column: ColumnDefinition }
  | { kind: "drop"; tag: boolean; name: string }
  | { kind: "modify"; tag: boolean; column: ColumnDefinition }
  | { kind: "rename"; tag: boolean; from: string; to: string }
  | { kind: "options"; comment: string | null; ttl: number | null }
  | { kind: "setTag"; assignments: { name: string; value: InsertValue }[] };

/** A child table of a CREATE TABLE … USING. */
export interface ChildDefinition {
  ifNotExists: boolean;
  name: QualifiedName;
  stable: QualifiedName;
  tagNames: string[] | null;
  tags: InsertValue[];
  comment: string | null;
  ttl: number;
}

/** What SHOW shows: the tables of a database, what one object is, or the rows of a system table. */
export type ShowTarget =
  | { kind: "databases"; of: "user" | "system" | null }
  | { kind: "stables"; database: string | null }
  | { kind: "tables"; database: string | null; of: "normal" | "child" | null }
  | { kind: "tags" | "indexes"; table: QualifiedName }
  | {
    kind: "table tags"; /** The list of tags as written; null for all. */
    tags: string | null;
    table: QualifiedName;
  }
  | { kind: "alive"; database: string | null }
  | { kind: "create"; what: "table" | "stable" | "database"; name: QualifiedName }
  | { kind: "list"; table: string; database: string | null };

/** What a topic is made of. */
export type TopicSource =
  | { kind: "query"; query: Query }
  | { kind: "database"; name: string }
  | { kind: "stable"; name: QualifiedName; where: Expr | null };

/** A statement. */
export type Statement =
  | Query
  | { node: "insert"; targets: InsertTarget[] }
  | { node: "insertQuery"; table: QualifiedName; columns: string[] | null; query: Query }
  | { node: "createDatabase"; name: string; ifNotExists: boolean; options: Record<string, string> }
  | { node: "dropDatabase"; name: string; ifExists: boolean }
  | { node: "alterDatabase"; name: string; options: Record<string, string> }
  | { node: "use"; name: string }
  | {
    node: "createTable";
    stable: boolean;
    name: QualifiedName;
    ifNotExists: boolean;
    columns: ColumnDefinition[];
    tags: ColumnDefinition[] | null;
    comment: string | null;
    /** Days until the table goes; 0 for never. */
    ttl: number;
    /** Name of an option that only databases with RETENTIONS take. */
    rollup: string | null;
    /** Columns that are to be summed up block by block. */
    sma: string[];
  }
  | { node: "createChildren"; children: ChildDefinition[] }
  | { node: "dropTables"; stable: boolean; tables: { name: QualifiedName; ifExists: boolean }[] }
  | { node: "alterTable"; stable: boolean; name: QualifiedName; action: AlterAction }
  | { node: "describe"; name: QualifiedName }
  | { node: "show"; target: ShowTarget; like: Expr | null }
  | { node: "delete"; table: QualifiedName; where: Expr | null }
  | {
    node: "createTopic";
    name: string;
    ifNotExists: boolean;
    meta: "no" | "with" | "only";
    source: TopicSource;
  }
  | { node: "dropTopic"; name: string; ifExists: boolean; force: boolean }
  | { node: "dropGroup"; group: string; topic: string; ifExists: boolean; force: boolean }
  | { node: "flush"; database: string }
  | { node: "resetQueryCache" }
  | { node: "killQuery"; id: string };
