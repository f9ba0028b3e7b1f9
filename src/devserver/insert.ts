/**
 * Carries out INSERT statements written with their values.
 *
 * @module
 */
import { type Child, type Column, selfChild, type Table } from "./catalog.ts";
import { addChild, updateTable } from "./catalog_store.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { type Cell, ServerError } from "./engine.ts";
import { checkTimes } from "./retention.ts";
import type { InsertRow, InsertTarget, InsertValue, QualifiedName } from "./sql/ast.ts";
import {
  Code,
  insertError,
  invalidColumn,
  invalidOperation,
  wrongColumnCount,
} from "./sql/errors.ts";
import { convertValue, type ValueContext } from "./sql/values.ts";
import { tagPlaces, tagValues } from "./tag_values.ts";
import { type NewChild, type RowBatch, writeChildren, writeRows } from "./write.ts";

/** What one INSERT writes: rows by table and column list, after the child tables it creates. */
export class InsertPlan {
  readonly batches: Map<string, RowBatch> = new Map();
  readonly created: Map<string, NewChild> = new Map();
  rows = 0;
  readonly #context: ExecutionContext;

  constructor(context: ExecutionContext) {
    this.#context = context;
  }

  /** Returns the batch for rows of a table with these columns. */
  batch(table: Table, columns: Column[]): RowBatch {
    const key = `${table.id} ${columns.map(({ store }) => store).join(" ")}`;
    let batch = this.batches.get(key);
    if (batch === undefined) {
      this.batches.set(key, batch = { table, columns, children: [], cells: columns.map(() => []) });
    }
    return batch;
  }

  /** Returns the child of that name; one that does not exist is created with the tags. Tags of an existing child stay. */
  child(table: Table, name: string, tags: () => Cell[]): Child {
    const existing = table.database.tables.get(name);
    if (existing !== undefined) {
      if (existing.kind !== "child" || existing.table !== table) {
        throw new ServerError(
          Code.tableInOtherStable,
          "Table already exists in other stables",
        );
      }
      return existing;
    }
    const key = `${table.database.id} ${name}`;
    let created = this.created.get(key);
    if (created === undefined) {
      checkTableName(name);
      const child: Child = {
        kind: "child",
        id: this.#context.catalog.nextId(),
        name,
        table,
        created: Date.now(),
        comment: null,
        ttl: 0,
        maxTicks: null,
      };
      this.created.set(key, created = { child, tags: tags() });
    }
    return created.child;
  }

  /** Writes everything in one transaction. `fill` plans it, when no other write can come between. */
  static async run(context: ExecutionContext, fill: (plan: InsertPlan) => void): Promise<number> {
    const { store } = context;
    return await store.transaction(async (writer, onCommit, onRollback) => {
      const plan = new InsertPlan(context);
      fill(plan);
      for (const batch of plan.batches.values()) checkTimes(batch);
      const byTable = new Map<Table, NewChild[]>();
      for (const item of plan.created.values()) {
        const siblings = byTable.get(item.child.table);
        if (siblings === undefined) byTable.set(item.child.table, [item]);
        else siblings.push(item);
      }
      for (const [table, children] of byTable) {
        await writeChildren(store, writer, table, children);
        onCommit(() => children.forEach(({ child }) => addChild(table, child)));
      }
      for (const batch of plan.batches.values()) {
        await writeRows(store, writer, batch, async (table) => {
          // Readers must know before they can see the rows (see stored_order.ts).
          table.isInOrder = false;
          onRollback(() => table.isInOrder = true);
          await updateTable(writer, table);
        });
      }
      const transaction = { writer, onCommit };
      await context.log.rows(transaction, plan.created.values(), plan.batches.values());
      return plan.rows;
    });
  }
}

/** Carries out an INSERT; returns the number of rows. */
export async function executeInsert(
  targets: InsertTarget[],
  context: ExecutionContext,
): Promise<number> {
  return await InsertPlan.run(context, (plan) => {
    for (const target of targets) planTarget(target, plan, context);
  });
}

function planTarget(target: InsertTarget, plan: InsertPlan, context: ExecutionContext): void {
  const { table: name, using } = target;
  if (name === null) throw new ServerError(Code.syntax, 'syntax error near "?"');
  const { catalog, database: current } = context;
  if (using !== null) {
    const table = catalog.stable(using.stable, using.stable.qualifier ?? name.qualifier ?? current);
    const values = valueContext(table, context);
    checkTagCount(table, using, values.sql);
    const child = plan.child(
      table,
      name.name,
      () => tagValues(table, using.tagNames, using.tags, values),
    );
    return planRows(target, table, child, plan, values);
  }
  const found = pending(name, plan, context) ?? catalog.find(name, current);
  if (found.kind === "stable") {
    return planStableRows(target, found, plan, valueContext(found, context));
  }
  const child = found.kind === "child" ? found : selfChild(found);
  planRows(target, child.table, child, plan, valueContext(child.table, context));
}

/** Throws for a name that a child table cannot have. */
function checkTableName(name: string): void {
  if (name === "") throw invalidOperation("tbname can not be empty");
  if (new TextEncoder().encode(name).length > 192) throw invalidOperation("tbname is too long");
}

/** Throws when a tag is unknown or has no value; too many values are found with the values. */
function checkTagCount(
  table: Table,
  { tagNames, tags }: NonNullable<InsertTarget["using"]>,
  sql: string,
): void {
  const count = tagPlaces(table, tagNames, invalidColumn).length;
  if (tagNames !== null) checkNames(tagNames);
  if (tags.length < count) {
    throw insertError(sql.slice(tags.at(-1)?.end).trim(), "invalid data or symbol");
  }
}

/** A child the same statement creates can be named again in it. */
function pending(
  name: QualifiedName,
  plan: InsertPlan,
  { catalog, database }: ExecutionContext,
): Child | undefined {
  return plan.created.get(`${catalog.database(name.qualifier ?? database).id} ${name.name}`)?.child;
}

/** Returns what the values of a table's rows depend on. */
export function valueContext(table: Table, { sql, timeZone }: ExecutionContext): ValueContext {
  return { sql, timeZone, precision: table.database.precision };
}

/** Returns the columns named, all of them without names; the timestamp must be among them and is put first. */
export function namedColumns(table: Table, names: string[] | null): Column[] {
  if (names === null) return table.columns;
  const columns = names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw invalidColumn(name);
    return column;
  });
  checkNames(names);
  if (!columns.includes(table.columns[0]!)) {
    throw invalidOperation("Primary timestamp column should not be null");
  }
  return columns;
}

/** Throws when a name is there twice. */
function checkNames(names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw insertError(twice, "duplicated column name");
}

/** Returns the columns with the timestamp first. */
export function timeFirst(table: Table, columns: Column[]): Column[] {
  return [table.columns[0]!, ...columns.filter((column) => column !== table.columns[0])];
}

/** Throws unless the row has one value a column. */
function checkCount(row: InsertRow, count: number, sql: string): void {
  if (row.values.length < count) throw insertError(sql.slice(row.end).trimEnd(), ", expected");
  if (row.values.length > count) throw wrongColumnCount();
}

/** Returns the failure for a time written as NULL. */
function writtenNull({ start }: InsertValue, sql: string): ServerError {
  return insertError(sql.slice(start).trimEnd(), "Primary timestamp column should not be null");
}

/** Returns the failure for a row without a time. */
export function nullTimestamp(): ServerError {
  return new ServerError(Code.nullTimestamp, "Primary timestamp column should not be null");
}

function planRows(
  target: InsertTarget,
  table: Table,
  child: Child,
  plan: InsertPlan,
  values: ValueContext,
): void {
  const columns = namedColumns(table, target.columns);
  const batch = plan.batch(table, timeFirst(table, columns));
  const places = columns.map((column) => batch.columns.indexOf(column));
  for (const row of target.rows) {
    checkCount(row, columns.length, values.sql);
    for (let index = 0; index < columns.length; index++) {
      const cell = convertValue(row.values[index]!, columns[index]!, values);
      if (cell === null && places[index] === 0) throw writtenNull(row.values[index]!, values.sql);
      batch.cells[places[index]!]!.push(cell);
    }
    batch.children.push(child);
    plan.rows++;
  }
}

/** Rows of `insert into stb (tbname, tags…, ts, …)`: each row names its child. */
function planStableRows(
  target: InsertTarget,
  table: Table,
  plan: InsertPlan,
  values: ValueContext,
): void {
  const names = target.columns;
  if (names === null) {
    throw insertError(
      values.sql.slice(values.sql.search(/\bvalues\b/i)).trimEnd(),
      "(...tbname, ts...) bounded cols is expected",
    );
  }
  if (!names.includes("tbname")) throw invalidOperation("tbname column should not be null");
  const isTag = (name: string): boolean => table.tags.some((tag) => tag.name === name);
  const columns = namedColumns(table, names.filter((name) => name !== "tbname" && !isTag(name)));
  const batch = plan.batch(table, timeFirst(table, columns));
  const places = names.map((name) =>
    name === "tbname" || isTag(name)
      ? -1
      : batch.columns.findIndex((column) => column.name === name)
  );
  const tagNames = names.filter(isTag);
  for (const row of target.rows) {
    checkCount(row, names.length, values.sql);
    const tags = row.values.filter((_, index) => isTag(names[index]!));
    const name = row.values[names.indexOf("tbname")]!;
    if (name.kind === "null") throw invalidOperation("tbname can not be null value");
    if (name.text.includes(".")) throw invalidOperation("tbname can not contain '.'");
    batch.children.push(
      plan.child(table, name.text, () => tagValues(table, tagNames, tags, values)),
    );
    for (let index = 0; index < names.length; index++) {
      const place = places[index]!;
      if (place < 0) continue;
      const cell = convertValue(row.values[index]!, batch.columns[place]!, values);
      if (cell === null && place === 0) throw writtenNull(row.values[index]!, values.sql);
      batch.cells[place]!.push(cell);
    }
    plan.rows++;
  }
}
