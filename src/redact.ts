/**
 * SQL as it may be shown: without its literals, comments and passwords, and short.
 *
 * @module
 */
import { type Token, tokens } from "./sql/tokens.ts";

const keptLength = 200;

/** Yields each token with the mark whether it stands where a password stands: behind PASS in CREATE or ALTER. */
function* markedTokens(sql: string): Generator<[token: Token, secret: boolean]> {
  let command: string | undefined;
  let expectsSecret = false;
  for (const token of tokens(sql)) {
    yield [token, expectsSecret && token.kind !== "space"];
    if (token.kind === "space") continue;
    const word = token.kind === "word" ? sql.slice(token.start, token.end).toLowerCase() : "";
    command ??= word;
    expectsSecret = (command === "create" || command === "alter") &&
      /^(pass|password|totpseed)$/.test(word);
  }
}

/**
 * Removes the literals, comments and passwords of a statement and shortens it to 200 characters.
 *
 * @param sql A statement; it need not be valid, and quotes may be left open.
 * @returns The statement with `'?'` for strings and `?` for numbers; names stay.
 * @example
 * ```ts
 * import { TaosError } from "@tdwire/client";
 * import { equal } from "node:assert/strict";
 *
 * const error = new TaosError("failed", { sql: "insert into d1 values('2024-01-01', 7)" });
 * equal(error.sql, "insert into d1 values('?', ?)");
 * ```
 */
export function redactSql(sql: string): string {
  let text = "";
  for (const [token, secret] of markedTokens(sql)) {
    if (secret || token.kind === "string") text += "'?'";
    else if (token.kind === "number") text += "?";
    else if (token.kind === "space") text += text === "" ? "" : " ";
    else text += sql.slice(token.start, Math.min(token.end, token.start + keptLength));
    if (text.length > keptLength) return `${text.slice(0, keptLength - 1)}…`;
  }
  return text.trimEnd();
}

/**
 * Lists the passwords written in a statement, for removing them from the server's complaint about it.
 *
 * @param sql A statement.
 * @returns The passwords as written, without their quotes.
 */
export function secretsIn(sql: string): string[] {
  if (!/\b(pass|password|totpseed)\b/i.test(sql)) return [];
  const secrets: string[] = [];
  for (const [token, secret] of markedTokens(sql)) {
    if (!secret) continue;
    const text = sql.slice(token.start, token.end);
    secrets.push(/^['"`]/.test(text) ? text.slice(1).replace(/['"`]$/, "") : text);
  }
  return secrets;
}

/**
 * Removes from a server's message what the failed statement must not reveal. A statement with a password loses the
 * part that quotes it (`near …`), because the server cuts that anywhere.
 *
 * @param message The server's text.
 * @param sql The statement it is about.
 * @returns A message that may be shown.
 */
export function redactMessage(message: string, sql: string): string {
  const secrets = secretsIn(sql);
  if (secrets.length === 0) return message;
  let text = message.replace(/near\s[^]*$/i, "near '?'");
  for (const secret of secrets) {
    if (secret !== "") text = text.replaceAll(secret, "?");
  }
  return text;
}
