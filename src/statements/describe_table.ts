/**
 * The columns of a table, for an INSERT that the server does not describe.
 *
 * @module
 */
import type { Call, Placeholder, QueryPort } from "../transports/transport.ts";

/**
 * Asks for no row of a table: the answer has the columns, and unlike DESCRIBE the precision of the database.
 *
 * @param table The table's name as it is bound: bare, or with back-quotes.
 */
export async function describeTable(port: QueryPort, table: string, call: Call): Promise<Placeholder[]> {
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
