/**
 * Prepared statements: INSERT with bound columns, SELECT with bound parameters.
 *
 * @module
 */
import { type Child, type Column, selfChild, type Table } from "./catalog.ts";
import { bindTags, boundColumn, literalOf, splitByAbsence } from "./bound_values.ts";
import type { ExecutionContext } from "./ddl.ts";
import { type BoundTable, type Cell, type Placeholder, type Prepared, ServerError, type Update } from "./engine.ts";
import { InsertPlan, namedColumns, nullTimestamp, timeFirst, valueContext } from "./insert.ts";
import { toField } from "./results.ts";
import type { InsertTarget, InsertValue, Literal, QualifiedName } from "./sql/ast.ts";
import { Code, tableNotExist, unsupported } from "./sql/errors.ts";
import { TokenStream } from "./sql/token_stream.ts";
import { sizedType, Type } from "./sql/types.ts";
import { convertValue } from "./sql/values.ts";
import { tagPlaces } from "./tag_values.ts";

/** One value of an INSERT's row: what it goes to, and how it is given. */
interface Slot {
  kind: "tbname" | "tag" | "column";
  column: Column | null;
  value: InsertValue;
}

/** An INSERT with placeholders, once its table is known. */
interface Template {
  table: Table;
  /** The table the SQL names; null when it is bound, or when the child named by `using` may still have to be created. */
  child: Child | null;
  name: string | null;
  slots: Slot[];
}

const maxRows = 32767;

function isBound(slot: Slot): boolean {
  return slot.value.kind === "parameter";
}

/** Works out what each value goes to. `name` overrides the table's name in the SQL. */
function makeTemplate(target: InsertTarget, name: QualifiedName | null, context: ExecutionContext): Template {
  const { catalog, database: current } = context;
  const { using } = target;
  const found = using === null ? catalog.find(name!, current) : catalog.stable(using.stable, using.stable.qualifier ?? name?.qualifier ?? current);
  const table = found.kind === "child" ? found.table : found;
  const [row] = target.rows;
  if (row === undefined || target.rows.length > 1) throw unsupported("several rows of placeholders");
  const slots: Slot[] = [];
  if (using !== null) {
    const places = tagPlaces(table, using.tagNames);
    if (places.length !== using.tags.length) throw new ServerError(Code.tagsNumber, "Tags number not matched");
    places.forEach((place, index) => slots.push({ kind: "tag", column: table.tags[place]!, value: using.tags[index]! }));
  }
  const byStable = using === null && found.kind === "stable";
  if (byStable && !target.columns?.includes("tbname")) throw tableNotExist();
  const names = target.columns ?? table.columns.map((column) => column.name);
  const tagOf = (column: string): Column | undefined => byStable ? table.tags.find((tag) => tag.name === column) : undefined;
  const isTbname = (column: string): boolean => byStable && column === "tbname";
  const columns = namedColumns(table, names.filter((column) => !isTbname(column) && tagOf(column) === undefined));
  if (names.length !== row.values.length) throw new ServerError(Code.insertSyntax, `syntax error near '${context.sql.slice(row.end).trimEnd()}' (, expected)`);
  names.forEach((column, index) => {
    const value = row.values[index]!, tag = tagOf(column);
    if (isTbname(column)) slots.push({ kind: "tbname", column: null, value });
    else slots.push(tag !== undefined ? { kind: "tag", column: tag, value } : { kind: "column", column: columns.find((item) => item.name === column)!, value });
  });
  const child = using !== null || byStable ? null : found.kind === "child" ? found : selfChild(found as Table);
  return { table, child, name: using === null ? null : name?.name ?? null, slots };
}

/** Returns the placeholders in their order in the SQL. */
function placeholders(template: Template, target: InsertTarget): Placeholder[] {
  const tbname: Placeholder = { ...toField("tbname", sizedType(Type.varchar, 269)), bindType: 4 };
  const fields = template.slots.filter(isBound).map(({ kind, column }): Placeholder => {
    if (column === null) return tbname;
    const field: Placeholder = { ...toField(column.name, column.type), bindType: kind === "tag" ? 2 : 1 };
    // The real server leaves a DECIMAL's precision and scale at 0 here.
    return { ...field, precision: 0, scale: 0 };
  });
  return target.table === null ? [tbname, ...fields] : fields;
}

/** Prepares an INSERT. */
export function prepareInsert(target: InsertTarget, parameterCount: number, needFields: boolean, context: () => ExecutionContext): Prepared {
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

async function executeBound(target: InsertTarget, tables: BoundTable[], context: ExecutionContext): Promise<Update> {
  const affectedRows = await InsertPlan.run(context, (plan) => {
    for (const bound of tables) planBound(target, bound, plan, context);
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
  if (stream.token.kind !== "end" || parts.length > 2 || first === undefined) return { qualifier: null, name: text };
  return second === undefined ? { qualifier: null, name: first } : { qualifier: first, name: second };
}

function planBound(target: InsertTarget, bound: BoundTable, plan: InsertPlan, context: ExecutionContext): void {
  const boundName = bound.name === null || bound.name === "" ? null : parseBoundName(bound.name);
  if (target.table === null && boundName === null) throw new ServerError(0x020a, "Table name length is invalid");
  const template = makeTemplate(target, target.table ?? boundName, context);
  const { table, slots } = template;
  const values = valueContext(table, context);
  const rows = bound.columns[0]?.length ?? 1;
  if (rows < 1 || rows > maxRows || bound.columns.some((cells) => cells.length !== rows)) throw new ServerError(Code.bindRowCount, "bind number out of range or not match");
  const child = template.child ?? boundChild(template, boundName, bound, plan, values);
  const columns = slots.filter(({ kind }) => kind === "column");
  const ordered = timeFirst(table, columns.map(({ column }) => column!));
  let next = 0;
  const cells = columns.map(({ column, value }) => {
    if (value.kind !== "parameter") return new Array<Cell>(rows).fill(convertValue(value, column!, values));
    const index = next++;
    return boundColumn(bound.columns[index], bound.columnTypes[index]!, column!, values);
  });
  const sorted = ordered.map((column) => cells[columns.findIndex((slot) => slot.column === column)]!);
  if (sorted[0]!.some((cell) => cell === null || cell === undefined)) throw nullTimestamp();
  for (const part of splitByAbsence(ordered, sorted)) {
    const batch = plan.batch(table, part.columns);
    const count = part.cells[0]!.length;
    for (let row = 0; row < count; row++) batch.children.push(child);
    part.cells.forEach((column, index) => {
      const into = batch.cells[index]!;
      if (into.length === 0) batch.cells[index] = column;
      else for (const cell of column) into.push(cell);
    });
  }
  plan.rows += rows;
}

/** Returns the child the bound values go to, created when it does not exist. */
function boundChild(template: Template, boundName: QualifiedName | null, bound: BoundTable, plan: InsertPlan, values: ReturnType<typeof valueContext>): Child {
  const { table, slots } = template;
  const written = slots.find(({ kind }) => kind === "tbname")?.value;
  const name = boundName?.name ?? template.name ?? (written?.kind === "string" ? written.text : null);
  if (name === null) throw new ServerError(0x020a, "Table name length is invalid");
  return plan.child(table, name, () => bindTags(table, slots.filter(({ kind }) => kind === "tag"), bound, values));
}

/** Returns the bound parameters of a query as literals. */
export function queryParameters(tables: BoundTable[], count: number): Literal[] {
  const [bound] = tables;
  if (bound === undefined || bound.columns.length !== count) throw new ServerError(Code.bindRowCount, "bind number out of range or not match");
  return bound.columns.map((cells, index) => literalOf(cells[0] ?? null, bound.columnTypes[index]!));
}
