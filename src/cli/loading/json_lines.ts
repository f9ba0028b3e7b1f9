/**
 * JSON lines → rows: one object a line, by column name.
 *
 * @module
 */

import { type Line, readLines } from "./lines.ts";
import type { SourceCell, SourceRow } from "./source_row.ts";

/** Digits that a JavaScript number may not hold. */
const longNumber = /\d[\d.]{14}/;
/** Strings, and numbers outside of them. */
const stringsAndNumbers = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Reads rows.
 *
 * @param chunks The text.
 * @returns Rows, those of one piece of the text after the other; numbers keep all their digits.
 */
export async function* readJsonLines(
  chunks: AsyncIterable<string>,
): AsyncGenerator<SourceRow[], void, undefined> {
  let last: readonly string[] = [];
  for await (const lines of readLines(chunks)) {
    yield lines.map((line) => {
      const row = rowOf(line);
      if (row.problem !== undefined) return row;
      if (row.names.length !== last.length || row.names.some((name, i) => name !== last[i])) {
        last = row.names;
      }
      return { ...row, names: last };
    });
  }
}

function rowOf({ line, text }: Line): SourceRow {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    return { line, problem: error instanceof Error ? error.message : String(error) };
  }
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    const array = line === 1 && text.trimStart().startsWith("[");
    const advice = array ? "; an array becomes such lines by: jq -c '.[]'" : "";
    return { line, problem: `each line must be an object of values by column name${advice}` };
  }
  const exact = longNumber.test(text) || Object.values(values).some(isChanged)
    ? JSON.parse(text.replace(stringsAndNumbers, quoted))
    : values;
  const names = Object.keys(values);
  const cells = names.map((name) =>
    cellOf(Reflect.get(values, name) as unknown, Reflect.get(exact, name) as unknown)
  );
  return { line, names, cells };
}

/** Whether a value is not the number that the text has: `1e400` becomes infinite, `-0` is written as 0. */
function isChanged(value: unknown): boolean {
  return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0));
}

function quoted(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}

/** The text of a value; `exact` is the same value with its numbers as strings, where they are long. */
function cellOf(value: unknown, exact: unknown): SourceCell {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return String(exact);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
