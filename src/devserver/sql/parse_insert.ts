/**
 * Parses INSERT and the values of tags.
 *
 * @module
 */
import type { Duration, InsertRow, InsertTarget, InsertValue, Statement } from "./ast.ts";
import { ServerError } from "../engine.ts";
import { Code, insertError, unsupported, wrongColumnCount } from "./errors.ts";
import { parseQuery } from "./parse_select.ts";
import type { TokenStream } from "./token_stream.ts";

/** Parses an INSERT after its first word. */
export function parseInsert(stream: TokenStream): Statement {
  if (!stream.acceptWord("into")) {
    if (!/\bvalues\b/.test(rest(stream))) stream.fail();
    throw insertError(rest(stream), "keyword INTO is expected");
  }
  const targets: InsertTarget[] = [];
  do {
    const target = parseTarget(stream);
    if (target.node === "insertQuery") return target;
    targets.push(target);
  } while (stream.token.kind !== "end" && !stream.isOperator(";"));
  return { node: "insert", targets };
}

/** The statement from the next token on. */
function rest(stream: TokenStream): string {
  return stream.sql.slice(stream.token.start).trimEnd();
}

type InsertQuery = Statement & { node: "insertQuery" };

function parseTarget(stream: TokenStream): InsertTarget & { node?: undefined } | InsertQuery {
  const parameter = stream.token.kind === "parameter";
  const table = parameter ? (stream.next(), stream.parameters++, null) : stream.qualifiedName();
  let columns = stream.isOperator("(") ? parseColumns(stream) : null;
  let using: InsertTarget["using"] = null;
  if (stream.acceptWord("using")) {
    const stable = stream.qualifiedName();
    const tagNames = stream.isOperator("(") ? stream.parenthesised(() => stream.name()) : null;
    stream.expectWord("tags");
    const tags = stream.parenthesised(() => parseValue(stream));
    using = { stable, tagNames, tags };
    acceptTableOptions(stream);
    if (stream.isOperator("(")) columns = parseColumns(stream);
  }
  if (stream.isWord("file")) throw unsupported("INSERT from a file");
  const isQuery = stream.isWord("select") ||
    (stream.isOperator("(") && /\bselect\b/.test(rest(stream)));
  if (isQuery && table !== null && using === null) {
    return { node: "insertQuery", table, columns, query: parseQuery(stream) };
  }
  if (!stream.acceptWord("values")) {
    if (using === null && !/\bvalues\b/.test(rest(stream))) stream.fail();
    throw insertError(rest(stream), "keyword VALUES or FILE is expected");
  }
  const rows: InsertRow[] = [];
  while (stream.isOperator("(")) {
    rows.push(parseRow(stream));
    if (stream.isOperator(",") && stream.isOperator("(", 1)) stream.next();
  }
  if (rows.length === 0) {
    throw new ServerError(Code.insertSyntax, "syntax error near 'no any data points'");
  }
  return { table, using, columns, rows };
}

/** What TTL and COMMENT say is not kept of tables that INSERT creates. */
function acceptTableOptions(stream: TokenStream): void {
  while (stream.acceptWord("ttl") || stream.acceptWord("comment")) stream.next();
}

function parseColumns(stream: TokenStream): string[] {
  return stream.parenthesised(() =>
    stream.isWord("tbname") ? stream.next().text : stream.anyName()
  );
}

function parseRow(stream: TokenStream): InsertRow {
  const { start } = stream.token;
  const values = stream.parenthesised(() => {
    if (stream.isOperator(")") && stream.lastEnd > start + 1) throw wrongColumnCount();
    return parseValue(stream);
  });
  return { values, start, end: stream.lastEnd - 1 };
}

/** Parses a value of a row or a tag: a literal, `?`, or a time with durations added. */
export function parseValue(stream: TokenStream): InsertValue {
  const { start } = stream.token;
  const [kind, text] = parseBase(stream);
  const shifts: InsertValue["shifts"] = [];
  while (stream.isOperator("+") || stream.isOperator("-")) {
    const sign = stream.next().text === "+" ? 1 : -1;
    shifts.push({ sign, duration: parseShift(stream, start) });
  }
  return { kind, text, shifts, start, end: stream.lastEnd };
}

/** Reads a fixed length of time; `start` is where the value begins. */
function parseShift(stream: TokenStream, start: number): Duration {
  const { kind, text } = stream.token;
  if (kind !== "duration" || /[ny]$/.test(text)) {
    throw insertError(stream.sql.slice(start).trimEnd(), "invalid timestamp");
  }
  return stream.duration();
}

function parseBase(stream: TokenStream): [InsertValue["kind"], string] {
  const token = stream.next();
  switch (token.kind) {
    case "parameter":
      stream.parameters++;
      return ["parameter", "?"];
    case "string":
      return ["string", token.text];
    case "number":
      return ["number", token.text];
    case "operator":
      if ((token.text === "-" || token.text === "+") && stream.token.kind === "number") {
        return ["number", (token.text === "-" ? "-" : "") + stream.next().text];
      }
      break;
    case "name":
      if (token.text === "null") return ["null", "null"];
      if (token.text === "true" || token.text === "false") return ["bool", token.text];
      if (token.text === "nan" || token.text === "inf" || token.text === "infinity") {
        return ["number", token.text];
      }
      if (token.text === "now" || token.text === "today") {
        if (stream.acceptOperator("(")) stream.expectOperator(")");
        return [token.text, token.text];
      }
  }
  if (token.kind === "end") stream.fail(token);
  throw insertError(stream.sql.slice(token.start).trimEnd(), "invalid data or symbol");
}
