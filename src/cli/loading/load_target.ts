/**
 * Where `tdwire write` puts rows, and what can be known to be wrong with that before any row is written.
 *
 * @module
 */

import {
  type Connection,
  type Field,
  id,
  type Identifier,
  InterfaceError,
  isTaosError,
} from "../../../mod.ts";
import { familyOf } from "../../errors/family.ts";
import { nearest } from "../../internal/nearest.ts";
import { suggestion } from "../usage.ts";

/** Name of the column that spreads rows over the child tables of a super table. */
export const tableNameColumn = "tbname";

/** Where rows go. */
export interface LoadTarget {
  /** The table; the super table when rows have a `tbname`. */
  readonly table: string;
  /** Super table of which `table` is made. */
  readonly using: string | undefined;
  /** Cells that all rows have, by column name: tags, for the most part. */
  readonly constants: ReadonlyMap<string, string>;
  /** IANA time zone of times that tell none. */
  readonly timeZone: string | undefined;
}

/**
 * Checks that columns of these names can go where the options say.
 *
 * @param names Columns of the rows.
 * @param target Where they go.
 * @param isSuper Whether that is a super table, without a name of a child.
 * @throws {InterfaceError} when they cannot, whatever columns the table has.
 */
export function requireFit(
  names: readonly string[],
  { table, using, constants }: LoadTarget,
  isSuper: boolean,
): void {
  const twice = names.find((name) => constants.has(name));
  if (twice !== undefined) {
    throw new InterfaceError(
      `--tag gives ${JSON.stringify(twice)}, and the rows have a column of that name`,
    );
  }
  const isNaming = names.includes(tableNameColumn) || constants.has(tableNameColumn);
  if (isNaming && using !== undefined) {
    throw new InterfaceError(
      "rows with a tbname name their tables themselves: name the super table by --table, without --using",
    );
  }
  if (!isNaming && isSuper) {
    throw new InterfaceError(
      `${table} is a super table: rows need a tbname column, or --using ${table} with --table for a child`,
    );
  }
}

/** Checks that the cells which all rows have are columns or tags of the table. */
export function requireConstants(
  { table, using, constants }: LoadTarget,
  fields: readonly Field[],
): void {
  const known = [...fields.map(({ name }) => name), tableNameColumn];
  const stranger = [...constants.keys()].find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const advice = using === undefined
    ? "; for a tag, --tag needs --using with the super table"
    : suggestion(nearest(stranger, known));
  throw new InterfaceError(
    `--tag gives ${JSON.stringify(stranger)}, and ${using ?? table} has no such column${advice}`,
  );
}

/** Whether a table is a super table; a server that does not tell refuses its rows later. */
export async function isSuperTable(db: Connection, table: string): Promise<boolean> {
  const created = await db.sql`show create table ${tableId(table)}`.catch(() => undefined);
  return /^create stable/i.test(String(created?.toArrays()[0]?.[1]));
}

/** What the server says of a table that is not there, and how `--tag` would make it. */
export function withAdvice(error: unknown, { using, constants }: LoadTarget): unknown {
  const isMissing = isTaosError(error) && familyOf(error.code) === "programming";
  if (isMissing && using === undefined && constants.size > 0) {
    error.message += "; to make it, --tag needs --using with the super table";
  }
  return error;
}

/** A name, or `database.table`: a point cannot be part of either. */
export function tableId(name: string): Identifier {
  return id(...name.split("."));
}
