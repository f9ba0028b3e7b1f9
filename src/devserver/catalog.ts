/**
 * What databases and tables exist. The catalog is held in memory and kept in DuckDB (see `catalog_store.ts`).
 *
 * @module
 */
import type { Precision } from "./engine.ts";
import type { ColumnDefinition, QualifiedName } from "./sql/ast.ts";
import { ServerError } from "./engine.ts";
import { Code, databaseNotExist, tableNotExist } from "./sql/errors.ts";

/** A column or tag. `store` is the name of the DuckDB column that holds it. */
export interface Column extends ColumnDefinition {
  store: string;
}

/** A super table, or a normal table (which has no tags and one child, of id 0, that stands for itself). */
export interface Table {
  kind: "stable" | "normal";
  id: number;
  database: Database;
  name: string;
  created: number;
  columns: Column[];
  tags: Column[];
  comment: string | null;
  /** Days to live that CREATE or ALTER TABLE gave; nothing removes the table. */
  ttl: number;
  /** Number that names the next column's `store`. */
  nextColumn: number;
  children: Map<string, Child>;
  /** True while the rows of each child are stored in the order of their times. */
  isInOrder: boolean;
  /** Number of rows ever written, since the start those that were there. */
  rowsWritten: number;
}

/** A child table. `maxTicks` is the greatest timestamp ever stored in it. */
export interface Child {
  kind: "child";
  id: number;
  name: string;
  table: Table;
  created: number;
  comment: string | null;
  /** Days to live that CREATE or ALTER TABLE gave; nothing removes the table. */
  ttl: number;
  maxTicks: bigint | null;
}

/** A database. `tables` holds all names: super, normal and child tables. */
export interface Database {
  id: number;
  name: string;
  precision: Precision;
  created: number;
  options: Record<string, string>;
  tables: Map<string, Table | Child>;
}

/** The DuckDB table with the rows of a table and of all its children. */
export function dataTable(table: Table): string {
  return `data_${table.id}`;
}

/** The DuckDB table with the children of a super table and their tags. */
export function tagTable(table: Table): string {
  return `tags_${table.id}`;
}

/** The databases of one engine. */
export class Catalog {
  readonly databases: Map<string, Database> = new Map();
  #lastId = 0;

  /** Returns an id no object has yet. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Makes the ids handed out greater than one that is in use. */
  reserveId(id: number): void {
    this.#lastId = Math.max(this.#lastId, id);
  }

  /** Returns the database of that name; throws when there is none. */
  database(name: string | null): Database {
    if (name === null) throw new ServerError(Code.databaseNotSpecified, "Database not specified");
    const database = this.databases.get(name);
    if (database === undefined) throw databaseNotExist();
    return database;
  }

  /** Returns the table of that name in its database, or in the current one; throws when there is none. */
  find(name: QualifiedName, current: string | null): Table | Child {
    const table = this.database(name.qualifier ?? current).tables.get(name.name);
    if (table === undefined) throw tableNotExist();
    return table;
  }

  /** Returns the super table of that name; throws when there is none. */
  stable(name: QualifiedName, current: string | null): Table {
    const table = this.find(name, current);
    if (table.kind !== "stable") throw tableNotExist();
    return table;
  }
}

/** Returns the table that holds the columns of a table or child. */
export function tableOf(table: Table | Child): Table {
  return table.kind === "child" ? table.table : table;
}

/** Returns the child a normal table has for itself. */
export function selfChild(table: Table): Child {
  return table.children.get("")!;
}
