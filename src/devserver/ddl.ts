/**
 * Carries out CREATE and DROP, and ALTER DATABASE.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  type Catalog,
  type Child,
  type Column,
  type Database,
  type Table,
  tableOf,
} from "./catalog.ts";
import {
  addChild,
  addSelfChild,
  deleteChild,
  deleteDatabase,
  deleteTable,
  insertDatabase,
  insertTable,
  updateChildOptions,
  updateDatabase,
} from "./catalog_store.ts";
import { checkColumns, checkName } from "./column_checks.ts";
import { ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { checkKept } from "./retention.ts";
import type { ChildDefinition, ColumnDefinition, Statement } from "./sql/ast.ts";
import { checkDatabaseOptions, invalidOption } from "./sql/database_options.ts";
import {
  Code,
  databaseNotExist,
  invalidColumn,
  invalidOperation,
  tableNotExist,
  unsupported,
} from "./sql/errors.ts";
import type { ValueContext } from "./sql/values.ts";
import { tagValues } from "./tag_values.ts";
import { groupBy } from "./tmq/group_by.ts";
import { recordCreate, recordDrop } from "./tmq/table_events.ts";
import { type NewChild, writeChildren } from "./write.ts";

type Ddl<Node extends Statement["node"]> = Statement & { node: Node };

/** Creates a database. */
export async function createDatabase(
  statement: Ddl<"createDatabase">,
  { store, catalog }: ExecutionContext,
): Promise<void> {
  const { name, options } = statement;
  const precision = options["precision"] ?? "ms";
  if (precision !== "ms" && precision !== "us" && precision !== "ns") {
    throw invalidOption(`Invalid option precision: ${precision}`);
  }
  checkName(name, 64, "database");
  if (isSystemDatabase(name)) {
    throw invalidOperation(`Cannot create system database: \`${name}\``);
  }
  checkDatabaseOptions(options);
  if ((options["replica"] ?? "1") !== "1") throw unsupported("REPLICA above 1");
  checkKept(options, precision);
  await store.transaction(async (writer, onCommit) => {
    if (catalog.databases.has(name)) {
      if (statement.ifNotExists) return;
      throw new ServerError(Code.databaseExists, "Database already exists");
    }
    const database: Database = {
      id: catalog.nextId(),
      name,
      precision,
      created: Date.now(),
      options,
      tables: new Map(),
    };
    await insertDatabase(writer, database);
    onCommit(() => catalog.databases.set(name, database));
  });
}

/** Changes options of a database. */
export async function alterDatabase(
  statement: Ddl<"alterDatabase">,
  { store, catalog, topics }: ExecutionContext,
): Promise<void> {
  await store.transaction(async (writer, onCommit) => {
    const database = catalog.database(statement.name);
    const options = { ...database.options, ...statement.options };
    checkDatabaseOptions(statement.options);
    topics.checkRetention({ ...database, options }, database);
    checkKept(options, database.precision);
    await updateDatabase(writer, database.id, options);
    onCommit(() => database.options = options);
  });
}

/** Tells whether a database is one of the server's own. */
export function isSystemDatabase(name: string): boolean {
  return name === "information_schema" || name === "performance_schema";
}

/** Drops a database with its tables. */
export async function dropDatabase(
  statement: Ddl<"dropDatabase">,
  { store, catalog, log, topics }: ExecutionContext,
): Promise<void> {
  await store.transaction(async (writer, onCommit) => {
    const database = catalog.databases.get(statement.name);
    if (database === undefined) {
      if (statement.ifExists) return;
      throw databaseNotExist();
    }
    topics.checkDatabase(database);
    await deleteDatabase(writer, database);
    onCommit(() => {
      catalog.databases.delete(statement.name);
      log.forget(database);
    });
  });
}

/** Creates a super table or a normal table. */
export async function createTable(
  statement: Ddl<"createTable">,
  { store, catalog, log, database: current }: ExecutionContext,
): Promise<void> {
  const { name, columns, tags } = statement;
  checkName(name.name, 192, "table");
  const qualifier = name.qualifier ?? current;
  if (qualifier !== null && isSystemDatabase(qualifier)) {
    throw invalidOperation(
      `Cannot create table of system database: \`${qualifier}\`.\`${name.name}\``,
    );
  }
  checkTableOptions(statement);
  checkColumns(columns, tags ?? []);
  if (tags !== null && statement.ttl !== 0) {
    throw new ServerError(
      Code.tableOption,
      "Only supported for create non-super table in databases configured with the 'TTL' option",
    );
  }
  await store.transaction(async (writer, onCommit) => {
    const database = catalog.database(qualifier);
    const existing = database.tables.get(name.name);
    if (existing !== undefined && statement.ifNotExists) return;
    if (existing !== undefined) {
      throw tags !== null && existing.kind === "stable"
        ? new ServerError(Code.stableExists, "STable already exists")
        : new ServerError(Code.tableExists, "Table already exists");
    }
    let number = 0;
    const toColumn = (column: ColumnDefinition): Column => ({ ...column, store: `c${number++}` });
    const table: Table = {
      kind: tags === null ? "normal" : "stable",
      id: catalog.nextId(),
      database,
      name: name.name,
      created: Date.now(),
      columns: columns.map(toColumn),
      tags: (tags ?? []).map(toColumn),
      comment: statement.comment,
      ttl: statement.ttl,
      nextColumn: 0,
      children: new Map(),
      isInOrder: true,
      rowsWritten: 0,
    };
    table.nextColumn = number;
    if (table.kind === "normal") addSelfChild(table);
    await insertTable(writer, table);
    await recordCreate(log, { writer, onCommit }, table);
    onCommit(() => database.tables.set(table.name, table));
  });
}

/** Throws for options of databases that hold data in several resolutions, and for a column that is not there to be summed up. */
function checkTableOptions({ rollup, sma, columns }: Ddl<"createTable">): void {
  if (rollup !== null) {
    throw new ServerError(
      Code.tableOption,
      `Invalid option ${rollup}: Only supported for create super table in databases configured with the 'RETENTIONS' option`,
    );
  }
  const unknown = sma.find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) throw invalidColumn(unknown);
}

/** Creates child tables. */
export async function createChildren(
  statement: Ddl<"createChildren">,
  context: ExecutionContext,
): Promise<void> {
  const { store, catalog, database: current } = context;
  await store.transaction(async (writer, onCommit) => {
    const created: NewChild[] = [];
    for (const definition of statement.children) {
      const child = planChild(definition, catalog, current, context);
      if (child === null) continue;
      await writeChildren(store, writer, child.child.table, [child]);
      await updateChildOptions(writer, child.child);
      onCommit(() => addChild(child.child.table, child.child));
      created.push(child);
    }
    await context.log.children({ writer, onCommit }, created);
  });
}

function planChild(
  definition: ChildDefinition,
  catalog: Catalog,
  current: string | null,
  context: ExecutionContext,
): NewChild | null {
  const { name } = definition;
  const table = catalog.stable(definition.stable, name.qualifier ?? current);
  checkName(name.name, 192, "table");
  const database = catalog.database(name.qualifier ?? current);
  if (database.tables.has(name.name)) {
    if (definition.ifNotExists) return null;
    throw new ServerError(Code.tableExists, "Table already exists");
  }
  const values: ValueContext = {
    sql: context.sql,
    precision: database.precision,
    timeZone: context.timeZone,
  };
  const tags = tagValues(table, definition.tagNames, definition.tags, values);
  return {
    child: {
      kind: "child",
      id: catalog.nextId(),
      name: name.name,
      table,
      created: Date.now(),
      comment: definition.comment,
      ttl: definition.ttl,
      maxTicks: null,
    },
    tags,
  };
}

/** Drops tables. */
export async function dropTables(
  statement: Ddl<"dropTables">,
  { store, catalog, log, topics, database: current }: ExecutionContext,
): Promise<void> {
  await store.transaction(async (writer, onCommit) => {
    const dropped: (Table | Child)[] = [];
    for (const { name, ifExists } of statement.tables) {
      const database = catalog.database(name.qualifier ?? current);
      const table = database.tables.get(name.name);
      if (table === undefined || (statement.stable && table.kind !== "stable")) {
        if (ifExists) continue;
        throw statement.stable
          ? new ServerError(Code.stableNotExist, "STable not exist")
          : tableNotExist();
      }
      if (table.kind === "stable") {
        if (statement.tables.length > 1) {
          throw new ServerError(Code.dropStable, "Cannot drop super table in batch");
        }
        topics.checkStable(table);
      }
      await dropOne(writer, table);
      onCommit(() => forget(database, table));
      dropped.push(table);
    }
    for (const [database, tables] of groupBy(dropped, (table) => tableOf(table).database)) {
      await recordDrop(log, { writer, onCommit }, database, tables);
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
  else if (table.kind === "stable") {
    for (const child of table.children.keys()) database.tables.delete(child);
  }
}
