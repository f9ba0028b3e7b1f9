/**
 * Parses CREATE, DROP, ALTER and SHOW.
 *
 * @module
 */
import type { AlterAction, ChildDefinition, QualifiedName, ShowTarget, Statement } from "./ast.ts";
import { unsupported } from "./errors.ts";
import { parseExpression } from "./parse_expression.ts";
import { parseValue } from "./parse_insert.ts";
import { parseCreateTopic, parseDropGroup, parseDropTopic } from "./parse_topic.ts";
import { parseColumnDefinition } from "./parse_type.ts";
import type { TokenStream } from "./token_stream.ts";

/** Objects of TDengine that do not exist here. */
const otherObjects = new Set([
  "user",
  "stream",
  "view",
  "index",
  "sma",
  "tsma",
  "function",
  "aggregate",
  "dnode",
  "mnode",
  "qnode",
  "snode",
  "bnode",
  "anode",
  "consumer",
  "or",
  "recursive",
  "token",
  "role",
  "virtual",
  "vtable",
  "mount",
  "rsma",
  "encrypt_key",
  "streams",
  "functions",
  "views",
  "indexes",
  "grants",
  "licences",
  "mnodes",
  "qnodes",
  "snodes",
  "vgroups",
  "connections",
  "transactions",
  "cluster",
  "local",
  "apps",
  "table",
  "vnodes",
  "scores",
  "compacts",
]);

function refuseOthers(stream: TokenStream, verb: string): void {
  const { kind, text } = stream.token;
  if (kind === "name" && otherObjects.has(text) && (text !== "table" || verb === "SHOW")) {
    throw unsupported(`${verb} ${text.toUpperCase()}`);
  }
}

/** Parses CREATE after its first word. */
export function parseCreate(stream: TokenStream): Statement {
  if (stream.acceptWord("database")) return parseCreateDatabase(stream);
  if (stream.acceptWord("topic")) return parseCreateTopic(stream);
  refuseOthers(stream, "CREATE");
  const stable = stream.acceptWord("stable");
  if (!stable) stream.expectWord("table");
  const ifNotExists = stream.acceptWords("if", "not", "exists");
  const name = stream.qualifiedName();
  if (!stable && stream.isWord("using")) return parseChildren(stream, ifNotExists, name);
  const columns = stream.parenthesised(() => parseColumnDefinition(stream));
  const tags = stream.acceptWord("tags")
    ? stream.parenthesised(() => parseColumnDefinition(stream))
    : null;
  if (stable && tags === null) stream.fail();
  readOptions(stream);
  return { node: "createTable", stable, name, ifNotExists, columns, tags };
}

/** Reads `name value` options; which of them matter is decided by the reader of the result. */
function readOptions(stream: TokenStream): Record<string, string> {
  const options: Record<string, string> = {};
  while (stream.token.kind === "name") {
    const option = stream.next().text;
    const values: string[] = [];
    do {
      const token = stream.next();
      if (token.kind === "end" || token.kind === "operator") stream.fail(token);
      values.push(token.text);
    } while (stream.acceptOperator(","));
    options[option] = values.join(",");
  }
  return options;
}

function parseCreateDatabase(stream: TokenStream): Statement {
  const ifNotExists = stream.acceptWords("if", "not", "exists");
  const name = stream.name();
  return { node: "createDatabase", name, ifNotExists, options: readOptions(stream) };
}

function parseChildren(stream: TokenStream, ifNotExists: boolean, name: QualifiedName): Statement {
  const children = [parseChild(stream, ifNotExists, name)];
  while (stream.isName() || stream.isWord("if")) {
    const exists = stream.acceptWords("if", "not", "exists");
    children.push(parseChild(stream, exists, stream.qualifiedName()));
  }
  return { node: "createChildren", children };
}

function parseChild(
  stream: TokenStream,
  ifNotExists: boolean,
  name: QualifiedName,
): ChildDefinition {
  stream.expectWord("using");
  const stable = stream.qualifiedName();
  const tagNames = stream.isOperator("(") ? stream.parenthesised(() => stream.name()) : null;
  stream.expectWord("tags");
  const tags = stream.parenthesised(() => parseValue(stream));
  if (stream.acceptWord("ttl")) stream.next();
  return { ifNotExists, name, stable, tagNames, tags };
}

/** Parses DROP after its first word. */
export function parseDrop(stream: TokenStream): Statement {
  if (stream.acceptWord("database")) {
    const ifExists = stream.acceptWords("if", "exists");
    return { node: "dropDatabase", name: stream.name(), ifExists };
  }
  if (stream.acceptWord("topic")) return parseDropTopic(stream);
  if (stream.acceptWords("consumer", "group")) return parseDropGroup(stream);
  refuseOthers(stream, "DROP");
  const stable = stream.acceptWord("stable");
  if (!stable) stream.expectWord("table");
  const tables = stream.list(() => ({
    ifExists: stream.acceptWords("if", "exists"),
    name: stream.qualifiedName(),
  }));
  return { node: "dropTables", stable, tables };
}

/** Parses ALTER after its first word. */
export function parseAlter(stream: TokenStream): Statement {
  if (stream.acceptWord("database")) {
    return { node: "alterDatabase", name: stream.name(), options: readOptions(stream) };
  }
  refuseOthers(stream, "ALTER");
  const stable = stream.acceptWord("stable");
  if (!stable) stream.expectWord("table");
  return { node: "alterTable", stable, name: stream.qualifiedName(), action: parseAction(stream) };
}

function parseAction(stream: TokenStream): AlterAction {
  if (stream.acceptWords("set", "tag")) {
    const assignments = stream.list(() => {
      const name = stream.name();
      stream.expectOperator("=");
      return { name, value: parseValue(stream) };
    });
    return { kind: "setTag", assignments };
  }
  const verb = stream.next();
  const tag = stream.acceptWord("tag");
  if (!tag) stream.expectWord("column");
  switch (verb.text) {
    case "add":
      return { kind: "add", tag, column: parseColumnDefinition(stream) };
    case "drop":
      return { kind: "drop", tag, name: stream.name() };
    case "modify":
      return { kind: "modify", tag, column: parseColumnDefinition(stream) };
    case "rename":
      return { kind: "rename", tag, from: stream.name(), to: stream.name() };
    default:
      return stream.fail(verb);
  }
}

const simpleTargets: Record<string, ShowTarget> = {
  databases: "databases",
  queries: "queries",
  dnodes: "dnodes",
  variables: "variables",
  users: "users",
  topics: "topics",
  consumers: "consumers",
  subscriptions: "subscriptions",
};

/** Parses SHOW after its first word. */
export function parseShow(stream: TokenStream): Statement {
  if (stream.acceptWord("create")) return parseShowCreate(stream);
  if (stream.acceptWord("tags")) {
    stream.expectWord("from");
    return {
      node: "show",
      target: "tags",
      database: null,
      name: stream.qualifiedName(),
      like: null,
    };
  }
  refuseOthers(stream, "SHOW");
  if (stream.isWord("user") || stream.isWord("normal") || stream.isWord("child")) stream.next();
  let database: string | null = null;
  if (stream.isOperator(".", 1)) {
    database = stream.name();
    stream.next();
  }
  const token = stream.next();
  const tables = token.text === "stables" || token.text === "tables";
  const target = tables
    ? token.text as ShowTarget
    : simpleTargets[token.text] ?? stream.fail(token);
  if (tables && stream.acceptWord("from")) database = stream.name();
  const like = stream.acceptWord("like") ? parseExpression(stream) : null;
  return { node: "show", target, database, name: null, like };
}

function parseShowCreate(stream: TokenStream): Statement {
  const token = stream.next();
  if (!["table", "stable", "database"].includes(token.text)) stream.fail(token);
  return {
    node: "show",
    target: `create ${token.text}` as ShowTarget,
    database: null,
    name: stream.qualifiedName(),
    like: null,
  };
}
