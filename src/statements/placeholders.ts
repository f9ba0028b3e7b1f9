/**
 * The placeholders of an INSERT: what each stands for, and the target that its values are converted to.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { tokens } from "../sql/tokens.ts";
import type { Placeholder, StatementPort } from "../transports/transport.ts";
import type { Target } from "./target.ts";

/** An INSERT's placeholders by role; positions count in the SQL. */
export interface Placeholders {
  /** All of them, in the order of the SQL. */
  readonly all: readonly Placeholder[];
  readonly hasName: boolean;
  readonly tags: readonly Placeholder[];
  readonly columns: readonly Placeholder[];
}

/** Sorts placeholders by role, and refuses types that the server cannot bind. */
export function groupPlaceholders(all: readonly Placeholder[], port: StatementPort): Placeholders {
  for (const { field } of all) port.requireType(field.typeCode);
  return {
    all,
    hasName: all.some(({ role }) => role === "table"),
    tags: all.filter(({ role }) => role === "tag"),
    columns: all.filter(({ role }) => role === "column"),
  };
}

/** The target of a placeholder; `firstRow` is the number of the first row, for messages. */
export function targetOf({ field, precision, role }: Placeholder, firstRow = 0): Target {
  const label = `${role} ${JSON.stringify(field.name)}`;
  return { field, precision, label, firstRow, allowsUnset: role === "column" };
}

/** The shape of `insert into ? [(columns)] values (…)`, whose columns the server does not describe. */
export interface UnknownInsert {
  /** Columns named in the SQL; null when none are. */
  readonly columns: readonly string[] | null;
  /** For each item of the first VALUES tuple, whether it is a `?`. */
  readonly items: readonly boolean[];
}

/** Items of a parenthesised list: each one's tokens joined. The cursor stands behind the opening parenthesis. */
function readList(words: Iterator<string>): string[] {
  const items: string[] = [];
  let item = "";
  let depth = 0;
  for (let next = words.next(); !next.done; next = words.next()) {
    const word = next.value;
    if (depth === 0 && (word === "," || word === ")")) {
      items.push(item);
      item = "";
      if (word === ")") return items;
      continue;
    }
    depth += word === "(" ? 1 : word === ")" ? -1 : 0;
    item += word;
  }
  throw new InterfaceError("the INSERT has an open parenthesis");
}

function* words(sql: string): Generator<string> {
  for (const { kind, start, end } of tokens(sql)) {
    if (kind !== "space") yield sql.slice(start, end);
  }
}

function unquote(name: string): string {
  return name.startsWith("`") ? name.slice(1, -1) : name.toLowerCase();
}

/** Reads `insert into ? [(columns)] values (…)`. */
export function readUnknownInsert(sql: string): UnknownInsert {
  const cursor = words(sql);
  let columns: string[] | null = null;
  for (let i = 0; i < 3; i++) cursor.next();
  let next = cursor.next();
  if (next.value === "(") {
    columns = readList(cursor).map(unquote);
    next = cursor.next();
  }
  if (!next.done && next.value.toLowerCase() === "values" && cursor.next().value === "(") {
    return { columns, items: readList(cursor).map((item) => item === "?") };
  }
  throw new InterfaceError("expected: insert into ? (columns) values (…)");
}

/** Chooses an unknown INSERT's column placeholders out of the columns of its table. */
export function chooseColumns(
  { columns, items }: UnknownInsert,
  tableColumns: readonly Placeholder[],
): Placeholder[] {
  const named = columns === null ? tableColumns : columns.map((name) => {
    const found = tableColumns.find(({ field }) => field.name === name);
    if (found === undefined) {
      throw new InterfaceError(`the table has no column ${JSON.stringify(name)}`);
    }
    return found;
  });
  if (named.length !== items.length) {
    throw new InterfaceError(`the INSERT gives ${items.length} values for ${named.length} columns`);
  }
  return named.filter((_, i) => items[i]);
}
