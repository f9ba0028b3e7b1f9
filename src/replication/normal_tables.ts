/**
 * Tables without a super table: their changes are carried out as they are told, because columns change their names.
 *
 * All that happens to such a table stands in one vgroup's log. When a part of it is told again the table is as at its
 * end: a change is passed over where it finds its outcome, and what a later one undoes is told again behind it.
 *
 * @module
 */
import { id } from "../sql/template.ts";
import type { AlterTableEvent, CreateNormalTableEvent, MetaColumn } from "../tmq/metadata.ts";
import type { Field } from "../types.ts";
import {
  columnChanges as changes,
  createTable,
  declaredLength,
  lacksDigits,
  storageText,
  type TableColumn,
  typeText,
} from "./columns.ts";
import type { Databases } from "./databases.ts";
import { differences } from "./differences.ts";
import { emptyColumn } from "./empty_column.ts";

/** Creates a table, unless it is there. */
export async function createNormalTable(
  databases: Databases,
  { tableName, columns }: CreateNormalTableEvent,
): Promise<number> {
  const present = columns.some(lacksDigits) ? await databases.sourceColumns(tableName) : null;
  const own = columns.map((column) => toColumn(column, columns, present ?? []));
  await databases.exec(createTable(tableName, own));
  return 1;
}

/** Carries out an ALTER; null when it is of none of the columns. */
export async function alterNormalTable(
  databases: Databases,
  event: AlterTableEvent,
): Promise<number | null> {
  const { tableName, column } = event;
  const columns = await databases.targetColumns(tableName);
  // It is older than the log: its rows will have it made as it is now.
  if (columns === null) return 0;
  const change = await changeOf(databases, event, columns);
  if (change === undefined) return null;
  if (change === null) return 0;
  if (change === "empty") await emptyColumn(databases, tableName, columns, column!);
  else await databases.exec(`alter table ${id(tableName).text} ${change}`);
  return 1;
}

/** A change of columns as SQL, or `"empty"`; null when it is done, undefined when it is none. */
async function changeOf(
  databases: Databases,
  event: AlterTableEvent,
  columns: readonly TableColumn[],
): Promise<string | null | undefined> {
  const { tableName, change, column: name, columnType: type, newName } = event;
  const own = columns.find((column) => column.name === name);
  switch (change) {
    case "add-column": {
      if (own) return null;
      const told = { ...event, name: name!, type: type! };
      const present = lacksDigits(told) ? await databases.sourceColumns(tableName) : null;
      return changes.add(toColumn(told, columns, present ?? []));
    }
    case "drop-column":
      if (!own) return null;
      // There was another column then, which is gone by now, as this one had been for a time.
      return columns.length > 2 ? changes.drop(own) : "empty";
    case "rename-column":
      return own && columns.every((column) => column.name !== newName)
        ? changes.rename(own, newName!)
        : null;
    case "resize-column": {
      const length = event.length ?? 0;
      return own && (own.length ?? length) < length ? changes.resize({ ...own, length }) : null;
    }
    case "set-compression":
      return own ? changes.store({ ...own, storage: storageText(event) }) : null;
    default:
      return undefined;
  }
}

/**
 * A column as it was told. Servers up to 3.3.7 do not tell the digits of a DECIMAL: they are those of the source's column
 * of that name, or of one that it may have become. What is wrong in that the first row will show.
 *
 * @param columns The columns that the table has by then.
 * @param present The columns that the source has now.
 */
function toColumn(
  told: MetaColumn,
  columns: readonly { readonly name: string }[],
  present: readonly TableColumn[],
): TableColumn {
  const decimals = present.filter(({ type }) => type.startsWith("DECIMAL"));
  const found = decimals.find(({ name }) => name === told.name) ??
    decimals.find((decimal) => columns.every(({ name }) => name !== decimal.name));
  const type = lacksDigits(told) ? found?.type ?? "DECIMAL(38, 0)" : typeText(told);
  return {
    name: told.name,
    type,
    length: declaredLength(type, told.length),
    isTag: false,
    isKey: told.isPrimaryKey ?? false,
    storage: storageText(told),
  };
}

/** Gives columns the digits and lengths that they have in rows: of a DECIMAL's digits the first rows are what tells. */
export async function fitColumns(
  databases: Databases,
  table: string,
  columns: readonly TableColumn[],
  fields: readonly Field[],
): Promise<void> {
  const wanted = columns.map((column) => {
    const field = fields.find(({ name }) => name === column.name);
    if (field?.precision !== undefined && column.type.startsWith("DECIMAL")) {
      return { ...column, type: typeText(field) };
    }
    const length = field?.type === column.type ? declaredLength(field.type, field.length) : null;
    return length === null ? column : { ...column, length: Math.max(length, column.length ?? 0) };
  });
  for (const change of differences(columns, wanted)) {
    await databases.exec(`alter table ${id(table).text} ${change}`);
  }
}
