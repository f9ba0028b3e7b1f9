/**
 * What makes the columns of one table those of another.
 *
 * @module
 */
import { columnChanges as change, type TableColumn } from "./columns.ts";

/** Stand in where all other columns, or all tags, are replaced: servers do not drop the last. */
const spares: readonly TableColumn[] = [
  { name: "tdwire_spare_column", isTag: false },
  { name: "tdwire_spare_tag", isTag: true },
].map((named) => ({ ...named, type: "BOOL", length: null, isKey: false, storage: "" }));

/**
 * The changes of columns and tags, in an order that servers take.
 *
 * Columns that stay are known by name. Of tags the order counts, too: their values can be had again, and a JSON tag can
 * only be renamed.
 *
 * @param own The columns that the table has.
 * @param wanted The columns that it is to have.
 */
export function differences(
  own: readonly TableColumn[],
  wanted: readonly TableColumn[],
): string[] {
  const kept = new Map([...keptColumns(own, wanted), ...keptTags(own, wanted)]);
  const olds = [...kept.keys()];
  const staying = new Set(kept.values());
  const isSpare = ({ name }: TableColumn) => spares.some((spare) => spare.name === name);
  const needed = spares.filter(({ isTag }) =>
    own.some((column) => column.isTag === isTag) &&
    olds.filter((column) => column.isTag === isTag).length < (isTag ? 1 : 2)
  );
  // They are there when an earlier run was stopped on its way.
  const there = own.filter(isSpare);
  const added = needed.filter(({ name }) => there.every((spare) => spare.name !== name));
  return [
    ...added.map(change.add),
    ...own.filter((column) => !kept.has(column) && !isSpare(column)).map(change.drop),
    ...olds.filter((old) => old.name !== kept.get(old)!.name)
      .map((old) => change.rename(old, kept.get(old)!.name)),
    ...wanted.filter((column) => !staying.has(column)).map(change.add),
    ...[...there, ...added].map(change.drop),
    ...olds.flatMap((old) => redeclared(old, kept.get(old)!)),
  ];
}

type Kept = [own: TableColumn, wanted: TableColumn][];

function keptColumns(own: readonly TableColumn[], wanted: readonly TableColumn[]): Kept {
  return own.flatMap((column): Kept => {
    const same = wanted.find(({ name }) => name === column.name);
    return !column.isTag && same && canBecome(column, same) ? [[column, same]] : [];
  });
}

/** A tag that is not there stands for one that was renamed, if there is one in its place. */
function keptTags(own: readonly TableColumn[], wanted: readonly TableColumn[]): Kept {
  const tags = own.filter(({ isTag }) => isTag);
  const kept: Kept = [];
  let at = 0;
  for (const tag of wanted.filter(({ isTag }) => isTag)) {
    const named = tags.findIndex(({ name }) => name === tag.name);
    const index = named < 0 && own.every(({ name }) => name !== tag.name) ? at : named;
    const old = tags[index];
    // All behind it were added later.
    if (old === undefined || index < at || !canBecome(old, tag)) break;
    kept.push([old, tag]);
    at = index + 1;
  }
  return kept;
}

function canBecome(column: TableColumn, { isTag, type, length }: TableColumn): boolean {
  return column.isTag === isTag && column.type === type &&
    (column.length ?? 0) <= (length ?? 0);
}

function redeclared(old: TableColumn, column: TableColumn): string[] {
  const isKnown = old.storage !== "" && column.storage !== "";
  return [
    ...old.length === column.length ? [] : [change.resize(column)],
    ...!isKnown || old.storage === column.storage ? [] : [change.store(column)],
  ];
}
