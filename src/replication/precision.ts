/**
 * Whether source and target count time in the same units.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import { InterfaceError } from "../errors.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import type { Replication } from "./apply_message.ts";
import { literalOf } from "./values.ts";

/** Sources that a target was compared with, by database: a precision never changes, and messages are many. */
const compared = new WeakMap<Connection, Map<string, Connection>>();

/**
 * Compares the precision of source and target, once a copy: a coarser target would make one row of several, and deletes
 * would miss.
 *
 * @throws {InterfaceError} When they differ, or when there is no such database.
 */
export async function comparePrecision(
  { source, target }: Replication,
  database: string,
  limits: WaitOptions,
): Promise<void> {
  const sources = compared.get(target) ?? new Map<string, Connection>();
  if (sources.get(database) === source) return;
  const copy = await target.currentDatabase(limits);
  if (copy === null) throw new InterfaceError("the target has no current database");
  const [from, to] = [
    await precisionOf(source, database, limits),
    await precisionOf(target, copy, limits),
  ];
  if (from !== to) {
    throw new InterfaceError(
      `timestamps of the source's database ${JSON.stringify(database)} are in ${from}, those of ` +
        `the target's ${JSON.stringify(copy)} in ${to}`,
    );
  }
  compared.set(target, sources.set(database, source));
}

async function precisionOf(
  db: Connection,
  database: string,
  limits: WaitOptions,
): Promise<string> {
  const sql = "select `precision` from information_schema.ins_databases " +
    `where name = ${literalOf(database)}`;
  const precision = await db.query(sql, [], limits).value<string>();
  if (precision) return precision;
  throw new InterfaceError(`there is no database ${JSON.stringify(database)}`);
}
