/**
 * Carries out CREATE, DROP and ALTER.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Catalog, type Child, type Column, type Database, dataTable, type Table, tagTable } from "./catalog.ts";
import { addChild, addSelfChild, deleteChild, deleteDatabase, deleteTable, insertDatabase, insertTable, updateTable } from "./catalog_store.ts";
import { type Precision, ServerError } from "./engine.ts";
import type { AlterAction, ChildDefinition, ColumnDefinition, QualifiedName, Statement } from "./sql/ast.ts";
import { Code, databaseNotExist, invalidColumn, tableNotExist } from "./sql/errors.ts";
import { isSized, physicalType, type SqlType, Type } from "./sql/types.ts";
import { convertValue, type ValueContext } from "./sql/values.ts";
import { tagValues } from "./tag_values.ts";
import type { Store } from "./store.ts";
import { writeChildren } from "./write.ts";

/** The server's state, and the session's part of it that statements depend on. */
export interface ExecutionContext {
  store: Store;
  catalog: Catalog;
  database: string | null;
  timeZone: string;
  sql: string;
}

type Ddl<Node extends Statement["node"]> = Statement & { node: Node };

/** Creates a database. */
export async function createDatabase(statement: Ddl<"createDatabase">, { store, catalog }: ExecutionContext): Promise<void> {
  const { name, options } = statement;
  const precision = options["precision"] ?? "ms";
  if (precision !== "ms" && precision !== "us" && precision !== "ns") throw new ServerError(0x2600, `Invalid option precision: ${precision}`);
  await store.transaction(async (writer, onCommit) => {
    if (catalog.databases.has(name) || isSystemDatabase(name)) {
      if (statement.ifNotExists) return;
      throw new ServerError(Code.databaseExists, "Database already exists");
    }
    const database: Database = { id: catalog.nextId(), name, precision: precision as Precision, created: Date.now(), options, tables: new Map() };
    await insertDatabase(writer, database);
    onCommit(() => catalog.databases.set(name, database));
  });
}

/** Tells whether a database is one of the server's own. */
export function isSystemDatabase(name: string): boolean {
  return name === "information_schema" || name === "performance_schema";
}

/** Drops a database with its tables. */
export async function dropDatabase(statement: Ddl<"dropDatabase">, { store, catalog }: ExecutionContext): Promise<void> {
  await store.transaction(async (writer, onCommit) => {
    const database = catalog.databases.get(statement.name);
    if (database === undefined) {
      if (statement.ifExists) return;
      throw databaseNotExist();
    }
    await deleteDatabase(writer, database);
    onCommit(() => catalog.databases.delete(statement.name));
  });
}

function checkColumns(columns: ColumnDefinition[], tags: ColumnDefinition[] | null): void {
  if (columns.length < 2) throw new ServerError(Code.columnCount, "Illegal number of columns");
  if (columns[0]!.type.code !== Type.timestamp) throw new ServerError(Code.firstColumnTimestamp, "First column must be timestamp");
  if (columns.length + (tags?.length ?? 0) > 4096) throw new ServerError(0x2640, "Too many columns");
  if ((tags?.length ?? 0) > 128) throw new ServerError(0x2634, "The maximum number of tags is 128");
  const names = new Set<string>();
  for (const { name, type } of [...columns, ...(tags ?? [])]) {
    if (names.has(name)) throw new ServerError(Code.duplicateColumn, `Duplicated column names: ${name}`);
    names.add(name);
    checkLength(name, type);
  }
  if (columns.some(({ type }) => type.code === Type.json)) throw new ServerError(0x2600, "Only tag can be json type");
}

function checkLength(name: string, type: SqlType): void {
  const greatest = type.code === Type.nchar ? 16379 : 65517;
  if (isSized(type) && (type.length < 1 || type.length > greatest)) throw new ServerError(0x2610, `Invalid column length: ${name}`);
}

/** Creates a super table or a normal table. */
export async function createTable(statement: Ddl<"createTable">, { store, catalog, database: current }: ExecutionContext): Promise<void> {
  const { name, columns, tags } = statement;
  await store.transaction(async (writer, onCommit) => {
    const database = catalog.database(name.qualifier ?? current);
    const existing = database.tables.get(name.name);
    if (existing !== undefined && statement.ifNotExists) return;
    if (existing !== undefined) {
      throw tags !== null && existing.kind === "stable" ? new ServerError(Code.stableExists, "STable already exists") : new ServerError(Code.tableExists, "Table already exists");
    }
    checkColumns(columns, tags);
    let number = 0;
    const toColumn = (column: ColumnDefinition): Column => ({ ...column, store: `c${number++}` });
    const table: Table = {
      kind: tags === null ? "normal" : "stable", id: catalog.nextId(), database, name: name.name, created: Date.now(),
      columns: columns.map(toColumn), tags: (tags ?? []).map(toColumn), nextColumn: 0, children: new Map(),
    };
    table.nextColumn = number;
    if (table.kind === "normal") addSelfChild(table);
    await insertTable(writer, table);
    onCommit(() => database.tables.set(table.name, table));
  });
}

/** Creates child tables. */
export async function createChildren(statement: Ddl<"createChildren">, context: ExecutionContext): Promise<void> {
  const { store, catalog, database: current } = context;
  await store.transaction(async (writer, onCommit) => {
    for (const definition of statement.children) {
      const child = planChild(definition, catalog, current, context);
      if (child === null) continue;
      await writeChildren(store, writer, child.child.table, [child]);
      onCommit(() => addChild(child.child.table, child.child));
    }
  });
}

function planChild(definition: ChildDefinition, catalog: Catalog, current: string | null, context: ExecutionContext): { child: Child; tags: ReturnType<typeof convertValue>[] } | null {
  const { name } = definition;
  const table = catalog.stable(definition.stable, name.qualifier ?? current);
  const database = catalog.database(name.qualifier ?? current);
  if (database.tables.has(name.name)) {
    if (definition.ifNotExists) return null;
    throw new ServerError(Code.tableExists, "Table already exists");
  }
  const values: ValueContext = { sql: context.sql, precision: database.precision, timeZone: context.timeZone };
  const tags = tagValues(table, definition.tagNames, definition.tags, values);
  return { child: { kind: "child", id: catalog.nextId(), name: name.name, table, created: Date.now(), maxTicks: null }, tags };
}

/** Drops tables. */
export async function dropTables(statement: Ddl<"dropTables">, { store, catalog, database: current }: ExecutionContext): Promise<void> {
  await store.transaction(async (writer, onCommit) => {
    for (const { name, ifExists } of statement.tables) {
      const database = catalog.database(name.qualifier ?? current);
      const table = database.tables.get(name.name);
      if (table === undefined || (statement.stable && table.kind !== "stable")) {
        if (ifExists) continue;
        throw statement.stable ? new ServerError(Code.stableNotExist, "STable not exist") : tableNotExist();
      }
      await dropOne(writer, table);
      onCommit(() => forget(database, table));
    }
  });
}

async function dropOne(writer: DuckDBConnection, table: Table | Child): Promise<void> {
  if (table.kind === "child") await deleteChild(writer, table);
  else await deleteTable(writer, table);
}

function forget(database: Database, table: Table | Child): void {
  database.tables.delete(table.name);
  if (table.kind === "child") table.table.children.delete(table.name);
  else if (table.kind === "stable") for (const child of table.children.keys()) database.tables.delete(child);
}

/** Changes a table's columns or tags, or a child's tag values. */
export async function alterTable(statement: Ddl<"alterTable">, context: ExecutionContext): Promise<void> {
  const { store, catalog, database: current } = context;
  await store.transaction(async (writer, onCommit) => {
    const found = findForAlter(statement.name, statement.stable, catalog, current);
    const { action } = statement;
    if (action.kind === "setTag") return setTags(writer, found, action, context);
    if (found.kind === "child") throw new ServerError(0x2617, "Invalid alter table statement");
    const changed: Table = { ...found, columns: [...found.columns], tags: [...found.tags] };
    await changeColumns(writer, changed, action);
    await updateTable(writer, changed);
    onCommit(() => {
      found.columns = changed.columns;
      found.tags = changed.tags;
      found.nextColumn = changed.nextColumn;
    });
  });
}

function findForAlter(name: QualifiedName, stable: boolean, catalog: Catalog, current: string | null): Table | Child {
  const found = catalog.find(name, current);
  if (stable && found.kind !== "stable") throw new ServerError(Code.stableNotExist, "STable not exist");
  return found;
}

async function setTags(writer: DuckDBConnection, child: Table | Child, action: AlterAction & { kind: "setTag" }, context: ExecutionContext): Promise<void> {
  if (child.kind !== "child") throw new ServerError(0x2617, "Invalid alter table statement");
  const { table } = child;
  for (const { name, value } of action.assignments) {
    const tag = table.tags.find((candidate) => candidate.name === name);
    if (tag === undefined) throw new ServerError(Code.invalidTagName, `Invalid tag name: ${name}`);
    const cell = convertValue(value, tag, { sql: context.sql, precision: table.database.precision, timeZone: context.timeZone });
    const { duckdb } = context.store;
    const bound = cell instanceof Uint8Array ? new duckdb.DuckDBBlobValue(cell) : typeof cell === "bigint" && physicalType(tag.type).startsWith("DECIMAL") ? new duckdb.DuckDBDecimalValue(cell, tag.type.precision, tag.type.scale) : cell;
    await writer.run(`UPDATE ${tagTable(table)} SET ${tag.store} = $1 WHERE _tid = ${child.id}`, [bound]);
  }
}

async function changeColumns(writer: DuckDBConnection, table: Table, action: Exclude<AlterAction, { kind: "setTag" }>): Promise<void> {
  if (action.tag && table.kind !== "stable") throw new ServerError(0x2617, "Invalid alter table statement");
  const list = action.tag ? table.tags : table.columns;
  const target = action.tag ? tagTable(table) : dataTable(table);
  const name = action.kind === "add" || action.kind === "modify" ? action.column.name : action.kind === "drop" ? action.name : action.from;
  const index = list.findIndex((column) => column.name === name);
  if (action.kind === "add") {
    if ([...table.columns, ...table.tags].some((column) => column.name === name)) {
      throw new ServerError(action.tag ? Code.tagExists : Code.columnExists, action.tag ? "Tag already exists" : "Column already exists");
    }
    checkLength(name, action.column.type);
    const column: Column = { ...action.column, store: `c${table.nextColumn++}` };
    list.push(column);
    await writer.run(`ALTER TABLE ${target} ADD COLUMN ${column.store} ${physicalType(column.type)}`);
    return;
  }
  if (index < 0) throw action.tag ? new ServerError(Code.invalidTagName, `Invalid tag name: ${name}`) : invalidColumn(name);
  const column = list[index]!;
  if (action.kind === "rename") list[index] = { ...column, name: action.to };
  else if (action.kind === "drop") {
    if (!action.tag && index === 0) throw new ServerError(0x2651, "Primary timestamp column cannot be dropped");
    if (list.length === (action.tag ? 1 : 2)) throw new ServerError(action.tag ? 0x2650 : Code.columnCount, "Illegal number of columns");
    list.splice(index, 1);
    await writer.run(`ALTER TABLE ${target} DROP COLUMN ${column.store}`);
  } else {
    const { type } = action.column;
    if (type.code !== column.type.code || !isSized(type) || type.length < column.type.length) throw new ServerError(0x2645, "Only varbinary/binary/nchar/geometry column length could be modified, and the length can only be increased, not decreased");
    checkLength(name, type);
    list[index] = { ...column, type };
  }
}
