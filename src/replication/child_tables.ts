/**
 * Child tables of the copy, with the tags that the source's have now: metadata tells numbers as doubles, and bytes as
 * text.
 *
 * @module
 */
import type { Connection } from "../connection.ts";
import type { SqlValue } from "../sql/param.ts";
import { id, type Identifier } from "../sql/template.ts";
import type { CreatedChildTable } from "../tmq/metadata.ts";
import type { TableColumn } from "./columns.ts";
import { type Databases, portions } from "./databases.ts";
import { follow } from "./follow.ts";
import { literalOf, valuesOf } from "./values.ts";

/** Tag values of tables, by table and name. */
type Tags = ReadonlyMap<string, ReadonlyMap<string, SqlValue>>;

/** Creates child tables that are not there; how many statements it took. */
export async function createChildren(
  databases: Databases,
  tables: readonly Pick<CreatedChildTable, "tableName" | "using">[],
): Promise<number> {
  let statements = 0;
  for (const superTable of new Set(tables.map(({ using }) => using))) {
    const own = tables.filter(({ using }) => using === superTable);
    statements += await createChildrenOf(databases, superTable, own.map((own) => own.tableName));
  }
  return statements;
}

async function createChildrenOf(
  databases: Databases,
  superTable: string,
  tables: readonly string[],
): Promise<number> {
  let columns = await databases.targetColumns(superTable);
  if (columns === null) {
    // Without it on the source, too, its tables are gone.
    if (await follow(databases, superTable) === 0) return 0;
    columns = await databases.targetColumns(superTable) ?? [];
  }
  const names = tagNames(columns);
  const list = names.map((name) => id(name).text).join(", ");
  const marks = names.map(() => "?").join(", ");
  let statements = 0;
  for (const some of portions(tables)) {
    for (const [table, tags] of await sourceTags(databases, superTable, some)) {
      const head = `create table if not exists ${id(table).text} using ${id(superTable).text}`;
      // A tag that the source does not have any more is NULL until its change is told.
      const values = names.map((name) => tags.get(name) ?? null);
      await databases.exec(`${head} (${list}) tags (${marks})`, values);
      statements++;
    }
  }
  return statements;
}

/** Sets the tags of child tables to the source's, where they differ; how many statements it took. */
export async function copyTags(
  databases: Databases,
  superTable: string,
  tables: readonly string[],
): Promise<number> {
  const { target, limits } = databases;
  const columns = await databases.targetColumns(superTable) ?? [];
  let statements = 0;
  for (const some of portions(tables)) {
    const present = await sourceTags(databases, superTable, some);
    for (const [table, own] of await readTags(target, id(superTable), columns, some, limits)) {
      for (const [name, old] of own) {
        const value = present.get(table)?.get(name);
        if (value === undefined || literalOf(value) === literalOf(old)) continue;
        await databases.exec(`alter table ${id(table).text} set tag ${id(name).text} = ?`, [value]);
        statements++;
      }
    }
  }
  return statements;
}

function tagNames(columns: readonly TableColumn[]): string[] {
  return columns.filter(({ isTag }) => isTag).map(({ name }) => name);
}

/** The present tags of the source's child tables; of those that it does not have there are none. */
async function sourceTags(
  databases: Databases,
  superTable: string,
  tables: readonly string[],
): Promise<Tags> {
  const columns = await databases.sourceColumns(superTable) ?? [];
  const name = databases.inSource(superTable);
  return await readTags(databases.source, name, columns, tables, databases.limits);
}

async function readTags(
  db: Connection,
  superTable: Identifier,
  columns: readonly TableColumn[],
  tables: readonly string[],
  limits: Databases["limits"],
): Promise<Tags> {
  const names = tagNames(columns);
  if (names.length === 0) return new Map();
  const owned = tables.map(literalOf).join(", ");
  const list = names.map((name) => id(name).text).join(", ");
  const sql = `select distinct tbname, ${list} from ${superTable.text} where tbname in (${owned})`;
  const { batch } = await db.query(sql, [], limits);
  const [owners, ...values] = batch.columns.map(valuesOf);
  return new Map(
    owners!.map((_, row) => [
      String(batch.column(0).get(row)),
      new Map(names.map((name, i) => [name, values[i]![row]!])),
    ]),
  );
}
