/**
 * Schemaless writing: makes the tables, columns and tags that points need, as libtaos does, and writes the points.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { alterTable } from "./alter.ts";
import type { Column, Table } from "./catalog.ts";
import { createTable } from "./ddl.ts";
import { type Cell, type SchemalessText, type SchemalessUpdate, ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { InsertPlan } from "./insert.ts";
import { lineRanges, readLines } from "./schemaless_line.ts";
import { readJson, readTelnet } from "./schemaless_opentsdb.ts";
import { type PointValue, refusal, SmlCode, type SmlPoint, toTicks } from "./schemaless_point.ts";
import { columnType } from "./schemaless_value.ts";
import { Code } from "./sql/errors.ts";
import { nowTicks } from "./sql/timestamp.ts";
import { fixedType, isSized, sizedType, type SqlType, Type } from "./sql/types.ts";

const timeName = "_ts";
const noTagName = "_tag_null";

/** What all points of one super table have together: the longest values of each name. */
interface Needs {
  tags: Map<string, SqlType>;
  columns: Map<string, SqlType>;
}

/** A point, and the child table it goes to. */
interface Placed {
  table: string;
  child: string;
  tags: PointValue[];
  point: SmlPoint;
}

function read({ protocol, precision, data }: SchemalessText): SmlPoint[] {
  switch (protocol) {
    case 1:
      return readLines(data, precision);
    case 2:
      return readTelnet(data);
    case 3:
      return readJson(data);
    default:
      throw refusal(SmlCode.invalidProtocol, "protocol invalidate");
  }
}

/** libtaos makes a dot an underscore, in names of tables that it makes itself. */
function tableName(text: string): string {
  return text.replaceAll(".", "_");
}

function byName(left: PointValue, right: PointValue): number {
  const [a, b] = [left.name.toLowerCase(), right.name.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

function tagBytes({ type, cell }: PointValue): Uint8Array {
  if (cell instanceof Uint8Array) return cell;
  if (typeof cell === "string") return new TextEncoder().encode(cell);
  const view = new DataView(new ArrayBuffer(8));
  if (type.code === Type.double) view.setFloat64(0, cell as number, true);
  else if (type.code === Type.float) view.setFloat32(0, cell as number, true);
  else view.setBigInt64(0, BigInt(cell as number | bigint | boolean), true);
  return new Uint8Array(view.buffer, 0, type.length);
}

/** `t_` and the MD5 of the super table's name and the sorted tags. */
function generatedName(table: string, tags: readonly PointValue[]): string {
  const hash = createHash("md5").update(table);
  for (const tag of tags.toSorted(byName)) hash.update(`,${tag.name}=`).update(tagBytes(tag));
  return `t_${hash.digest("hex")}`;
}

/** Finds the child table; the tag that names it is not stored. */
function place(point: SmlPoint, tableNameKey: string | null): Placed {
  const table = tableName(point.table);
  const naming = tableNameKey === null
    ? undefined
    : point.tags.find(({ name }) => name === tableNameKey);
  if (naming === undefined) {
    return { table, child: generatedName(table, point.tags), tags: point.tags, point };
  }
  const { cell } = naming;
  const name = cell instanceof Uint8Array ? new TextDecoder().decode(cell) : String(cell);
  return { table, child: tableName(name), tags: point.tags.filter((tag) => tag !== naming), point };
}

function widen(known: Map<string, SqlType>, { name, type }: PointValue, isTag: boolean): void {
  const before = known.get(name);
  if (before === undefined) known.set(name, type);
  else if (!isTag && before.code !== type.code) {
    throw refusal(SmlCode.notSameType, "the type is not the same like before", name);
  } else if (before.code === type.code && type.length > before.length) known.set(name, type);
}

function gather(points: readonly Placed[]): Map<string, Needs> {
  const needs = new Map<string, Needs>();
  for (const { table, tags, point } of points) {
    let own = needs.get(table);
    if (own === undefined) needs.set(table, own = { tags: new Map(), columns: new Map() });
    for (const column of point.columns) widen(own.columns, column, false);
    for (const tag of tags) widen(own.tags, tag, true);
    if (new Set(point.columns.map(({ name }) => name)).size < point.columns.length) {
      throw new ServerError(Code.duplicateColumn, "Duplicated column names");
    }
  }
  return needs;
}

const definition = ([name, type]: [string, SqlType]) => ({ name, type: columnType(type) });

async function create(
  table: string,
  { tags, columns }: Needs,
  context: ExecutionContext,
): Promise<void> {
  const tagList = tags.size === 0
    ? [{ name: noTagName, type: sizedType(Type.nchar, 1) }]
    : [...tags].map(definition);
  await createTable({
    node: "createTable",
    stable: true,
    name: { qualifier: null, name: table },
    ifNotExists: false,
    columns: [{ name: timeName, type: fixedType(Type.timestamp) }, ...[...columns].map(definition)],
    tags: tagList,
    comment: null,
    ttl: 0,
    rollup: null,
    sma: [],
  }, context);
}

function mismatch(column: Column, type: SqlType): ServerError {
  const types = `db type: ${column.type.code}, point type: ${type.code}`;
  return refusal(
    SmlCode.invalidData,
    `SML point type and db type mismatch. ${types}, key: ${column.name}`,
  );
}

/** Adds what a super table lacks, and widens what is too narrow. */
async function extend(table: Table, needs: Needs, context: ExecutionContext): Promise<void> {
  for (
    const [wanted, present, tag] of [[needs.tags, table.tags, true], [
      needs.columns,
      table.columns,
      false,
    ]] as const
  ) {
    for (const [name, type] of wanted) {
      const column = present.find((candidate) => candidate.name === name);
      if (column !== undefined && column.type.code !== type.code) throw mismatch(column, type);
      if (column !== undefined && (!isSized(type) || type.length <= column.type.length)) continue;
      const kind = column === undefined ? "add" : "modify";
      const action = { kind, tag, column: definition([name, type]) } as const;
      await alterTable({
        node: "alterTable",
        stable: true,
        name: { qualifier: null, name: table.name },
        action,
      }, context);
    }
  }
}

function tagCells(table: Table, tags: readonly PointValue[]): Cell[] {
  return table.tags.map(({ name }) => tags.find((tag) => tag.name === name)?.cell ?? null);
}

function plan(
  points: readonly Placed[],
  insert: InsertPlan,
  { catalog, database }: ExecutionContext,
): void {
  for (const { table: name, child, tags, point } of points) {
    const table = catalog.stable({ qualifier: null, name }, database);
    const { precision } = table.database;
    const columns = point.columns.map((value) =>
      table.columns.find((column) => column.name === value.name)!
    );
    const batch = insert.batch(table, [table.columns[0]!, ...columns]);
    const ticks = point.nanoseconds === null
      ? nowTicks(precision)
      : toTicks(point.nanoseconds, precision);
    if (BigInt.asIntN(64, ticks) !== ticks) {
      throw new ServerError(SmlCode.timestamp, "Invalid timestamp format");
    }
    batch.children.push(insert.child(table, child, () => tagCells(table, tags)));
    [ticks, ...point.columns.map(({ cell }) => cell)].forEach((cell, index) =>
      batch.cells[index]!.push(cell)
    );
    insert.rows++;
  }
}

/**
 * Writes schemaless text. Tables and columns stay when the rows are refused, as they do in TDengine.
 *
 * @throws {ServerError} when the text is refused.
 */
export async function writeSchemaless(
  text: SchemalessText,
  context: ExecutionContext,
): Promise<SchemalessUpdate> {
  const { catalog, database } = context;
  const tables = catalog.database(database).tables;
  if (text.protocol !== 3 && lineRanges(text.data, text.protocol === 1).length === 0) {
    throw refusal(SmlCode.invalidData, "line num is invalid");
  }
  const placed = read(text).map((point) => place(point, text.tableNameKey));
  for (const [name, needs] of gather(placed)) {
    const found = tables.get(name);
    if (found === undefined) await create(name, needs, context);
    else if (found.kind === "stable") await extend(found, needs, context);
    else throw new ServerError(Code.tableExists, "Table already exists");
  }
  const affectedRows = await InsertPlan.run(context, (insert) => plan(placed, insert, context));
  // Of JSON, too, the lines of text are counted.
  return { affectedRows, totalRows: lineRanges(text.data, text.protocol === 1).length };
}
