/**
 * The catalog in DuckDB: loading it, and the statements that change it. All changes run inside a transaction of the store; the
 * catalog in memory follows when it has committed.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  Catalog,
  type Child,
  type Column,
  type Database,
  dataTable,
  type Table,
  tagTable,
} from "./catalog.ts";
import type { Precision } from "./engine.ts";
import { physicalType } from "./sql/types.ts";
import { quoteText } from "./store.ts";

const schema = `
CREATE TABLE IF NOT EXISTS tdwire_databases (id INTEGER, name VARCHAR, "precision" VARCHAR, created BIGINT, options VARCHAR);
CREATE TABLE IF NOT EXISTS tdwire_tables (id INTEGER, database_id INTEGER, kind VARCHAR, name VARCHAR, created BIGINT, definition VARCHAR);
CREATE TABLE IF NOT EXISTS tdwire_child_options (id INTEGER, comment VARCHAR, ttl INTEGER);
`;

type Row = unknown[];

/** What is stored of a table as text. Files of earlier versions do not tell the order. */
type StoredParts =
  & Pick<Table, "columns" | "tags" | "nextColumn">
  & Partial<Pick<Table, "isInOrder" | "comment" | "ttl">>;

async function rows(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

/** Reads the catalog; an empty database gets its tables. */
export async function loadCatalog(connection: DuckDBConnection): Promise<Catalog> {
  const catalog = new Catalog();
  await connection.run(schema);
  const databases = new Map<number, Database>();
  for (const row of await rows(connection, "FROM tdwire_databases ORDER BY id")) {
    const database = toDatabase(row);
    catalog.reserveId(database.id);
    catalog.databases.set(database.name, database);
    databases.set(database.id, database);
  }
  for (const row of await rows(connection, "FROM tdwire_tables ORDER BY id")) {
    const table = toTable(row, databases);
    catalog.reserveId(table.id);
    table.database.tables.set(table.name, table);
    await loadChildren(connection, catalog, table);
  }
  return catalog;
}

function toDatabase([id, name, precision, created, options]: Row): Database {
  return {
    id: id as number,
    name: name as string,
    precision: precision as Precision,
    created: Number(created),
    options: JSON.parse(options as string) as Record<string, string>,
    tables: new Map(),
  };
}

function toTable(
  [id, databaseId, kind, name, created, stored]: Row,
  databases: Map<number, Database>,
): Table {
  const parts = JSON.parse(stored as string) as StoredParts;
  const database = databases.get(databaseId as number)!;
  return {
    kind: kind as Table["kind"],
    id: id as number,
    database,
    name: name as string,
    created: Number(created),
    columns: parts.columns,
    tags: parts.tags,
    comment: parts.comment ?? null,
    ttl: parts.ttl ?? 0,
    nextColumn: parts.nextColumn,
    children: new Map(),
    isInOrder: parts.isInOrder ?? false,
    rowsWritten: 0,
  };
}

async function loadChildren(
  connection: DuckDBConnection,
  catalog: Catalog,
  table: Table,
): Promise<void> {
  const ts = table.columns[0]!.store;
  const greatest = new Map<number, bigint>();
  for (
    const [id, ticks, count] of await rows(
      connection,
      `SELECT _tid, max(${ts}), count(*) FROM ${dataTable(table)} GROUP BY _tid`,
    )
  ) {
    greatest.set(id as number, ticks as bigint);
    table.rowsWritten += Number(count);
  }
  if (table.kind === "normal") {
    addSelfChild(table).maxTicks = greatest.get(0) ?? null;
    return;
  }
  for (
    const [id, name, created, comment, ttl] of await rows(
      connection,
      `SELECT _tid, _name, _created, comment, coalesce(ttl, 0) FROM ${
        tagTable(table)
      } LEFT JOIN tdwire_child_options ON id = _tid ORDER BY _tid`,
    )
  ) {
    catalog.reserveId(id as number);
    addChild(table, {
      kind: "child",
      id: id as number,
      name: name as string,
      table,
      created: Number(created),
      comment: comment as string | null,
      ttl: ttl as number,
      maxTicks: greatest.get(id as number) ?? null,
    });
  }
}

/** Gives a normal table the child that stands for itself. */
export function addSelfChild(table: Table): Child {
  const child: Child = {
    kind: "child",
    id: 0,
    name: table.name,
    table,
    created: table.created,
    comment: null,
    ttl: 0,
    maxTicks: null,
  };
  table.children.set("", child);
  return child;
}

/** Adds a child to the catalog in memory. */
export function addChild(table: Table, child: Child): void {
  table.children.set(child.name, child);
  table.database.tables.set(child.name, child);
}

function definition({ columns, tags, nextColumn, isInOrder, comment, ttl }: Table): string {
  const parts = { columns, tags, nextColumn, isInOrder, comment, ttl } satisfies StoredParts;
  return JSON.stringify(parts);
}

function columnList(columns: Column[]): string {
  return columns.map(({ store, type }) => `, ${store} ${physicalType(type)}`).join("");
}

/** Stores a database. */
export async function insertDatabase(
  connection: DuckDBConnection,
  database: Database,
): Promise<void> {
  const { id, name, precision, created, options } = database;
  await connection.run(
    `INSERT INTO tdwire_databases VALUES (${id}, ${quoteText(name)}, '${precision}', ${created}, ${
      quoteText(JSON.stringify(options))
    })`,
  );
}

/** Stores a database's changed options. */
export async function updateDatabase(
  connection: DuckDBConnection,
  id: number,
  options: Record<string, string>,
): Promise<void> {
  const text = quoteText(JSON.stringify(options));
  await connection.run(`UPDATE tdwire_databases SET options = ${text} WHERE id = ${id}`);
}

/** Removes a database and all its tables. */
export async function deleteDatabase(
  connection: DuckDBConnection,
  database: Database,
): Promise<void> {
  for (const table of database.tables.values()) {
    if (table.kind !== "child") await deleteTable(connection, table);
  }
  await connection.run(`DELETE FROM tdwire_databases WHERE id = ${database.id}`);
}

/** Stores a table and creates what holds its rows. */
export async function insertTable(connection: DuckDBConnection, table: Table): Promise<void> {
  const { id, database, kind, name, created } = table;
  await connection.run(
    `CREATE TABLE ${dataTable(table)} (_tid INTEGER${columnList(table.columns)})`,
  );
  if (kind === "stable") {
    await connection.run(
      `CREATE TABLE ${tagTable(table)} (_tid INTEGER, _name VARCHAR, _created BIGINT${
        columnList(table.tags)
      })`,
    );
  }
  await connection.run(
    `INSERT INTO tdwire_tables VALUES (${id}, ${database.id}, '${kind}', ${
      quoteText(name)
    }, ${created}, ${quoteText(definition(table))})`,
  );
}

/** Stores a table's changed columns or tags. */
export async function updateTable(connection: DuckDBConnection, table: Table): Promise<void> {
  await connection.run(
    `UPDATE tdwire_tables SET definition = ${quoteText(definition(table))} WHERE id = ${table.id}`,
  );
}

/** Stores comment and days to live of a child. */
export async function updateChildOptions(
  connection: DuckDBConnection,
  { id, comment, ttl }: Pick<Child, "id" | "comment" | "ttl">,
): Promise<void> {
  await connection.run(`DELETE FROM tdwire_child_options WHERE id = ${id}`);
  if (comment === null && ttl === 0) return;
  const text = comment === null ? "NULL" : quoteText(comment);
  await connection.run(`INSERT INTO tdwire_child_options VALUES (${id}, ${text}, ${ttl})`);
}

/** Removes a table and its rows. */
export async function deleteTable(connection: DuckDBConnection, table: Table): Promise<void> {
  await connection.run(`DROP TABLE ${dataTable(table)}`);
  if (table.kind === "stable") {
    await connection.run(
      `DELETE FROM tdwire_child_options WHERE id IN (SELECT _tid FROM ${tagTable(table)})`,
    );
    await connection.run(`DROP TABLE ${tagTable(table)}`);
  }
  await connection.run(`DELETE FROM tdwire_tables WHERE id = ${table.id}`);
}

/** Removes a child and its rows. */
export async function deleteChild(connection: DuckDBConnection, child: Child): Promise<void> {
  await connection.run(`DELETE FROM ${dataTable(child.table)} WHERE _tid = ${child.id}`);
  await connection.run(`DELETE FROM ${tagTable(child.table)} WHERE _tid = ${child.id}`);
  await connection.run(`DELETE FROM tdwire_child_options WHERE id = ${child.id}`);
}
