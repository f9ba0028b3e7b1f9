/**
 * Columns and tags of tables, and their definitions as SQL.
 *
 * @module
 */
import type { MetaColumn } from "../tmq/metadata.ts";
import { id } from "../sql/template.ts";
import type { Field } from "../types.ts";

/** A column or tag. */
export interface TableColumn {
  readonly name: string;
  /** As DESCRIBE writes it, such as `DECIMAL(20, 4)`; the length is not in it. */
  readonly type: string;
  /** Of types that are declared with one: bytes, or characters for NCHAR. */
  readonly length: number | null;
  readonly isTag: boolean;
  /** Whether it is a second part of the primary key. */
  readonly isKey: boolean;
  /** How the server encodes and compresses it, as SQL; empty when it does not tell. */
  readonly storage: string;
}

type Storage = Pick<MetaColumn, "encode" | "compress" | "level">;

/** How a column is encoded and compressed, as SQL. */
export function storageText({ encode, compress, level }: Storage): string {
  return [["encode", encode], ["compress", compress], ["level", level]]
    .map(([word, value]) => value === undefined ? "" : ` ${word} '${value}'`).join("");
}

const sizedTypes: ReadonlySet<string> = new Set(["VARCHAR", "NCHAR", "VARBINARY", "GEOMETRY"]);

/** The declared length of a type that has one. */
export function declaredLength(type: string, length: number | undefined): number | null {
  return sizedTypes.has(type) ? length ?? null : null;
}

/** The type of a DECIMAL with its digits, as DESCRIBE writes it. */
export function typeText(
  { type, precision, scale }: Pick<Field, "type" | "precision" | "scale">,
): string {
  return precision === undefined ? type : `DECIMAL(${precision}, ${scale})`;
}

/** Whether the digits of a DECIMAL are not told. */
export function lacksDigits({ type, precision }: Pick<Field, "type" | "precision">): boolean {
  return (type === "DECIMAL" || type === "DECIMAL64") && precision === undefined;
}

/** Whether one of the columns is that of a row's field. */
export function hasField(columns: readonly TableColumn[], field: Field): boolean {
  const type = typeText(field);
  const length = declaredLength(type, field.length);
  return columns.some((column) =>
    column.name === field.name && !column.isTag && column.type === type &&
    (column.length ?? 0) >= (length ?? 0)
  );
}

/** A column's name and type. */
function nameAndType({ name, type, length }: TableColumn): string {
  return `${id(name).text} ${type}${length === null ? "" : `(${length})`}`;
}

/** Creates a table; one with tags is a super table. */
export function createTable(name: string, columns: readonly TableColumn[]): string {
  const list = (isTag: boolean) =>
    columns.filter((column) => column.isTag === isTag).map((column) =>
      `${nameAndType(column)}${column.isKey ? " primary key" : ""}${column.storage}`
    ).join(", ");
  const table = `if not exists ${id(name).text} (${list(false)})`;
  return columns.some(({ isTag }) => isTag)
    ? `create stable ${table} tags (${list(true)})`
    : `create table ${table}`;
}

/** One change of a column or tag, as it stands in an ALTER. */
export const columnChanges = {
  add: (column: TableColumn): string =>
    `add ${kindOf(column)} ${nameAndType(column)}${column.storage}`,
  drop: (column: TableColumn): string => `drop ${kindOf(column)} ${id(column.name).text}`,
  rename: (column: TableColumn, name: string): string =>
    `rename ${kindOf(column)} ${id(column.name).text} ${id(name).text}`,
  resize: (column: TableColumn): string => `modify ${kindOf(column)} ${nameAndType(column)}`,
  store: ({ name, storage }: TableColumn): string => `modify column ${id(name).text}${storage}`,
} as const;

function kindOf({ isTag }: TableColumn): "tag" | "column" {
  return isTag ? "tag" : "column";
}
