/**
 * The tag values of a child table to be created.
 *
 * @module
 */
import type { Table } from "./catalog.ts";
import { type Cell, ServerError } from "./engine.ts";
import type { InsertValue } from "./sql/ast.ts";
import { Code } from "./sql/errors.ts";
import { convertValue, type ValueContext } from "./sql/values.ts";

/** Returns the place of each named tag in the super table; all tags without names. */
export function tagPlaces(table: Table, names: string[] | null): number[] {
  if (names === null) return table.tags.map((_, index) => index);
  return names.map((name) => {
    const index = table.tags.findIndex((tag) => tag.name === name);
    if (index < 0) throw new ServerError(Code.invalidTagName, `Invalid tag name: ${name}`);
    return index;
  });
}

/** Returns one cell a tag of the super table; tags that are not named are NULL. */
export function tagValues(table: Table, names: string[] | null, values: InsertValue[], context: ValueContext): Cell[] {
  const places = tagPlaces(table, names);
  if (places.length !== values.length) throw new ServerError(Code.tagsNumber, "Tags number not matched");
  const cells: Cell[] = table.tags.map(() => null);
  places.forEach((place, index) => {
    cells[place] = convertValue(values[index]!, table.tags[place]!, context);
  });
  return cells;
}
