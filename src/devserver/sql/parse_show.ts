/**
 * Parses SHOW.
 *
 * @module
 */
import type { QualifiedName, ShowTarget, Statement } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { parseExpression } from "./parse_expression.ts";
import type { TokenStream } from "./token_stream.ts";

/** The system table behind each SHOW that lists one. */
const lists: Record<string, string> = {
  cluster: "information_schema.ins_cluster",
  compacts: "information_schema.ins_compacts",
  consumers: "performance_schema.perf_consumers",
  dnodes: "information_schema.ins_dnodes",
  functions: "information_schema.ins_functions",
  mnodes: "information_schema.ins_mnodes",
  qnodes: "information_schema.ins_qnodes",
  queries: "performance_schema.perf_queries",
  snodes: "information_schema.ins_snodes",
  subscriptions: "information_schema.ins_subscriptions",
  topics: "information_schema.ins_topics",
  transactions: "performance_schema.perf_trans",
  users: "information_schema.ins_users",
  vgroups: "information_schema.ins_vgroups",
  views: "information_schema.ins_views",
  vnodes: "information_schema.ins_vnodes",
};

/** What TDengine shows and this server does not have. */
const others = new Set([
  "accounts",
  "anodes",
  "apps",
  "arbgroups",
  "bnodes",
  "connections",
  "dnode",
  "encryptions",
  "grants",
  "licences",
  "local",
  "mounts",
  "retentions",
  "scores",
  "ssmigrates",
  "streams",
  "table",
  "tsmas",
  "variables",
  "vtable",
]);

/** Parses SHOW after its first word. */
export function parseShow(stream: TokenStream): Statement {
  const target = parseTarget(stream);
  const isListed = target.kind === "databases" || target.kind === "stables" ||
    target.kind === "tables";
  const like = isListed && stream.acceptWord("like") ? parseExpression(stream) : null;
  return { node: "show", target, like };
}

function parseTarget(stream: TokenStream): ShowTarget {
  if (stream.acceptWord("create")) return parseCreate(stream);
  if (stream.acceptWord("tags")) return { kind: "tags", table: parseFrom(stream) };
  if (stream.acceptWord("indexes")) return { kind: "indexes", table: parseFrom(stream) };
  if (stream.acceptWords("table", "tags")) {
    return { kind: "table tags", tags: parseTagList(stream), table: parseFrom(stream) };
  }
  if (stream.acceptWords("cluster", "alive")) return { kind: "alive", database: null };
  if (stream.acceptWords("user", "privileges")) {
    return { kind: "list", table: "information_schema.ins_user_privileges", database: null };
  }
  const of = ["user", "system", "normal", "child"].find((word) => stream.acceptWord(word)) ?? null;
  let database: string | null = null;
  if (stream.isOperator(".", 1)) {
    database = stream.name();
    stream.next();
  }
  const token = stream.next();
  if (token.text === "databases" && (of === null || of === "user" || of === "system")) {
    return { kind: "databases", of };
  }
  if (token.text === "tables" && (of === null || of === "normal" || of === "child")) {
    return { kind: "tables", database: parseDatabase(stream, database), of };
  }
  if (of !== null) return stream.fail(token);
  if (token.text === "stables") {
    return { kind: "stables", database: parseDatabase(stream, database) };
  }
  if (token.text === "alive" && database !== null) return { kind: "alive", database };
  const table = token.kind === "name" && Object.hasOwn(lists, token.text)
    ? lists[token.text]
    : undefined;
  if (table !== undefined) return { kind: "list", table, database };
  if (others.has(token.text)) throw unsupported(`SHOW ${token.text.toUpperCase()}`);
  return stream.fail(token);
}

/** Reads `FROM database`; before it stands what another way of naming the database gave. */
function parseDatabase(stream: TokenStream, database: string | null): string | null {
  return stream.acceptWord("from") ? stream.name() : database;
}

/** Reads `FROM table [FROM database]`. */
function parseFrom(stream: TokenStream): QualifiedName {
  stream.expectWord("from");
  const table = stream.qualifiedName();
  return { ...table, qualifier: parseDatabase(stream, table.qualifier) };
}

/** Reads the tags before FROM, each with its alias; null when there are none. */
function parseTagList(stream: TokenStream): string | null {
  if (stream.isWord("from")) return null;
  const { start } = stream.token;
  stream.list(() => {
    if (!stream.acceptWord("tbname")) stream.name();
    if (stream.acceptWord("as") || stream.isName()) stream.name();
  });
  return stream.sql.slice(start, stream.lastEnd);
}

function parseCreate(stream: TokenStream): ShowTarget {
  for (const what of ["table", "stable", "database"] as const) {
    if (stream.acceptWord(what)) return { kind: "create", what, name: stream.qualifiedName() };
  }
  if (["view", "topic", "vtable", "rsma"].includes(stream.token.text)) {
    throw unsupported(`SHOW CREATE ${stream.token.text.toUpperCase()}`);
  }
  return stream.fail();
}
