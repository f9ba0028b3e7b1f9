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
import type { TableColumn } from "./columns.ts";

/** A column with all that its definition needs. */
type Declared = Pick<MetaColumn, "name" | "length" | "precision" | "scale"> & {
  readonly type: DataTypeName;
};

/** A column that an event tells of. */
export type OpenColumn = Omit<Declared, "length">;

/** Types of DECIMALs, with their digits, by the column's name. */
export type KnownTypes = ReadonlyMap<string, string>;

/** For values of a column that is gone: they will be dropped by a later event. */
const goneType = "DECIMAL(38, 10)";

/**
 * Types of the DECIMALs whose digits an event leaves open. A column may have another name by now: then it is one of
 * those that the event does not tell of, and gets a type that holds the values of each of them.
 */
export function openTypes(
  told: readonly OpenColumn[],
  present: readonly TableColumn[],
): KnownTypes {
  const decimals = present.filter(({ type }) => type.startsWith("DECIMAL"));
  const known = new Map(decimals.map(({ name, type }) => [name, type]));
  const others = decimals.filter(({ name }) => told.every((column) => column.name !== name));
  const [any = goneType, ...more] = new Set(others.map(({ type }) => type));
  const scales = others.map(({ type }) => Number(/(\d+)\)$/.exec(type)?.[1] ?? 0));
  const type = more.length === 0 ? any : `DECIMAL(38, ${Math.max(...scales)})`;
  const open = told.filter((column) => lacksDigits(column) && !known.has(column.name));
  return new Map([...known, ...open.map(({ name }): [string, string] => [name, type])]);
}

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

/** Creates a super table or a table without one. */
export function createTable(
  event: CreateSuperTableEvent | CreateNormalTableEvent,
  known: KnownTypes,
): string {
  const list = (columns: readonly MetaColumn[]) =>
    columns.map((column) => definition(column, known)).join(", ");
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
