/**
 * Parses the statements about topics and consumer groups.
 *
 * @module
 */
import type { Statement, TopicSource } from "./ast.ts";
import { parseExpression } from "./parse_expression.ts";
import { parseQuery } from "./parse_select.ts";
import type { TokenStream } from "./token_stream.ts";

/** Parses CREATE TOPIC after its two words. */
export function parseCreateTopic(stream: TokenStream): Statement {
  const ifNotExists = stream.acceptWords("if", "not", "exists");
  const name = stream.name();
  const meta = stream.acceptWords("with", "meta")
    ? "with"
    : stream.acceptWords("only", "meta")
    ? "only"
    : "no";
  stream.expectWord("as");
  return { node: "createTopic", name, ifNotExists, meta, source: parseSource(stream) };
}

function parseSource(stream: TokenStream): TopicSource {
  if (stream.acceptWord("database")) return { kind: "database", name: stream.name() };
  if (!stream.acceptWord("stable")) return { kind: "query", query: parseQuery(stream) };
  const name = stream.qualifiedName();
  return {
    kind: "stable",
    name,
    where: stream.acceptWord("where") ? parseExpression(stream) : null,
  };
}

/** Parses DROP TOPIC after its two words. */
export function parseDropTopic(stream: TokenStream): Statement {
  const ifExists = stream.acceptWords("if", "exists");
  const force = stream.acceptWord("force");
  return { node: "dropTopic", name: stream.name(), ifExists, force };
}

/** Parses DROP CONSUMER GROUP after its three words. */
export function parseDropGroup(stream: TokenStream): Statement {
  const ifExists = stream.acceptWords("if", "exists");
  const force = stream.acceptWord("force");
  const group = stream.name();
  stream.expectWord("on");
  return { node: "dropGroup", group, topic: stream.name(), ifExists, force };
}
