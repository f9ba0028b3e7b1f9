/**
 * Splits SQL into tokens.
 *
 * @module
 */

/** What a token is. `name` is an unquoted word (also a keyword), `quoted` a back-quoted name. */
export type TokenKind =
  | "name"
  | "quoted"
  | "string"
  | "number"
  | "duration"
  | "operator"
  | "parameter"
  | "illegal"
  | "end";

/** One token: its kind, meaning and place. */
export interface Token {
  kind: TokenKind;
  /** Lower-cased word, name without quotes, unescaped string, or the text itself. */
  text: string;
  start: number;
  end: number;
}

const twoCharacterOperators = new Set(["->", "<=", ">=", "<>", "!=", "==", "||", "&&"]);
const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

/** Returns SQL with the capitals outside quotes made small, as the server takes and shows it; all places stay the same. */
export function foldCase(sql: string): string {
  let folded = "", from = 0;
  for (
    const { 0: quoted, index } of sql.matchAll(
      /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`/gs,
    )
  ) {
    folded += fold(sql.slice(from, index)) + quoted;
    from = index + quoted.length;
  }
  return folded + fold(sql.slice(from));
}

function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36;
}

function isWord(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

/** Returns the end of white space and comments from `at` on. */
function skipBlank(sql: string, at: number): number {
  for (;;) {
    while (at < sql.length && sql.charCodeAt(at) <= 32) at++;
    if (sql.startsWith("--", at)) {
      const line = sql.indexOf("\n", at);
      at = line < 0 ? sql.length : line + 1;
    } else if (sql.startsWith("/*", at)) {
      const close = sql.indexOf("*/", at + 2);
      at = close < 0 ? sql.length : close + 2;
    } else return at;
  }
}

/** Reads quoted text from the opening quote; null when the closing one is missing. `\%` and `\_` keep their backslash, for LIKE. */
function readString(sql: string, start: number): Token | null {
  const quote = sql[start]!;
  let text = "", from = start + 1;
  for (let at = from; at < sql.length; at++) {
    const character = sql[at]!;
    if (character === "\\" && at + 1 < sql.length) {
      const next = sql[at + 1]!;
      text += sql.slice(from, at);
      text += next === "%" || next === "_" || next === "x" ? `\\${next}` : escapes[next] ?? next;
      from = ++at + 1;
    } else if (character === quote) {
      text += sql.slice(from, at);
      if (sql[at + 1] !== quote) return { kind: "string", text, start, end: at + 1 };
      text += quote;
      from = ++at + 1;
    }
  }
  return null;
}

function readBackQuoted(sql: string, start: number): Token | null {
  let text = "", at = start + 1;
  for (;;) {
    const close = sql.indexOf("`", at);
    if (close < 0) return null;
    text += sql.slice(at, close);
    if (sql[close + 1] !== "`") return { kind: "quoted", text, start, end: close + 1 };
    text += "`";
    at = close + 2;
  }
}

function digitsEnd(sql: string, at: number): number {
  while (isDigit(sql.charCodeAt(at))) at++;
  return at;
}

/** Reads a number or a duration (`5m`); digits that run into other letters are illegal. */
function readNumber(sql: string, start: number): Token {
  const prefix = sql.slice(start, start + 2).toLowerCase();
  if (prefix === "0x" || prefix === "0b") {
    let end = start + 2;
    while (isWord(sql.charCodeAt(end))) end++;
    return { kind: "number", text: sql.slice(start, end), start, end };
  }
  let end = digitsEnd(sql, start);
  const whole = end;
  if (sql[end] === ".") end = digitsEnd(sql, end + 1);
  const exponent = /^[eE][+-]?\d/.test(sql.slice(end, end + 3));
  if (exponent) end = digitsEnd(sql, end + 2);
  if (!isWord(sql.charCodeAt(end))) {
    return { kind: "number", text: sql.slice(start, end), start, end };
  }
  const unit = end === whole && "basumhdwny".includes(sql[end]!.toLowerCase()) &&
    !isWord(sql.charCodeAt(end + 1));
  while (isWord(sql.charCodeAt(end))) end++;
  return { kind: unit ? "duration" : "illegal", text: sql.slice(start, end), start, end };
}

function readToken(sql: string, start: number): Token {
  const code = sql.charCodeAt(start);
  if (isWordStart(code)) {
    let end = start + 1;
    while (isWord(sql.charCodeAt(end))) end++;
    return { kind: "name", text: sql.slice(start, end).toLowerCase(), start, end };
  }
  if (isDigit(code) || (code === 46 && isDigit(sql.charCodeAt(start + 1)))) {
    return readNumber(sql, start);
  }
  const character = sql[start]!;
  if (character === "'" || character === '"') {
    return readString(sql, start) ?? { kind: "illegal", text: character, start, end: sql.length };
  }
  if (character === "`") {
    return readBackQuoted(sql, start) ??
      { kind: "illegal", text: character, start, end: sql.length };
  }
  if (character === "?") return { kind: "parameter", text: "?", start, end: start + 1 };
  const pair = sql.slice(start, start + 2);
  const text = twoCharacterOperators.has(pair) ? pair : character;
  const known = text.length === 2 || "+-*/%()=<>,.;&|[]{}:".includes(text);
  return { kind: known ? "operator" : "illegal", text, start, end: start + text.length };
}

/** Splits SQL into tokens; the last one has kind `end`. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(sql, 0);
  while (at < sql.length) {
    const token = readToken(sql, at);
    tokens.push(token);
    at = skipBlank(sql, token.end);
  }
  tokens.push({ kind: "end", text: "", start: sql.length, end: sql.length });
  return tokens;
}
