/**
 * The tag values of child tables: those given for a new one, and those stored.
 *
 * @module
 */
import { type Table, tagTable } from "./catalog.ts";
import { type Cell, ServerError } from "./engine.ts";
import type { InsertValue } from "./sql/ast.ts";
import { Code } from "./sql/errors.ts";
import { asText } from "./sql/typed.ts";
import { Type } from "./sql/types.ts";
import { convertValue, type ValueContext } from "./sql/values.ts";
import type { Store } from "./store.ts";

/** Returns the failure for a tag nobody has, in CREATE TABLE. */
function unknownTag(name: string): ServerError {
  return new ServerError(Code.unknownTag, `Invalid tag name: ${name}`);
}

/** Returns the place of each named tag in the super table; all tags without names. */
export function tagPlaces(
  table: Table,
  names: string[] | null,
  unknown: (name: string) => ServerError = unknownTag,
): number[] {
  if (names === null) return table.tags.map((_, index) => index);
  return names.map((name) => {
    const index = table.tags.findIndex((tag) => tag.name === name);
    if (index < 0) throw unknown(name);
    return index;
  });
}

/** Returns one cell a tag of the super table; tags that are not named are NULL. */
export function tagValues(
  table: Table,
  names: string[] | null,
  values: InsertValue[],
  context: ValueContext,
): Cell[] {
  const places = tagPlaces(table, names);
  if (places.length !== values.length) {
    throw new ServerError(Code.tagsNumber, "Tags number not matched");
  }
  const cells: Cell[] = table.tags.map(() => null);
  places.forEach((place, index) => {
    cells[place] = convertValue(values[index]!, table.tags[place]!, context);
  });
  return cells;
}

/** Returns the children of a super table with their tag values as text. */
export async function tagTexts(
  store: Store,
  stable: Table,
): Promise<[name: string, values: (string | null)[]][]> {
  const values = stable.tags.map(({ store: column, type }) =>
    `${asText({ sql: column, type, bytes: type.code === Type.varchar, constant: false })}`
  );
  const connection = await store.acquire();
  try {
    const result = await connection.runAndReadAll(
      `SELECT _name, ${values.join(", ")} FROM ${tagTable(stable)} ORDER BY _tid`,
    );
    return result.getRows().map(([name, ...texts]) => [name as string, texts as (string | null)[]]);
  } finally {
    store.release(connection);
  }
}
