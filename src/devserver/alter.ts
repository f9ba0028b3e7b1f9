/**
 * Carries out ALTER TABLE.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  type Catalog,
  type Child,
  type Column,
  dataTable,
  type Table,
  tagTable,
} from "./catalog.ts";
import { updateTable } from "./catalog_store.ts";
import { checkLength } from "./ddl.ts";
import { type Cell, ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import type { AlterAction, ColumnDefinition, QualifiedName, Statement } from "./sql/ast.ts";
import { Code, invalidColumn } from "./sql/errors.ts";
import { isSized, physicalType, type SqlType } from "./sql/types.ts";
import { convertValue } from "./sql/values.ts";
import type { Transaction } from "./tmq/change_log.ts";
import { recordAlter, recordTags } from "./tmq/table_events.ts";
import { toDuckDb } from "./write.ts";

function notAlterable(): ServerError {
  return new ServerError(0x2617, "Invalid alter table statement");
}

/** Changes a table's columns or tags, or a child's tag values. */
export async function alterTable(
  statement: Statement & { node: "alterTable" },
  context: ExecutionContext,
): Promise<void> {
  const { store, catalog, database: current } = context;
  await store.transaction(async (writer, onCommit) => {
    const found = findForAlter(statement.name, statement.stable, catalog, current);
    const { action } = statement;
    const transaction = { writer, onCommit };
    if (action.kind === "setTag") return setTags(transaction, found, action, context);
    if (found.kind === "child") throw notAlterable();
    const changed: Table = { ...found, columns: [...found.columns], tags: [...found.tags] };
    if (action.kind !== "add") context.topics.checkColumn(found, nameOf(action));
    await changeColumns(writer, changed, action);
    await updateTable(writer, changed);
    await recordAlter(context.log, transaction, found, action);
    onCommit(() => {
      found.columns = changed.columns;
      found.tags = changed.tags;
      found.nextColumn = changed.nextColumn;
    });
  });
}

function findForAlter(
  name: QualifiedName,
  stable: boolean,
  catalog: Catalog,
  current: string | null,
): Table | Child {
  const found = catalog.find(name, current);
  if (stable && found.kind !== "stable") {
    throw new ServerError(Code.stableNotExist, "STable not exist");
  }
  return found;
}

async function setTags(
  transaction: Transaction,
  child: Table | Child,
  action: AlterAction & { kind: "setTag" },
  context: ExecutionContext,
): Promise<void> {
  if (child.kind !== "child") throw notAlterable();
  const { table } = child;
  const values: { tag: Column; cell: Cell }[] = [];
  for (const { name, value } of action.assignments) {
    const tag = table.tags.find((candidate) => candidate.name === name);
    if (tag === undefined) throw new ServerError(Code.invalidTagName, `Invalid tag name: ${name}`);
    const cell = convertValue(value, tag, {
      sql: context.sql,
      precision: table.database.precision,
      timeZone: context.timeZone,
    });
    const [bound] = toDuckDb(context.store.duckdb, tag, [cell]);
    await transaction.writer.run(
      `UPDATE ${tagTable(table)} SET ${tag.store} = $1 WHERE _tid = ${child.id}`,
      [bound!],
    );
    values.push({ tag, cell });
  }
  await recordTags(context.log, transaction, child, values);
}

type ColumnAction = Exclude<AlterAction, { kind: "setTag" }>;

/** Name of the column or tag that is changed. */
function nameOf(action: ColumnAction): string {
  if (action.kind === "rename") return action.from;
  return action.kind === "drop" ? action.name : action.column.name;
}

async function changeColumns(
  writer: DuckDBConnection,
  table: Table,
  action: ColumnAction,
): Promise<void> {
  if (action.tag && table.kind !== "stable") throw notAlterable();
  const list = action.tag ? table.tags : table.columns;
  const target = action.tag ? tagTable(table) : dataTable(table);
  if (action.kind === "add") return await addColumn(writer, table, action, list, target);
  const name = nameOf(action);
  const index = list.findIndex((column) => column.name === name);
  if (index < 0) {
    throw action.tag
      ? new ServerError(Code.invalidTagName, `Invalid tag name: ${name}`)
      : invalidColumn(name);
  }
  if (action.kind === "drop") return await dropColumn(writer, action.tag, list, index, target);
  list[index] = action.kind === "rename"
    ? { ...list[index]!, name: action.to }
    : { ...list[index]!, type: widened(list[index]!, action.column) };
}

async function addColumn(
  writer: DuckDBConnection,
  table: Table,
  action: ColumnAction & { kind: "add" },
  list: Column[],
  target: string,
): Promise<void> {
  const { name, type } = action.column;
  if ([...table.columns, ...table.tags].some((column) => column.name === name)) {
    throw action.tag
      ? new ServerError(Code.tagExists, "Tag already exists")
      : new ServerError(Code.columnExists, "Column already exists");
  }
  checkLength(name, type);
  const column: Column = { name, type, store: `c${table.nextColumn++}` };
  list.push(column);
  await writer.run(`ALTER TABLE ${target} ADD COLUMN ${column.store} ${physicalType(type)}`);
}

async function dropColumn(
  writer: DuckDBConnection,
  tag: boolean,
  list: Column[],
  index: number,
  target: string,
): Promise<void> {
  if (!tag && index === 0) {
    throw new ServerError(0x2651, "Primary timestamp column cannot be dropped");
  }
  if (list.length === (tag ? 1 : 2)) {
    throw new ServerError(tag ? 0x2650 : Code.columnCount, "Illegal number of columns");
  }
  const [column] = list.splice(index, 1);
  await writer.run(`ALTER TABLE ${target} DROP COLUMN ${column!.store}`);
}

/** Returns the type a column may be changed to: only lengths can change, and only grow. */
function widened(column: Column, { name, type }: ColumnDefinition): SqlType {
  if (type.code !== column.type.code || !isSized(type) || type.length < column.type.length) {
    throw new ServerError(
      0x2645,
      "Only varbinary/binary/nchar/geometry column length could be modified, and the length can only be increased, not decreased",
    );
  }
  checkLength(name, type);
  return type;
}
