/**
 * Tag values of child tables, as the source has them: metadata tells numbers as doubles, and bytes as text.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import type { SqlValue } from "../sql/param.ts";
import { id, type Identifier } from "../sql/template.ts";
import type { WaitOptions } from "../writer/writer_options.ts";
import { columnsOf } from "./columns.ts";
import { literalOf, valuesOf } from "./values.ts";

/** A table's tags by name. */
export type Tags = ReadonlyMap<string, SqlValue>;

/** The present tags of child tables, by table; those that the server does not have are missing. */
export async function readTags(
  db: Connection,
  superTable: Identifier,
  tables: readonly string[],
  limits: WaitOptions,
): Promise<Map<string, Tags>> {
  const names = (await columnsOf(db, superTable, limits) ?? [])
    .filter(({ isTag }) => isTag).map(({ name }) => name);
  if (names.length === 0) return new Map();
  const owned = tables.map(literalOf).join(", ");
  const tags = names.map((name) => id(name).text).join(", ");
  const sql = `select distinct tbname, ${tags} from ${superTable.text} where tbname in (${owned})`;
  const { batch } = await db.query(sql, [], limits);
  const [owners, ...columns] = batch.columns;
  const values = columns.map(valuesOf);
  return new Map(
    owners!.toArray().map((owner, row) => [
      String(owner),
      new Map(names.map((name, i) => [name, values[i]![row]!])),
    ]),
  );
}

/**
 * Creates a child table, unless it is there. Tags under a name that the source does not have any more are NULL, until
 * the change of the name is told.
 */
export function createChild(
  table: string,
  superTable: string,
  names: readonly string[],
  tags: Tags,
): { sql: string; params: SqlValue[] } {
  const list = names.map((name) => id(name).text).join(", ");
  const marks = names.map(() => "?").join(", ");
  const head = `create table if not exists ${id(table).text} using ${id(superTable).text}`;
  const params = names.map((name) => tags.get(name) ?? null);
  return { sql: `${head} (${list}) tags (${marks})`, params };
}
