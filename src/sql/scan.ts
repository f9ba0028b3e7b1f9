/**
 * What the client must know of a statement to choose how its parameters travel.
 *
 * @module
 */
import { type Token, tokens } from "./tokens.ts";

/** What scanning a statement tells. */
export interface SqlShape {
  /** Positions of the `?` that are placeholders, in order. */
  readonly placeholders: readonly number[];
  /** First word in lower case, such as `select`; empty when there is none. */
  readonly command: string;
  /** Whether the word FROM stands outside of parentheses. */
  readonly hasFrom: boolean;
  /** Whether a `?` stands behind the word VALUES. */
  readonly hasRowValues: boolean;
  /** Whether the table of an INSERT is a `?`. */
  readonly tableIsParameter: boolean;
  /** Whether that `?` has no USING behind it, so that the server cannot describe its columns. */
  readonly tableIsUnknown: boolean;
}

/** How deep each bracket takes a scan. */
const depths: ReadonlyMap<string, number> = new Map([["(", 1], [")", -1]]);

/** Scans a statement. */
export function scanSql(sql: string): SqlShape {
  const placeholders: number[] = [];
  const words: string[] = [];
  let depth = 0;
  let hasFrom = false;
  let isBehindValues = false;
  let hasRowValues = false;
  for (const token of tokens(sql)) {
    if (token.kind === "space") continue;
    const text = wordOf(sql, token);
    if (text === "?") placeholders.push(token.start);
    depth += depths.get(text) ?? 0;
    hasFrom ||= text === "from" && depth === 0;
    isBehindValues ||= text === "values";
    hasRowValues ||= isBehindValues && text === "?";
    if (words.length < 4) words.push(text);
  }
  const [command = "", , table, next] = words;
  const tableIsParameter = command === "insert" && table === "?";
  const tableIsUnknown = tableIsParameter && next !== "using";
  return { placeholders, command, hasFrom, hasRowValues, tableIsParameter, tableIsUnknown };
}

/** The first word of a statement in lower case; empty when there is none. */
export function commandOf(sql: string): string {
  for (const token of tokens(sql)) {
    if (token.kind !== "space") return wordOf(sql, token);
  }
  return "";
}

function wordOf(sql: string, { kind, start, end }: Token): string {
  return kind === "word" || kind === "mark" ? sql.slice(start, end).toLowerCase() : "";
}

/**
 * Whether the server can prepare the statement (protocol.md §12.9): INSERT with a `?` among its values, because without
 * one there is no row to bind, and SELECT with a FROM and a `?`.
 */
export function isPreparable(shape: SqlShape): boolean {
  const { command, hasFrom, hasRowValues, placeholders } = shape;
  if (command === "insert") return hasRowValues;
  return command === "select" && hasFrom && placeholders.length > 0;
}
