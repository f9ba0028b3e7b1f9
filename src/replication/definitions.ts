/**
 * Definitions of tables and columns as SQL.
 *
 * @module
 */
import type { DataTypeName } from "../data_type.ts";
import type {
  AlterTableEvent,
  CreateNormalTableEvent,
  CreateSuperTableEvent,
  MetaColumn,
} from "../tmq/metadata.ts";
import { id } from "../sql/template.ts";

/** A column with all that its definition needs. */
type Declared = Pick<MetaColumn, "name" | "length" | "precision" | "scale"> & {
  readonly type: DataTypeName;
};

/** What is not told of the columns of a table: digits of DECIMALs by the column's name. */
export type KnownTypes = ReadonlyMap<string, string>;

/** Whether an event leaves the digits of a DECIMAL open. */
export function lacksDigits({ type, precision }: Omit<Declared, "name">): boolean {
  return (type === "DECIMAL" || type === "DECIMAL64") && precision === undefined;
}

function typeText({ name, type, length, precision, scale }: Declared, known: KnownTypes): string {
  if (precision !== undefined) return `DECIMAL(${precision}, ${scale})`;
  if (lacksDigits({ type })) return known.get(name)!;
  // Of a BLOB the length is the server's, not declared.
  return length === undefined || type === "BLOB" ? type : `${type}(${length})`;
}

function storage({ encode, compress, level }: Pick<MetaColumn, "encode" | "compress" | "level">) {
  return [["encode", encode], ["compress", compress], ["level", level]]
    .map(([word, value]) => value === undefined ? "" : ` ${word} '${value}'`).join("");
}

function definition(column: MetaColumn, known: KnownTypes): string {
  const key = column.isPrimaryKey ? " primary key" : "";
  return `${id(column.name).text} ${typeText(column, known)}${key}${storage(column)}`;
}

/** Creates a super table or a table without one. A DECIMAL whose digits nobody knows any more is left out. */
export function createTable(
  event: CreateSuperTableEvent | CreateNormalTableEvent,
  known: KnownTypes,
): string {
  const list = (columns: readonly MetaColumn[]) =>
    columns.filter((column) => !lacksDigits(column) || known.has(column.name))
      .map((column) => definition(column, known)).join(", ");
  const table = `if not exists ${id(event.tableName).text} (${list(event.columns)})`;
  return event.tableType === "super"
    ? `create stable ${table} tags (${list(event.tags)})`
    : `create table ${table}`;
}

const verbs = {
  "add-column": "add column",
  "add-tag": "add tag",
  "drop-column": "drop column",
  "drop-tag": "drop tag",
  "rename-column": "rename column",
  "rename-tag": "rename tag",
  "resize-column": "modify column",
  "resize-tag": "modify tag",
  "set-compression": "modify column",
} as const;

/** Changes that are made by one statement without values. */
export type Alteration = AlterTableEvent & { change: keyof typeof verbs; column: string };

/** Whether an ALTER is one of those. */
export function isAlteration(event: AlterTableEvent): event is Alteration {
  return event.change in verbs && event.column !== undefined;
}

/** Alters the columns or tags of a table. */
export function alterTable(event: Alteration, known: KnownTypes): string {
  const { tableType, tableName, change, column, columnType, newName } = event;
  const kind = tableType === "super" ? "stable" : "table";
  const declared = columnType === undefined
    ? ""
    : ` ${typeText({ ...event, name: column, type: columnType }, known)}`;
  const renamed = newName === undefined ? "" : ` ${id(newName).text}`;
  return `alter ${kind} ${id(tableName).text} ${verbs[change]} ${
    id(column).text
  }${declared}${renamed}${storage(event)}`;
}
