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
  tableOf,
  tagTable,
} from "./catalog.ts";
import { updateChildOptions, updateTable } from "./catalog_store.ts";
import {
  checkLength,
  checkRowLength,
  checkTagLength,
  checkTagsLength,
  checkTagType,
  jsonColumn,
} from "./column_checks.ts";
import { type Cell, ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import type { AlterAction, ColumnDefinition, QualifiedName, Statement } from "./sql/ast.ts";
import { Code, duplicatedColumn, invalidAlter, invalidColumn, unsupported } from "./sql/errors.ts";
import { isSized, physicalType, type SqlType, Type } from "./sql/types.ts";
import { convertValue } from "./sql/values.ts";
import type { Transaction } from "./tmq/change_log.ts";
import { recordAlter, recordTags } from "./tmq/table_events.ts";
import { toDuckDb } from "./write.ts";

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
    if (action.kind === "options") return setOptions(transaction, found, action);
    if (found.kind === "child") throw invalidAlter();
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

/** Changes comment and days to live; a super table has only the first. */
async function setOptions(
  { writer, onCommit }: Transaction,
  table: Table | Child,
  { comment, ttl }: AlterAction & { kind: "options" },
): Promise<void> {
  if (table.kind === "stable" && ttl !== null) throw invalidAlter();
  const changed = { comment: comment ?? table.comment, ttl: ttl ?? table.ttl };
  if (table.kind === "child") await updateChildOptions(writer, { id: table.id, ...changed });
  else await updateTable(writer, { ...table, ...changed });
  onCommit(() => Object.assign(table, changed));
}

async function setTags(
  transaction: Transaction,
  child: Table | Child,
  action: AlterAction & { kind: "setTag" },
  context: ExecutionContext,
): Promise<void> {
  if (child.kind === "stable") throw invalidAlter("Set tag value only available for child table");
  const table = tableOf(child);
  const values: { tag: Column; cell: Cell }[] = [];
  for (const { name, value } of action.assignments) {
    const tag = table.tags.find((candidate) => candidate.name === name);
    if (tag === undefined || child.kind !== "child") {
      throw invalidAlter(`Invalid tag name: ${name}`);
    }
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
  if (child.kind === "child") await recordTags(context.log, transaction, child, values);
}

type ColumnAction = Exclude<AlterAction, { kind: "setTag" | "options" }>;

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
  if (action.tag && table.kind !== "stable") throw invalidAlter();
  if (table.kind === "stable") checkStableAction(table, action);
  const list = action.tag ? table.tags : table.columns;
  const target = action.tag ? tagTable(table) : dataTable(table);
  if (action.kind === "add") return await addColumn(writer, table, action, list, target);
  const name = nameOf(action);
  const index = list.findIndex((column) => column.name === name);
  if (index < 0) throw unknownColumn(table, action);
  if (action.kind === "drop") return await dropColumn(writer, table, action.tag, index, target);
  if (action.kind === "rename") checkNew(table, action.to, action.tag);
  list[index] = action.kind === "rename"
    ? { ...list[index]!, name: action.to }
    : { ...list[index]!, type: widened(list[index]!, action.column) };
  (action.tag ? checkTagsLength : checkRowLength)(list);
}

/** Throws for a change only other tables take, or that its tags do not. */
function checkStableAction({ columns, tags }: Table, action: ColumnAction): void {
  const isJson = (type: SqlType): boolean => type.code === Type.json;
  const isUnknown = [...columns, ...tags].every(({ name }) => name !== nameOf(action));
  if (action.tag && action.kind !== "rename") {
    const isAdded = action.kind === "add" && isJson(action.column.type);
    if (isAdded || isJson(tags[0]!.type)) {
      throw new ServerError(Code.oneJsonTag, "Only one tag if there is a json tag");
    }
    if (action.kind === "add") checkTagType(action.column, tags.length + 1);
  }
  if (!action.tag && action.kind === "rename") {
    throw invalidAlter("Rename column only available for normal table");
  }
  if (isUnknown && (action.kind === "drop" || action.kind === "modify")) {
    throw action.tag
      ? new ServerError(Code.unknownTag, `Invalid tag name: ${nameOf(action)}`)
      : invalidColumn(nameOf(action));
  }
  if (action.tag && action.kind === "drop" && tags.length === 1) {
    throw invalidAlter("the only tag cannot be dropped");
  }
}

/** Returns the failure for a column or tag the table does not have. */
function unknownColumn(table: Table, action: ColumnAction): ServerError {
  if (table.kind === "normal" || action.kind === "modify") return invalidColumn(nameOf(action));
  return action.tag
    ? new ServerError(Code.tagNotExist, "Tag does not exist")
    : new ServerError(Code.columnNotExist, "Column does not exist");
}

/** Throws when the table has the name already. */
function checkNew(table: Table, name: string, tag: boolean): void {
  const isTag = table.tags.some((column) => column.name === name);
  if (!isTag && !table.columns.some((column) => column.name === name)) return;
  if (table.kind === "normal") throw duplicatedColumn();
  if (tag && table.tags.length === 0) throw invalidAlter();
  throw isTag
    ? new ServerError(Code.tagExists, "Tag already exists")
    : new ServerError(Code.columnExists, "Column already exists");
}

async function addColumn(
  writer: DuckDBConnection,
  table: Table,
  action: ColumnAction & { kind: "add" },
  list: Column[],
  target: string,
): Promise<void> {
  const { name, type } = action.column;
  checkNew(table, name, action.tag);
  if (!action.tag && type.code === Type.json) throw jsonColumn();
  if (action.column.isPrimaryKey) throw unsupported("PRIMARY KEY columns");
  if (action.tag) {
    checkTagLength(action.column);
    checkTagsLength([...list, action.column]);
  } else {
    checkLength(action.column);
    checkRowLength([...list, action.column]);
  }
  const column: Column = { ...action.column, store: `c${table.nextColumn++}` };
  list.push(column);
  await writer.run(`ALTER TABLE ${target} ADD COLUMN ${column.store} ${physicalType(type)}`);
}

async function dropColumn(
  writer: DuckDBConnection,
  table: Table,
  tag: boolean,
  index: number,
  target: string,
): Promise<void> {
  const list = tag ? table.tags : table.columns;
  const isTime = !tag && index === 0, isLast = list.length === (tag ? 1 : 2);
  if (table.kind === "stable" && (isTime || isLast)) {
    throw new ServerError(Code.stableAlterOption, "Invalid stable alter options");
  }
  if (isTime) {
    throw new ServerError(Code.primaryTimestampDrop, "Primary timestamp column cannot be dropped");
  }
  if (isLast) throw new ServerError(Code.columnDrop, "No columns can be dropped");
  const [column] = list.splice(index, 1);
  await writer.run(`ALTER TABLE ${target} DROP COLUMN ${column!.store}`);
}

/** Returns the type a column may be changed to: only lengths can change, and only grow. */
function widened(column: Column, definition: ColumnDefinition): SqlType {
  const { type } = definition;
  if (type.code !== column.type.code || !isSized(type) || type.length <= column.type.length) {
    throw new ServerError(
      Code.modifyColumn,
      "Only varbinary/binary/nchar/geometry column length could be modified, and the length can only be increased, not decreased",
    );
  }
  checkLength(definition);
  return type;
}
