/**
 * Making a table what the source's is.
 *
 * @module
 */
import { id } from "../sql/template.ts";
import { createTable } from "./columns.ts";
import type { Databases } from "./databases.ts";
import { differences } from "./differences.ts";

/** Makes a table what the source's is now, unless that is gone; how many statements it took. */
export async function follow(databases: Databases, table: string): Promise<number> {
  const wanted = await databases.sourceColumns(table);
  if (wanted === null) return 0;
  const columns = await databases.targetColumns(table);
  if (columns === null) {
    await databases.exec(createTable(table, wanted));
    return 1;
  }
  const kind = wanted.some(({ isTag }) => isTag) ? "stable" : "table";
  const changes = differences(columns, wanted);
  for (const change of changes) await databases.exec(`alter ${kind} ${id(table).text} ${change}`);
  return changes.length;
}
