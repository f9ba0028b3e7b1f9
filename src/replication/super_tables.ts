/**
 * Super tables of the copy: what the source's are now.
 *
 * Each vgroup tells of a super table in its own time, so its events say only that there is something to see. Columns of
 * super tables keep their names, and tags of child tables are the source's present ones, so that nothing is lost.
 *
 * @module
 */
import { id } from "../sql/template.ts";
import type { AlterTableEvent } from "../tmq/metadata.ts";
import { copyTags } from "./child_tables.ts";
import type { Databases } from "./databases.ts";
import { emptyColumn } from "./empty_column.ts";
import { follow } from "./follow.ts";

/** Carries out an ALTER that a vgroup tells of; null when it is of none of the columns. */
export async function alterSuperTable(
  databases: Databases,
  { tableName, change, column }: AlterTableEvent,
  vgroupId: number,
): Promise<number | null> {
  switch (change) {
    case "add-column":
    case "resize-column":
    case "resize-tag":
    case "set-compression":
      return await follow(databases, tableName);
    case "drop-column":
      return await follow(databases, tableName) +
        await emptyAgain(databases, tableName, column!, vgroupId);
    case "add-tag":
    case "drop-tag":
    case "rename-tag":
      return await follow(databases, tableName) + await copyAllTags(databases, tableName);
    default:
      return null;
  }
}

/** Drops what a super table has in a vgroup; with the last of that itself, unless the source has it again. */
export async function dropSuperTable(
  databases: Databases,
  table: string,
  vgroupId: number,
): Promise<number> {
  if (await databases.targetColumns(table) === null) return 0;
  const children = await databases.targetChildren(table);
  const vgroups = await databases.vgroupsOf(children);
  // Of tables that are gone there is nothing to come.
  const own = children.filter((child) => (vgroups.get(child) ?? vgroupId) === vgroupId);
  if (own.length === children.length && await databases.sourceColumns(table) === null) {
    await databases.exec(`drop stable if exists ${id(table).text}`);
    return 1;
  }
  for (const child of own) await databases.exec(`drop table if exists ${id(child).text}`);
  return own.length;
}

/** Empties a column that was added again behind its drop, in the tables of the vgroup that tells of the drop. */
async function emptyAgain(
  databases: Databases,
  superTable: string,
  column: string,
  vgroupId: number,
): Promise<number> {
  const columns = await databases.targetColumns(superTable) ?? [];
  if (columns.every(({ name, isTag }) => isTag || name !== column)) return 0;
  const vgroups = await databases.vgroupsOf(await databases.targetChildren(superTable));
  let statements = 0;
  for (const [child, vgroup] of vgroups) {
    if (vgroup !== vgroupId) continue;
    await emptyColumn(databases, child, columns, column);
    statements++;
  }
  return statements;
}

async function copyAllTags(databases: Databases, superTable: string): Promise<number> {
  if (await databases.targetColumns(superTable) === null) return 0;
  return await copyTags(databases, superTable, await databases.targetChildren(superTable));
}
