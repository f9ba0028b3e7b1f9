/**
 * Replication: a subscription's messages applied to another database.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import type { Message } from "../tmq/message.ts";
import type { MetaEvent } from "../tmq/metadata.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { Databases } from "./databases.ts";
import { comparePrecision } from "./precision.ts";
import { writeRows } from "./rows.ts";
import { applyEvent } from "./table_changes.ts";

/** Between which databases a message is applied. */
export interface Replication {
  /**
   * A connection to the server that the messages come from. It is asked for what they do not tell: tags (64-bit numbers
   * are rounded in metadata), super tables, tables that are older than the topic's log.
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
 * Applies a message to another database: creates, alters and drops its tables, deletes and writes its rows. When messages
 * come again the copy is in the end what it was, so that it loses nothing when each is committed behind it.
 *
 * Super tables and tags become what the source has now, because each vgroup tells of them at a time of its own. Tables
 * without a super table change as they are told. Values of columns that the source has dropped meanwhile are passed
 * over. The topic must be of a database or super table; without `with meta` tables are made as the source has them now.
 *
 * Messages tell names alone. Copy anew when a child table's name is given again under another super table, behind a DROP
 * of the first, when a super table is created again with another time column or with a JSON tag in place of others, and
 * when messages come again in which a renamed column takes a name that another one had.
 *
 * @param message The message.
 * @param databases From where to where.
 * @param options Limits of each request.
 * @returns What was done.
 * @throws {InterfaceError} For rows of a query, which have no table; when the databases differ in precision; for NaN and
 * the infinities where the target cannot bind values.
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
  const both = new Databases(databases, message.database, options);
  const applied: AppliedMessage = { rows: 0, statements: 0, skipped: [] };
  for (const event of message.metadata) {
    const statements = await applyEvent(both, event, message.vgroupId);
    if (statements === null) applied.skipped.push(event);
    else applied.statements += statements;
  }
  for (const block of message.blocks) applied.rows += await writeRows(both, block, message.topic);
  return applied;
}
