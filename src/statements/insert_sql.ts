/**
 * The INSERT that `insert` prepares for its data.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { id, Identifier } from "../sql/template.ts";

/** A table: one name taken as it is, or `id("database", "table")`. */
export type TableName = string | Identifier;

/** What decides the INSERT. */
export interface InsertShape {
  readonly table: TableName;
  /** Super table of which `table` is created. */
  readonly using: TableName | undefined;
  /** Tag names; a number when tags are given in order; undefined without tags. */
  readonly tags: readonly string[] | number | undefined;
  /** Names of the columns, `tbname` and tags of a super table's rows among them. */
  readonly columns: readonly string[];
}

/** Name of the column that spreads rows over the child tables of a super table. */
export const tableNameColumn = "tbname";

function quoted(name: TableName): string {
  return name instanceof Identifier ? name.text : id(name).text;
}

function marks(count: number): string {
  return new Array(count).fill("?").join(", ");
}

/** `tbname` is a word of the server's and not a column's name. */
function names(columns: readonly string[]): string {
  return columns.map((name) => name === tableNameColumn ? name : id(name).text).join(", ");
}

/** Writes the INSERT. */
export function insertSql({ table, using, tags, columns }: InsertShape): string {
  if (columns.length === 0) throw new InterfaceError("the data has no columns");
  const values = `(${names(columns)}) values (${marks(columns.length)})`;
  if (using === undefined) return `insert into ${quoted(table)} ${values}`;
  if (tags === undefined) {
    const all = [tableNameColumn, ...columns];
    return `insert into ${quoted(using)} (${names(all)}) values (${marks(all.length)})`;
  }
  const tagNames = typeof tags === "number" ? "" : ` (${names(tags)})`;
  const count = typeof tags === "number" ? tags : tags.length;
  return `insert into ? using ${quoted(using)}${tagNames} tags (${marks(count)}) ${values}`;
}
