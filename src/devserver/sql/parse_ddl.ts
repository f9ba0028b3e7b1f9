/**
 * Parses CREATE, DROP and ALTER.
 *
 * @module
 */
import type { AlterAction, ChildDefinition, QualifiedName, Statement } from "./ast.ts";
import { isDatabaseOption } from "./database_options.ts";
import { unsupported } from "./errors.ts";
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
  "dnodes",
  "mnode",
  "qnode",
  "snode",
  "bnode",
  "anode",
  "or",
  "recursive",
  "token",
  "role",
  "virtual",
  "vtable",
  "mount",
  "rsma",
  "encrypt_key",
  "cluster",
  "local",
  "all",
]);

function refuseOthers(stream: TokenStream, verb: string): void {
  const { kind, text } = stream.token;
  if (kind === "name" && otherObjects.has(text)) throw unsupported(`${verb} ${text.toUpperCase()}`);
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
  const options = readOptions(stream, (option) => tableOptions.has(option));
  const rollup = rollupOptions.find(([option]) => options[option] !== undefined);
  return {
    node: "createTable",
    rollup: rollup?.[1] ?? null,
    sma: options["sma"]?.split(",") ?? [],
    stable,
    name,
    ifNotExists,
    columns,
    tags,
    comment: options["comment"] ?? null,
    ttl: Number(options["ttl"] ?? 0),
  };
}

const tableOptions = new Set([
  "comment",
  "ttl",
  "watermark",
  "max_delay",
  "rollup",
  "sma",
  "delete_mark",
  "keep",
]);

/** Options of databases with RETENTIONS, and what messages call them. */
const rollupOptions = [
  ["max_delay", "maxdelay"],
  ["watermark", "watermark"],
  ["delete_mark", "delete_mark"],
  ["rollup", "rollup"],
] as const;

/** Reads `name value` options as far as there are some of that kind. */
function readOptions(
  stream: TokenStream,
  isOption: (name: string) => boolean,
): Record<string, string> {
  const options: Record<string, string> = {};
  while (stream.token.kind === "name" && isOption(stream.token.text)) {
    const option = stream.next().text;
    if (option === "sma" || option === "rollup") {
      options[option] = stream.parenthesised(() => stream.name()).join(",");
      continue;
    }
    const values: string[] = [];
    do {
      const sign = option !== "ttl" && stream.acceptOperator("-") ? "-" : "";
      const token = stream.next();
      if (token.kind === "end" || token.kind === "operator") stream.fail(token);
      if (option === "ttl" && !/^\d{1,10}$/.test(token.text)) stream.fail(token);
      values.push(sign + token.text);
    } while (stream.acceptOperator(","));
    options[option] = values.join(",");
  }
  return options;
}

function parseCreateDatabase(stream: TokenStream): Statement {
  const ifNotExists = stream.acceptWords("if", "not", "exists");
  const name = stream.name();
  const options = readOptions(stream, (option) => isDatabaseOption(option, false));
  return { node: "createDatabase", name, ifNotExists, options };
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
  const { comment = null, ttl = "0" } = readOptions(
    stream,
    (option) => option === "ttl" || option === "comment",
  );
  return { ifNotExists, name, stable, tagNames, tags, comment, ttl: Number(ttl) };
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
    const name = stream.name();
    const options = readOptions(stream, (option) => isDatabaseOption(option, true));
    if (Object.keys(options).length === 0) stream.fail();
    return { node: "alterDatabase", name, options };
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
  if (stream.isWord("comment") || stream.isWord("ttl")) {
    const { comment, ttl } = readOptions(
      stream,
      (option) => option === "comment" || option === "ttl",
    );
    return {
      kind: "options",
      comment: comment ?? null,
      ttl: ttl === undefined ? null : Number(ttl),
    };
  }
  const verb = stream.next();
  if (!["add", "drop", "modify", "rename"].includes(verb.text)) stream.fail(verb);
  const tag = stream.acceptWord("tag");
  if (!tag) stream.expectWord("column");
  switch (verb.text) {
    case "add":
      return { kind: "add", tag, column: parseColumnDefinition(stream) };
    case "drop":
      return { kind: "drop", tag, name: stream.name() };
    case "modify":
      return { kind: "modify", tag, column: parseColumnDefinition(stream) };
    default:
      return { kind: "rename", tag, from: stream.name(), to: stream.name() };
  }
}
