/**
 * What a statement must ask the server first: the columns of a table that it does not describe, and where it is.
 *
 * @module
 */
import type { Call, Placeholder, QueryPort } from "../transports/transport.ts";

/** Asks for the current database. */
export async function currentDatabase(port: QueryPort, call: Call): Promise<string | null> {
  const { rows } = await port.execute("select database()", call);
  const batch = await rows?.next(call);
  rows?.free();
  const name = batch !== null && batch !== undefined && batch.rowCount > 0
    ? batch.column(0).get(0)
    : null;
  return typeof name === "string" && name !== "" ? name : null;
}

/**
 * Asks for no row of a table: the answer has the columns, and unlike DESCRIBE the precision of the database.
 *
 * @param table The table's name as it is bound: bare, or with back-quotes.
 */
export async function describeTable(
  port: QueryPort,
  table: string,
  call: Call,
): Promise<Placeholder[]> {
  const name = table.includes("`") ? table : `\`${table}\``;
  const { rows } = await port.execute(`select * from ${name} limit 0`, call);
  rows?.free();
  const isTime = (type: string) => type === "TIMESTAMP";
  return (rows?.fields ?? []).map((field) => ({
    field,
    role: "column",
    precision: isTime(field.type) ? rows!.precision : null,
  }));
}
