/**
 * Parses expressions by precedence climbing.
 *
 * @module
 */
import type { Expr, Literal } from "./ast.ts";
import { parseType } from "./parse_type.ts";
import { parseDuration, type TokenStream } from "./token_stream.ts";
import { fixedType, Type } from "./types.ts";

const comparisons = new Set(["=", "==", "!=", "<>", "<", "<=", ">", ">="]);
/** Reserved words that are names of functions before a parenthesis. */
const callableWords = new Set(["replace", "trim", "database", "user"]);
const wordComparisons = new Set(["like", "match", "nmatch", "contains"]);

/** Parses an expression. */
export function parseExpression(stream: TokenStream): Expr {
  let left = parseAnd(stream);
  while (stream.acceptWord("or")) left = binary("or", left, parseAnd(stream));
  return left;
}

function binary(op: string, left: Expr, right: Expr): Expr {
  return { node: "binary", op, left, right, start: left.start, end: right.end };
}

function parseAnd(stream: TokenStream): Expr {
  let left = parseNot(stream);
  while (stream.acceptWord("and")) left = binary("and", left, parseNot(stream));
  return left;
}

function parseNot(stream: TokenStream): Expr {
  const { start } = stream.token;
  if (!stream.acceptWord("not")) return parseComparison(stream);
  const arg = parseNot(stream);
  return { node: "unary", op: "not", arg, start, end: arg.end };
}

function parseComparison(stream: TokenStream): Expr {
  let left = parseAdditive(stream);
  for (;;) {
    const token = stream.token;
    if (token.kind === "operator" && comparisons.has(token.text)) {
      stream.next();
      const op = token.text === "==" ? "=" : token.text === "<>" ? "!=" : token.text;
      left = binary(op, left, parseAdditive(stream));
    } else {
      const predicate = parsePredicate(stream, left);
      if (predicate === null) return left;
      left = predicate;
    }
  }
}

/** Parses `is [not] null`, `[not] between|in|like|match|…` after its first operand; null when none of them follows. */
function parsePredicate(stream: TokenStream, arg: Expr): Expr | null {
  const { start } = arg;
  if (stream.acceptWord("is")) {
    const negated = stream.acceptWord("not");
    stream.expectWord("null");
    return { node: "isNull", arg, negated, start, end: stream.lastEnd };
  }
  const negated = stream.acceptWord("not");
  if (negated && !["between", "in", "like"].includes(stream.token.text)) stream.fail();
  if (stream.acceptWord("between")) {
    const low = parseAdditive(stream);
    stream.expectWord("and");
    const high = parseAdditive(stream);
    return { node: "between", arg, low, high, negated, start, end: high.end };
  }
  if (stream.acceptWord("in")) {
    const items = stream.parenthesised(() => parseExpression(stream));
    return { node: "in", arg, items, negated, start, end: stream.lastEnd };
  }
  const token = stream.token;
  if (token.kind !== "name" || !wordComparisons.has(token.text)) return null;
  stream.next();
  return binary(negated ? `not ${token.text}` : token.text, arg, parseAdditive(stream));
}

function parseAdditive(stream: TokenStream): Expr {
  let left = parseMultiplicative(stream);
  for (;;) {
    const { kind, text } = stream.token;
    if (kind !== "operator" || !["+", "-", "&", "|"].includes(text)) return left;
    stream.next();
    left = binary(text, left, parseMultiplicative(stream));
  }
}

function parseMultiplicative(stream: TokenStream): Expr {
  let left = parseUnary(stream);
  for (;;) {
    const { kind, text } = stream.token;
    if (kind !== "operator" || !["*", "/", "%"].includes(text)) return left;
    stream.next();
    left = binary(text, left, parseUnary(stream));
  }
}

function parseUnary(stream: TokenStream): Expr {
  const { start, kind, text } = stream.token;
  if (kind !== "operator" || (text !== "-" && text !== "+")) return parsePostfix(stream);
  stream.next();
  const arg = parseUnary(stream);
  if (arg.node === "literal" && text === "-") {
    const literal = negate(arg.literal);
    if (literal !== null) return { node: "literal", literal, start, end: arg.end };
  }
  return { node: "unary", op: text, arg, start, end: arg.end };
}

function negate(literal: Literal): Literal | null {
  if (literal.kind === "integer") return { kind: "integer", value: -literal.value };
  if (literal.kind === "float") {
    return { kind: "float", value: -literal.value, text: `-${literal.text}` };
  }
  if (literal.kind === "duration") {
    return { kind: "duration", value: { amount: -literal.value.amount, unit: literal.value.unit } };
  }
  return null;
}

function parsePostfix(stream: TokenStream): Expr {
  let left = parsePrimary(stream);
  while (stream.acceptOperator("->")) {
    const token = stream.token;
    if (token.kind !== "string") stream.fail();
    stream.next();
    const key: Expr = {
      node: "literal",
      literal: { kind: "string", value: token.text },
      start: token.start,
      end: token.end,
    };
    left = binary("->", left, key);
  }
  return left;
}

/** Reads a number token: integers as they are, all others as DOUBLE. */
export function numberLiteral(text: string): Literal {
  return /^(\d+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/.test(text)
    ? { kind: "integer", value: BigInt(text) }
    : { kind: "float", value: Number(text), text };
}

export function parsePrimary(stream: TokenStream): Expr {
  const token = stream.token;
  const { start, end, text } = token;
  const literal = (value: Literal): Expr => {
    stream.next();
    return { node: "literal", literal: value, start, end };
  };
  switch (token.kind) {
    case "number":
      return literal(numberLiteral(text));
    case "string":
      return literal({ kind: "string", value: text });
    case "duration":
      return literal({ kind: "duration", value: parseDuration(text) });
    case "parameter":
      stream.next();
      return { node: "parameter", index: stream.parameters++, start, end };
    case "operator":
      return parseOperatorPrimary(stream);
    case "quoted":
      return parseNamed(stream);
    case "name":
      if (text === "true" || text === "false") {
        return literal({ kind: "bool", value: text === "true" });
      }
      if (text === "null") return literal({ kind: "null" });
      if (text === "cast") return parseCast(stream);
      if (text === "case") return parseCase(stream);
      if (text === "timestamp" && stream.peek(1).kind === "string") return parseTime(stream);
      return parseNamed(stream);
    default:
      return stream.fail();
  }
}

function parseOperatorPrimary(stream: TokenStream): Expr {
  const { start } = stream.token;
  if (stream.acceptOperator("*")) return { node: "star", table: null, start, end: stream.lastEnd };
  stream.expectOperator("(");
  const inner = parseExpression(stream);
  stream.expectOperator(")");
  return { ...inner, start, end: stream.lastEnd };
}

function parseCast(stream: TokenStream): Expr {
  const { start } = stream.next();
  stream.expectOperator("(");
  const arg = parseExpression(stream);
  stream.expectWord("as");
  const type = parseType(stream);
  stream.expectOperator(")");
  return { node: "cast", arg, type, start, end: stream.lastEnd };
}

/** Parses `timestamp 'text'`. */
function parseTime(stream: TokenStream): Expr {
  const { start } = stream.next();
  const token = stream.next();
  const arg: Expr = {
    node: "literal",
    literal: { kind: "string", value: token.text },
    start: token.start,
    end: token.end,
  };
  return { node: "cast", arg, type: fixedType(Type.timestamp), start, end: token.end };
}

function parseCase(stream: TokenStream): Expr {
  const { start } = stream.next();
  const subject = stream.isWord("when") ? null : parseExpression(stream);
  const branches: { when: Expr; then: Expr }[] = [];
  while (stream.acceptWord("when")) {
    const when = parseExpression(stream);
    stream.expectWord("then");
    branches.push({ when, then: parseExpression(stream) });
  }
  if (branches.length === 0) stream.fail();
  const otherwise = stream.acceptWord("else") ? parseExpression(stream) : null;
  stream.expectWord("end");
  return { node: "case", subject, branches, otherwise, start, end: stream.lastEnd };
}

/** Parses a function call, `table.column`, `table.*` or a column. */
function parseNamed(stream: TokenStream): Expr {
  const token = stream.token;
  const { start, end } = token;
  const call = token.kind === "name" && stream.isOperator("(", 1);
  if (!stream.isName() && !(call && callableWords.has(token.text))) stream.fail();
  const name = stream.next().text;
  if (call) return parseCall(stream, name, start);
  if (!stream.acceptOperator(".")) {
    return { node: "column", table: null, name, quoted: token.kind === "quoted", start, end };
  }
  if (stream.acceptOperator("*")) return { node: "star", table: name, start, end: stream.lastEnd };
  const quoted = stream.token.kind === "quoted";
  return {
    node: "column",
    table: name,
    name: stream.anyName(),
    quoted,
    start,
    end: stream.lastEnd,
  };
}

function parseCall(stream: TokenStream, name: string, start: number): Expr {
  stream.expectOperator("(");
  const args = stream.isOperator(")") ? [] : parseArguments(stream, name);
  stream.expectOperator(")");
  return { node: "call", name, args, start, end: stream.lastEnd };
}

/** Parses arguments: separated by commas, or by the words some functions have. */
function parseArguments(stream: TokenStream, name: string): Expr[] {
  if (name === "trim") return parseTrim(stream);
  if (name === "position") {
    const part = parseAdditive(stream);
    stream.expectWord("in");
    return [part, parseAdditive(stream)];
  }
  const args = stream.list(() => {
    const arg = parseExpression(stream);
    return name === "cols" ? parseColsAlias(stream, arg) : arg;
  });
  if ((name === "substr" || name === "substring") && stream.acceptWord("from")) {
    args.push(parseExpression(stream));
    if (stream.acceptWord("for")) args.push(parseExpression(stream));
  }
  return args;
}

/** Parses the alias an output of `cols` may have, to the call `as(output, alias)`. */
function parseColsAlias(stream: TokenStream, arg: Expr): Expr {
  const { start } = stream.token;
  if (!stream.acceptWord("as") && !stream.isName()) return arg;
  const name = stream.anyName(), end = stream.lastEnd;
  const alias: Expr = { node: "column", table: null, name, quoted: true, start, end };
  return { node: "call", name: "as", args: [arg, alias], start: arg.start, end };
}

/** Parses `[leading|trailing|both] [removed] from text` to the three of them, or just a text. */
function parseTrim(stream: TokenStream): Expr[] {
  const { start } = stream.token;
  const side = ["leading", "trailing", "both"].find((word) => stream.acceptWord(word));
  const text = (value: string): Expr => ({
    node: "literal",
    literal: { kind: "string", value },
    start,
    end: stream.lastEnd,
  });
  if (side !== undefined && stream.acceptWord("from")) return [text(side), parseExpression(stream)];
  const first = parseExpression(stream);
  if (!stream.acceptWord("from")) return side === undefined ? [first] : stream.fail();
  return [text(side ?? "both"), first, parseExpression(stream)];
}
