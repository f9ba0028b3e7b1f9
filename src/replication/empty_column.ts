/**
 * Emptying a column that cannot be dropped.
 *
 * @module
 */
import { id } from "../sql/template.ts";
import type { TableColumn } from "./columns.ts";
import type { Databases } from "./databases.ts";
import { insertLiterals } from "./insert_block.ts";
import { valuesOf } from "./values.ts";

/** Makes all values of a column NULL. */
export async function emptyColumn(
  databases: Databases,
  table: string,
  columns: readonly TableColumn[],
  column: string,
): Promise<void> {
  const keys = columns.filter(({ isKey }, index) => index === 0 || isKey).map(({ name }) => name);
  const list = keys.map((name) => id(name).text).join(", ");
  const sql = `select ${list} from ${id(table).text} where ${id(column).text} is not null`;
  const { batch } = await databases.target.query(sql, [], databases.limits);
  if (batch.rowCount === 0) return;
  const nulls = new Array<null>(batch.rowCount).fill(null);
  const values = [...batch.columns.map(valuesOf), nulls];
  await insertLiterals(databases, table, [...keys, column], values);
}
