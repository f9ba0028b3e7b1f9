/**
 * A text of SQL → its statements, and what is known of them.
 *
 * @module
 */

import { tokens } from "../sql/tokens.ts";

/**
 * Splits a text at its semicolons. Those in strings, quoted names and comments do not count.
 *
 * @param text One statement or several.
 * @returns The statements without their semicolons; what is only space and comments is left out.
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let [start, isEmpty] = [0, true];
  const take = (end: number) => {
    if (!isEmpty) statements.push(text.slice(start, end).trim());
    [start, isEmpty] = [end + 1, true];
  };
  for (const token of tokens(text)) {
    if (token.kind === "mark" && text[token.start] === ";") take(token.start);
    else isEmpty &&= token.kind === "space";
  }
  take(text.length);
  return statements;
}

/** A statement in at most 60 characters for messages; its strings, of which one may be a password, are left out. */
export function shortened(statement: string): string {
  const parts = [...tokens(statement)].map(({ kind, start, end }) =>
    kind === "space" ? " " : kind === "string" ? "'…'" : statement.slice(start, end)
  );
  const text = parts.join("").trim();
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** Whether a statement only reads, by its first word. */
export function isReading(statement: string): boolean {
  for (const { kind, start, end } of tokens(statement)) {
    if (kind === "space" || statement[start] === "(") continue;
    return /^(select|show|desc|describe|with|explain)$/i.test(statement.slice(start, end));
  }
  return false;
}
