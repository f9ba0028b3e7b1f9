/**
 * A message's rows, written into the copy.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import { DatabaseError, InterfaceError } from "../errors.ts";
import { createChildren } from "./child_tables.ts";
import { hasField, type TableColumn } from "./columns.ts";
import type { Databases } from "./databases.ts";
import { follow } from "./follow.ts";
import { insertBlock } from "./insert_block.ts";
import { fitColumns } from "./normal_tables.ts";
import { literalOf } from "./values.ts";

/**
 * Writes the rows of a table; how many, 0 when it is gone. Values of columns that it has no more are passed over.
 *
 * @param topic The topic that tells of the rows.
 */
export async function writeRows(
  databases: Databases,
  block: MessageBlock,
  topic: string,
): Promise<number> {
  const { table, rowCount, fields } = block;
  if (table === null) throw new InterfaceError("rows of a query have no table to be applied to");
  // A DECIMAL would be rounded to other digits without an error.
  if (fields.every(({ precision }) => precision === undefined)) {
    try {
      await insertBlock(databases, table, block);
      return rowCount;
    } catch (error) {
      if (!(error instanceof DatabaseError || error instanceof InterfaceError)) throw error;
    }
  }
  const columns = await preparedColumns(databases, table, fields, topic);
  if (columns === null) return 0;
  const known = fields.filter((field) => hasField(columns, field));
  await insertBlock(databases, table, block.select(known.map(({ name }) => name)));
  return rowCount;
}

/** The columns of the target's table, which is made ready for the rows; null when it is gone. */
async function preparedColumns(
  databases: Databases,
  table: string,
  fields: MessageBlock["fields"],
  topic: string,
): Promise<TableColumn[] | null> {
  const columns = await databases.targetColumns(table);
  if (columns && fields.every((field) => hasField(columns, field))) return columns;
  const superTable = await databases.superTableOf(table);
  if (superTable === undefined) return columns;
  if (superTable !== null) {
    await follow(databases, superTable);
    if (columns === null) {
      await createChildren(databases, [{ tableName: table, using: superTable }]);
    }
  } else if (columns === null || !await tellsTables(databases, topic)) {
    await follow(databases, table);
  } else {
    await fitColumns(databases, table, columns, fields);
  }
  return await databases.targetColumns(table);
}

/** Whether a topic tells of changes of tables, too, which then come in front of the rows. */
async function tellsTables({ source, limits }: Databases, topic: string): Promise<boolean> {
  const sql = "select `meta` from information_schema.ins_topics " +
    `where topic_name = ${literalOf(topic)}`;
  return await source.query(sql, [], limits).value<string>() !== "no";
}
