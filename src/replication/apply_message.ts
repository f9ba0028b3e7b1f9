/**
 * Replication: a subscription's messages applied to another database.
 *
 * @module
 */
import type { MessageBlock } from "../codec/message_block.ts";
import type { Connection } from "../connection.ts";
import { DatabaseError, InterfaceError } from "../errors.ts";
import type { Message } from "../tmq/message.ts";
import type { MetaEvent } from "../tmq/metadata.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { hasColumn } from "./columns.ts";
import { insertBlock } from "./insert_block.ts";
import { comparePrecision } from "./precision.ts";
import { TableChanges } from "./table_changes.ts";

/** Between which databases a message is applied. */
export interface Replication {
  /**
   * A connection to the server that the messages come from. It is asked for what they do not tell: tags (64-bit numbers
   * are rounded in metadata), the digits of a DECIMAL, tables that are older than the topic's log.
   */
  source: Connection;
  /** A connection whose current database is to become the copy, and stays the current one. */
  target: Connection;
}

/** What became of a message. */
export interface AppliedMessage {
  /** Rows written. */
  rows: number;
  /** Statements that created, altered or dropped tables, or deleted rows. */
  statements: number;
  /** Events without effect: unknown ones, and those that the server does not tell enough about. */
  skipped: MetaEvent[];
}

/**
 * Applies a message to another database: creates, alters and drops its tables, deletes and writes its rows. Applying it
 * again changes nothing, so that a copy loses nothing when the message is committed behind it.
 *
 * What the target refuses because the source, too, has dropped the table or the column meanwhile is passed over. The
 * topic must be of a database or super table; without `with meta` the tables are made as the source has them now.
 *
 * Each vgroup tells of a super table at a time of its own. When one is dropped and created again under its name, copy
 * anew. A column of it that is dropped and added again with its type keeps its old values in the copy.
 *
 * @param message The message.
 * @param databases From where to where.
 * @param options Limits of each request.
 * @returns What was done.
 * @throws {InterfaceError} For rows of a query, which have no table; when the databases differ in precision; when the
 * digits of a DECIMAL cannot be known, as servers up to 3.3.7 do not tell them and it has another name by now.
 * @throws {DatabaseError} What the target refuses.
 * @example
 * ```ts
 * import { applyMessage, type Connection, type Consumer } from "@tdwire/client";
 *
 * async function copy(consumer: Consumer, source: Connection, target: Connection) {
 *   for await (const message of consumer) {
 *     const { rows } = await applyMessage(message, { source, target });
 *     await message.commit();
 *     console.log(rows, "rows,", await consumer.lag(), "log entries to go");
 *   }
 * }
 * ```
 */
export async function applyMessage(
  message: Message,
  databases: Replication,
  options: WaitOptions = {},
): Promise<AppliedMessage> {
  await comparePrecision(databases, message.database, options);
  const changes = new TableChanges(databases, message.database, options);
  const applied: AppliedMessage = { rows: 0, statements: 0, skipped: [] };
  for (const event of message.metadata) {
    const statements = await changes.apply(event);
    if (statements === null) applied.skipped.push(event);
    else applied.statements += statements;
  }
  for (const block of message.blocks) {
    applied.rows += await writeBlock(block, databases.target, changes, options);
  }
  return applied;
}

/** Writes the rows of a table; how many, 0 when it is gone. */
async function writeBlock(
  block: MessageBlock,
  target: Connection,
  changes: TableChanges,
  limits: WaitOptions,
): Promise<number> {
  const { table, rowCount, fields } = block;
  if (table === null) throw new InterfaceError("rows of a query have no table to be applied to");
  try {
    await insertBlock(target, table, block, limits);
    return rowCount;
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof InterfaceError)) throw error;
    const columns = await changes.targetColumns(table);
    if (columns === null) {
      if (!await changes.recover(table)) return 0;
      return await writeBlock(block, target, changes, limits);
    }
    const known = fields.filter((field) => hasColumn(columns, field));
    const source = await changes.sourceColumns(table) ?? [];
    if (fields.some((field) => !known.includes(field) && hasColumn(source, field))) throw error;
    // A statement that was prepared before the table changed is given up by its failure.
    await insertBlock(target, table, block.select(known.map(({ name }) => name)), limits);
    return rowCount;
  }
}
