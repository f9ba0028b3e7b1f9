/**
 * Parses INSERT and the values of tags.
 *
 * @module
 */
import type { InsertRow, InsertTarget, InsertValue, Statement } from "./ast.ts";
import { insertError, unsupported } from "./errors.ts";
import type { TokenStream } from "./token_stream.ts";

/** Parses an INSERT after its first word. */
export function parseInsert(stream: TokenStream): Statement {
  stream.expectWord("into");
  const targets: InsertTarget[] = [];
  do targets.push(parseTarget(stream)); while (
    stream.token.kind !== "end" && !stream.isOperator(";")
  );
  return { node: "insert", targets };
}

function parseTarget(stream: TokenStream): InsertTarget {
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
    if (stream.isOperator("(")) columns = parseColumns(stream);
  }
  if (stream.isWord("file")) throw unsupported("INSERT from a file");
  stream.expectWord("values");
  const rows: InsertRow[] = [];
  while (stream.isOperator("(")) {
    rows.push(parseRow(stream));
    if (stream.isOperator(",") && stream.isOperator("(", 1)) stream.next();
  }
  if (rows.length === 0) stream.fail();
  return { table, using, columns, rows };
}

function parseColumns(stream: TokenStream): string[] {
  return stream.parenthesised(() =>
    stream.isWord("tbname") ? stream.next().text : stream.anyName()
  );
}

function parseRow(stream: TokenStream): InsertRow {
  const { start } = stream.token;
  const values = stream.parenthesised(() => parseValue(stream));
  return { values, start, end: stream.lastEnd - 1 };
}

/** Parses a value of a row or a tag: a literal, `?`, or a time with durations added. */
export function parseValue(stream: TokenStream): InsertValue {
  const { start } = stream.token;
  const [kind, text] = parseBase(stream);
  const shifts: InsertValue["shifts"] = [];
  while (stream.isOperator("+") || stream.isOperator("-")) {
    const sign = stream.next().text === "+" ? 1 : -1;
    shifts.push({ sign, duration: stream.duration() });
  }
  return { kind, text, shifts, start, end: stream.lastEnd };
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
  throw insertError(stream.sql.slice(token.start), "invalid value");
}
