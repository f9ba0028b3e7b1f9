/**
 * Prepared statements: INSERT with bound columns, SELECT with bound parameters.
 *
 * @module
 */
import type { Child, Column } from "./catalog.ts";
import { bindTags, boundColumn, literalOf, splitByAbsence } from "./bound_values.ts";
import type { ExecutionContext } from "./execution_context.ts";
import {
  type BoundTable,
  type Cell,
  type Placeholder,
  type Prepared,
  ServerError,
  type Update,
} from "./engine.ts";
import { InsertPlan, nullTimestamp, timeFirst, valueContext } from "./insert.ts";
import { makeTemplate, type Template } from "./insert_template.ts";
import { toField } from "./results.ts";
import type { InsertTarget, Literal, QualifiedName } from "./sql/ast.ts";
import { Code } from "./sql/errors.ts";
import { TokenStream } from "./sql/token_stream.ts";
import { sizedType, Type } from "./sql/types.ts";
import { convertValue, type ValueContext } from "./sql/values.ts";
import type { RowBatch } from "./write.ts";

const maxRows = 32767;

/** Returns the placeholders in their order in the SQL. */
function placeholders(template: Template, target: InsertTarget): Placeholder[] {
  const tbname: Placeholder = { ...toField("tbname", sizedType(Type.varchar, 269)), bindType: 4 };
  const fields = template.slots.filter(({ value }) => value.kind === "parameter").map(
    ({ kind, column }): Placeholder => {
      if (column === null) return tbname;
      const field: Placeholder = {
        ...toField(column.name, column.type),
        bindType: kind === "tag" ? 2 : 1,
      };
      // The real server leaves a DECIMAL's precision and scale at 0 here.
      return { ...field, precision: 0, scale: 0 };
    },
  );
  return target.table === null ? [tbname, ...fields] : fields;
}

/** Prepares an INSERT. */
export function prepareInsert(
  target: InsertTarget,
  parameterCount: number,
  needFields: boolean,
  context: () => ExecutionContext,
): Prepared {
  const known = target.table !== null || target.using !== null;
  if (!known && needFields) throw new ServerError(Code.tableNameMissing, "Table does not exist");
  const template = known ? makeTemplate(target, target.table, context()) : null;
  return {
    isInsert: true,
    fields: template === null ? null : placeholders(template, target),
    parameterCount,
    ...(template === null ? {} : { precision: template.table.database.precision }),
    execute: (tables) => executeBound(target, tables, context()),
  };
}

async function executeBound(
  target: InsertTarget,
  tables: BoundTable[],
  context: ExecutionContext,
): Promise<Update> {
  const affectedRows = await InsertPlan.run(context, (plan) => {
    for (const bound of tables) planBound(target, bound, plan, context, tables.length === 1);
  });
  return { kind: "update", affectedRows };
}

/** Reads the name of a bound table: back-quotes and `db.table` are understood, anything else is taken as it stands. */
export function parseBoundName(text: string): QualifiedName {
  if (!text.includes("`") && !text.includes(".")) return { qualifier: null, name: text };
  const stream = new TokenStream(text);
  const parts: string[] = [];
  do {
    const token = stream.token;
    parts.push(token.kind === "name" ? text.slice(token.start, token.end) : token.text);
    stream.next();
  } while (stream.acceptOperator("."));
  const [first, second] = parts;
  if (stream.token.kind !== "end" || parts.length > 2 || first === undefined) {
    return { qualifier: null, name: text };
  }
  return second === undefined
    ? { qualifier: null, name: first }
    : { qualifier: first, name: second };
}

function planBound(
  target: InsertTarget,
  bound: BoundTable,
  plan: InsertPlan,
  context: ExecutionContext,
  alone: boolean,
): void {
  const boundName = bound.name === null || bound.name === "" ? null : parseBoundName(bound.name);
  if (target.table === null && boundName === null) throw noTableName();
  const template = makeTemplate(target, target.table ?? boundName, context);
  const values = valueContext(template.table, context);
  const rows = bound.columns[0]?.length ?? 1;
  if (rows < 1 || rows > maxRows || bound.columns.some((cells) => cells.length !== rows)) {
    throw wrongRowCount();
  }
  const child = template.child ?? boundChild(template, boundName, bound, plan, values);
  const { columns, cells } = boundRows(template, bound, rows, values);
  if (cells[0]!.some((cell) => cell === null || cell === undefined)) throw nullTimestamp();
  for (const part of splitByAbsence(columns, cells)) {
    addRows(plan.batch(template.table, part.columns), child, part.cells, alone);
  }
  plan.rows += rows;
}

/** Returns the columns with the timestamp first, and their cells. */
function boundRows(
  { table, slots }: Template,
  bound: BoundTable,
  rows: number,
  values: ValueContext,
): { columns: Column[]; cells: Cell[][] } {
  let next = 0;
  const byColumn = new Map<Column, Cell[]>();
  for (const { kind, column, value } of slots) {
    if (kind !== "column") continue;
    if (value.kind !== "parameter") {
      byColumn.set(column!, new Array<Cell>(rows).fill(convertValue(value, column!, values)));
    } else {
      const index = next++;
      byColumn.set(
        column!,
        boundColumn(bound.columns[index], bound.columnTypes[index]!, column!, values),
      );
    }
  }
  const columns = timeFirst(table, [...byColumn.keys()]);
  return { columns, cells: columns.map((column) => byColumn.get(column)!) };
}

/** Adds rows to a batch. The only rows of a statement are not copied. */
function addRows(batch: RowBatch, child: Child, cells: Cell[][], alone: boolean): void {
  const count = cells[0]!.length;
  for (let row = 0; row < count; row++) batch.children.push(child);
  cells.forEach((column, index) => {
    const into = batch.cells[index]!;
    if (alone && into.length === 0) batch.cells[index] = column;
    else for (const cell of column) into.push(cell);
  });
}

function noTableName(): ServerError {
  return new ServerError(0x020a, "Table name length is invalid");
}

function wrongRowCount(): ServerError {
  return new ServerError(Code.bindRowCount, "bind number out of range or not match");
}

/** Returns the child the bound values go to, created when it does not exist. */
function boundChild(
  template: Template,
  boundName: QualifiedName | null,
  bound: BoundTable,
  plan: InsertPlan,
  values: ValueContext,
): Child {
  const { table, slots } = template;
  const written = slots.find(({ kind }) => kind === "tbname")?.value;
  const name = boundName?.name ?? template.name ??
    (written?.kind === "string" ? written.text : null);
  if (name === null) throw noTableName();
  return plan.child(
    table,
    name,
    () => bindTags(table, slots.filter(({ kind }) => kind === "tag"), bound, values),
  );
}

/** Returns the bound parameters of a query as literals. */
export function queryParameters(tables: BoundTable[], count: number): Literal[] {
  const [bound] = tables;
  if (bound === undefined || bound.columns.length !== count) throw wrongRowCount();
  return bound.columns.map((cells, index) =>
    literalOf(cells[0] ?? null, bound.columnTypes[index]!)
  );
}
