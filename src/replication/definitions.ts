/**
 * Definitions of tables and columns as SQL.
 *
 * @module
 */
import type { DataTypeName } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
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

/**
 * Types of the DECIMALs whose digits an event leaves open, as the source has them now. A column that the source does not
 * have under its name has another one by now, or is gone: when it can be none of the others it has no type here.
 *
 * @param event Says what kind of table it is: columns of a super table keep their names.
 * @param open The columns that the event tells the types of.
 * @param columns All columns that the table has by then.
 * @param present The columns that the source has now.
 * @throws {InterfaceError} When it may be one of several with different digits; it names the column.
 */
export function openTypes(
  { tableType }: Pick<AlterTableEvent, "tableType">,
  open: readonly OpenColumn[],
  columns: readonly { readonly name: string }[],
  present: readonly TableColumn[],
): KnownTypes {
  const decimals = present.filter(({ type }) => type.startsWith("DECIMAL"));
  const known = new Map(decimals.map(({ name, type }) => [name, type]));
  const others = tableType === "super"
    ? []
    : decimals.filter((decimal) => columns.every(({ name }) => name !== decimal.name));
  const [type, ...more] = new Set(others.map((column) => column.type));
  if (type === undefined) return known;
  for (const { name } of open.filter(lacksDigits).filter((column) => !known.has(column.name))) {
    if (more.length > 0) {
      throw new InterfaceError(
        `the digits of column ${JSON.stringify(name)} are not told, and the source has no ` +
          `column of that name, but some that it may have become: ${[type, ...more].join(" or ")}`,
      );
    }
    known.set(name, type);
  }
  return known;
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

/**
 * Whether a table is already as an ALTER makes it: messages come again, and each vgroup tells of a super table.
 *
 * @param columns The columns that the target has.
 * @param present The columns that the source has now.
 */
export function isDone(
  { tableType, change, column, newName, length = 0 }: Alteration,
  columns: readonly TableColumn[],
  present: readonly TableColumn[],
): boolean {
  const find = (list: readonly TableColumn[]) =>
    list.find(({ name, isTag }) => name === column && isTag === change.endsWith("-tag"));
  const own = find(columns);
  switch (change) {
    case "add-column":
    case "add-tag":
      return own !== undefined;
    case "drop-column":
    case "drop-tag":
      // Another vgroup may have told that it was added again: then it has values.
      return own === undefined || tableType === "super" && find(present)?.type === own.type;
    case "rename-column":
    case "rename-tag":
      // Another vgroup may have told of further changes of both names.
      return own === undefined || columns.some(({ name }) => name === newName);
    case "resize-column":
    case "resize-tag":
      return (own?.length ?? length) >= length;
    case "set-compression":
      return own === undefined;
  }
}
