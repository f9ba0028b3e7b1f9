/**
 * A scanner that knows where SQL's strings, names and comments begin and end, and nothing more.
 *
 * @module
 */

const wordStart = /[A-Za-z_\u0080-\uffff]/;
const wordPart = /[A-Za-z0-9_\u0080-\uffff]/;
const digit = /[0-9]/;
const space = /\s/;

/** One piece of SQL by its place in the text. Comments are `space`, back-quoted names are `name`. */
export interface Token {
  kind: "word" | "name" | "string" | "number" | "space" | "mark";
  start: number;
  end: number;
}

/** The end of a quoted token: the quote doubled or behind a backslash does not end it, the end of the text does. */
function endOfQuoted(sql: string, start: number): number {
  const quote = sql[start];
  let at = start + 1;
  while (at < sql.length) {
    if (sql[at] === "\\" && quote !== "`") at += 2;
    else if (sql[at] !== quote) at += 1;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
}

/** The end of a comment that starts here, or `start` when none does. */
function endOfComment(sql: string, start: number): number {
  const closing = sql.startsWith("--", start)
    ? "\n"
    : sql.startsWith("/*", start)
    ? "*/"
    : undefined;
  if (closing === undefined) return start;
  const found = sql.indexOf(closing, start + 2);
  return found < 0 ? sql.length : found + closing.length;
}

function endWhile(sql: string, start: number, pattern: RegExp): number {
  let at = start;
  while (at < sql.length && pattern.test(sql[at]!)) at += 1;
  return at;
}

/** Numbers run on through letters, points and the sign of an exponent: `0xff`, `1.5e-3`, `10s`. */
function endOfNumber(sql: string, start: number): number {
  let at = endWhile(sql, start, /[0-9A-Za-z_.]/);
  while (/[eE]/.test(sql[at - 1]!) && /[+-]/.test(sql[at] ?? "") && digit.test(sql[at + 1] ?? "")) {
    at = endWhile(sql, at + 1, /[0-9A-Za-z_.]/);
  }
  return at;
}

function tokenAt(sql: string, start: number): Token {
  const first = sql[start]!;
  const commentEnd = endOfComment(sql, start);
  if (commentEnd > start) return { kind: "space", start, end: commentEnd };
  if (first === "'" || first === '"') {
    return { kind: "string", start, end: endOfQuoted(sql, start) };
  }
  if (first === "`") return { kind: "name", start, end: endOfQuoted(sql, start) };
  if (wordStart.test(first)) return { kind: "word", start, end: endWhile(sql, start, wordPart) };
  if (digit.test(first)) return { kind: "number", start, end: endOfNumber(sql, start) };
  if (space.test(first)) return { kind: "space", start, end: endWhile(sql, start, space) };
  return { kind: "mark", start, end: start + 1 };
}

/** Splits SQL into tokens; every character belongs to one, and quotes left open run to the end. */
export function* tokens(sql: string): Generator<Token> {
  for (let at = 0; at < sql.length;) {
    const token = tokenAt(sql, at);
    yield token;
    at = token.end;
  }
}
