/**
 * What the transport must know of a statement's text.
 *
 * @module
 */
import { type Token, tokens } from "../../sql/tokens.ts";

function* meaningful(sql: string): Generator<Token> {
  for (const token of tokens(sql)) {
    if (token.kind !== "space") yield token;
  }
}

/**
 * The database that a USE statement names; undefined for every other statement.
 *
 * A name without back-quotes is folded to lower case, as the server does.
 */
export function usedDatabase(sql: string): string | undefined {
  const found = meaningful(sql);
  const next = () => found.next().value as Token | undefined;
  const text = (token: Token | undefined) =>
    token === undefined ? "" : sql.slice(token.start, token.end);
  if (text(next()).toLowerCase() !== "use") return undefined;
  const name = next();
  const rest = [next(), next()].map(text).join("");
  if (rest !== "" && rest !== ";") return undefined;
  if (name?.kind === "word") return text(name).toLowerCase();
  return name?.kind === "name" ? text(name).slice(1, -1) : undefined;
}

const readingWords = new Set(["select", "show", "desc", "describe", "explain", "("]);

/** Whether a statement gives columns. */
export function givesColumns(sql: string): boolean {
  const first = meaningful(sql).next().value as Token | undefined;
  return first !== undefined && readingWords.has(sql.slice(first.start, first.end).toLowerCase());
}
