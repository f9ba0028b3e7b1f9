/**
 * Parses one SQL statement.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Statement } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { parseAlter, parseCreate, parseDrop } from "./parse_ddl.ts";
import { parseExpression } from "./parse_expression.ts";
import { parseInsert } from "./parse_insert.ts";
import { parseQuery } from "./parse_select.ts";
import { parseShow } from "./parse_show.ts";
import { TokenStream } from "./token_stream.ts";

/** Statements of TDengine that are not carried out here. */
const otherStatements = new Set([
  "explain",
  "grant",
  "revoke",
  "trim",
  "compact",
  "balance",
  "split",
  "merge",
  "redistribute",
  "restore",
  "analyze",
  "pause",
  "resume",
]);

const maxSqlBytes = 1048576;

/** A statement and the number of its `?`. */
export interface Parsed {
  statement: Statement;
  parameterCount: number;
}

/** Parses one statement. */
export function parse(sql: string): Parsed {
  if (sql.length > maxSqlBytes / 4 && new TextEncoder().encode(sql).length > maxSqlBytes) {
    throw new ServerError(Code.sqlTooLong, "SQL statement too long");
  }
  const stream = new TokenStream(sql);
  const statement = parseStatement(stream);
  stream.acceptOperator(";");
  if (stream.token.kind !== "end") stream.fail();
  return { statement, parameterCount: stream.parameters };
}

function parseStatement(stream: TokenStream): Statement {
  const first = stream.token;
  if (first.kind === "operator" && first.text === "(") return parseQuery(stream);
  if (first.kind !== "name") return stream.fail();
  if (first.text === "select") return parseQuery(stream);
  stream.next();
  switch (first.text) {
    case "insert":
    case "import":
      return parseInsert(stream);
    case "create":
      return parseCreate(stream);
    case "drop":
      return parseDrop(stream);
    case "alter":
      return parseAlter(stream);
    case "show":
      return parseShow(stream);
    case "use":
      return { node: "use", name: stream.name() };
    case "describe":
    case "desc":
      return { node: "describe", name: stream.qualifiedName() };
    case "delete":
      return parseDelete(stream);
    case "flush":
      stream.expectWord("database");
      return { node: "flush", database: stream.name() };
    case "reset":
      stream.expectWord("query");
      stream.expectWord("cache");
      return { node: "resetQueryCache" };
    case "kill":
      return parseKill(stream);
    default:
      if (otherStatements.has(first.text)) throw unsupported(first.text.toUpperCase());
      return stream.fail(first);
  }
}

function parseDelete(stream: TokenStream): Statement {
  stream.expectWord("from");
  const table = stream.qualifiedName();
  return {
    node: "delete",
    table,
    where: stream.acceptWord("where") ? parseExpression(stream) : null,
  };
}

function parseKill(stream: TokenStream): Statement {
  for (const other of ["connection", "transaction", "compact", "ssmigrate"]) {
    if (stream.isWord(other)) throw unsupported(`KILL ${other.toUpperCase()}`);
  }
  stream.expectWord("query");
  const token = stream.next();
  if (token.kind !== "string") stream.fail(token);
  return { node: "killQuery", id: token.text };
}
