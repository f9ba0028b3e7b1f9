/**
 * INSERT statements with placeholders: what each value goes to.
 *
 * @module
 */
import { type Child, type Column, selfChild, type Table } from "./catalog.ts";
import { ServerError } from "./engine.ts";
import type { ExecutionContext } from "./execution_context.ts";
import { namedColumns } from "./insert.ts";
import type { InsertRow, InsertTarget, InsertValue, QualifiedName } from "./sql/ast.ts";
import { Code, insertError, tableNotExist, unsupported } from "./sql/errors.ts";
import { tagPlaces } from "./tag_values.ts";

/** One value of an INSERT's row: what it goes to, and how it is given. */
export interface Slot {
  kind: "tbname" | "tag" | "column";
  column: Column | null;
  value: InsertValue;
}

/** An INSERT with placeholders, once its table is known. */
export interface Template {
  table: Table;
  /** The table the SQL names; null when it is bound, or when the child named by `using` may still have to be created. */
  child: Child | null;
  name: string | null;
  slots: Slot[];
}

/** Works out what each value goes to. `name` is the table's, from the SQL or bound. */
export function makeTemplate(
  target: InsertTarget,
  name: QualifiedName | null,
  context: ExecutionContext,
): Template {
  const { catalog, database: current } = context;
  const { using } = target;
  const [row] = target.rows;
  if (row === undefined || target.rows.length > 1) {
    throw unsupported("several rows of placeholders");
  }
  if (using !== null) {
    const table = catalog.stable(
      using.stable,
      using.stable.qualifier ?? name?.qualifier ?? current,
    );
    return {
      table,
      child: null,
      name: name?.name ?? null,
      slots: [
        ...tagSlots(table, using),
        ...columnSlots(table, target.columns, row, false, context),
      ],
    };
  }
  const found = catalog.find(name!, current);
  const table = found.kind === "child" ? found.table : found;
  const byStable = found.kind === "stable";
  if (byStable && !target.columns?.includes("tbname")) throw tableNotExist();
  const child = byStable ? null : found.kind === "child" ? found : selfChild(found);
  return {
    table,
    child,
    name: null,
    slots: columnSlots(table, target.columns, row, byStable, context),
  };
}

function tagSlots(table: Table, using: NonNullable<InsertTarget["using"]>): Slot[] {
  const places = tagPlaces(table, using.tagNames);
  if (places.length !== using.tags.length) {
    throw new ServerError(Code.tagsNumber, "Tags number not matched");
  }
  return places.map((place, index) => ({
    kind: "tag",
    column: table.tags[place]!,
    value: using.tags[index]!,
  }));
}

/** The values of the row. In the super table's form `tbname` and tags stand among the columns. */
function columnSlots(
  table: Table,
  given: string[] | null,
  row: InsertRow,
  byStable: boolean,
  context: ExecutionContext,
): Slot[] {
  const names = given ?? table.columns.map(({ name }) => name);
  const tags = new Map(byStable ? table.tags.map((tag) => [tag.name, tag]) : []);
  const isTbname = (name: string): boolean => byStable && name === "tbname";
  const columns = new Map(
    namedColumns(table, names.filter((name) => !isTbname(name) && !tags.has(name))).map((
      column,
    ) => [column.name, column]),
  );
  if (names.length !== row.values.length) {
    throw insertError(context.sql.slice(row.end).trimEnd(), ", expected");
  }
  return names.map((name, index): Slot => {
    const value = row.values[index]!, tag = tags.get(name);
    if (isTbname(name)) return { kind: "tbname", column: null, value };
    return tag === undefined
      ? { kind: "column", column: columns.get(name)!, value }
      : { kind: "tag", column: tag, value };
  });
}
