/**
 * What a subscription tells of tables, carried out on another database.
 *
 * @module
 */
import { id } from "../sql/template.ts";
import type { AlterTableEvent, MetaEvent } from "../tmq/metadata.ts";
import { copyTags, createChildren } from "./child_tables.ts";
import { type Databases, saysMissing } from "./databases.ts";
import { follow } from "./follow.ts";
import { alterNormalTable, createNormalTable } from "./normal_tables.ts";
import { alterSuperTable, dropSuperTable } from "./super_tables.ts";

/**
 * Carries out an event.
 *
 * @param vgroupId The vgroup that tells it.
 * @returns How many statements it took; null when it does not say enough.
 */
export async function applyEvent(
  databases: Databases,
  event: MetaEvent,
  vgroupId: number,
): Promise<number | null> {
  switch (event.type) {
    case "create":
      switch (event.tableType) {
        case "super":
          return await follow(databases, event.tableName);
        case "normal":
          return await createNormalTable(databases, event);
        case "child":
          return await createChildren(databases, event.tables);
      }
      break;
    case "alter":
      return await alter(databases, event, vgroupId);
    case "drop":
      return await drop(databases, event.tableType, event.tableNames, vgroupId);
    case "delete":
      return await deleteRows(databases, event.sql);
    case "unknown":
      return null;
  }
}

async function alter(
  databases: Databases,
  event: AlterTableEvent,
  vgroupId: number,
): Promise<number | null> {
  const { tableType, tableName, change } = event;
  if (change === "set-tag" || change === "set-tags") return await setTags(databases, tableName);
  switch (tableType) {
    case "super":
      return await alterSuperTable(databases, event, vgroupId);
    case "normal":
      return await alterNormalTable(databases, event);
    case "child":
      return null;
  }
}

async function setTags(databases: Databases, table: string): Promise<number> {
  const superTable = await databases.superTableOf(table);
  return superTable ? await copyTags(databases, superTable, [table]) : 0;
}

async function drop(
  databases: Databases,
  tableType: "super" | "other",
  tables: readonly string[],
  vgroupId: number,
): Promise<number> {
  let statements = 0;
  for (const table of tables) {
    if (tableType === "super") {
      statements += await dropSuperTable(databases, table, vgroupId);
    } else {
      await databases.exec(`drop table if exists ${id(table).text}`);
      statements++;
    }
  }
  return statements;
}

async function deleteRows(databases: Databases, sql: string): Promise<number> {
  try {
    await databases.exec(sql);
    return 1;
  } catch (error) {
    if (saysMissing(error)) return 0;
    throw error;
  }
}
