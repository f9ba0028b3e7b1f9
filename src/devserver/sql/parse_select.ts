/**
 * Parses SELECT and UNION.
 *
 * @module
 */
import type {
  Duration,
  Expr,
  FillClause,
  FromItem,
  JoinKind,
  JoinSide,
  Limit,
  OrderItem,
  Query,
  Select,
  SelectItem,
  WindowClause,
} from "./ast.ts";
import { ServerError } from "../engine.ts";
import { Code, unsupported } from "./errors.ts";
import { parseExpression, parsePrimary } from "./parse_expression.ts";
import type { TokenStream } from "./token_stream.ts";

/** Parses a query with its ORDER BY and LIMIT. */
export function parseQuery(stream: TokenStream): Query {
  let left: Query = parseTerm(stream);
  while (stream.acceptWord("union")) {
    const all = stream.acceptWord("all");
    left = { node: "union", all, left, right: parseTerm(stream), orderBy: [], limit: null };
  }
  left.orderBy = parseOrderBy(stream);
  if (left.node === "select") left.slimit = parseLimit(stream, "slimit", "soffset");
  left.limit = parseLimit(stream, "limit", "offset");
  return left;
}

function parseTerm(stream: TokenStream): Query {
  if (!stream.acceptOperator("(")) return parseSelect(stream);
  const query = parseQuery(stream);
  stream.expectOperator(")");
  return query;
}

function parseSelect(stream: TokenStream): Select {
  stream.expectWord("select");
  const distinct = stream.acceptWord("distinct");
  if (!distinct) stream.acceptWord("all");
  const tagsOnly = stream.acceptWord("tags");
  const items = stream.list(() => parseItem(stream));
  const from = stream.acceptWord("from") ? parseFrom(stream) : null;
  const where = stream.acceptWord("where") ? parseExpression(stream) : null;
  const partitionBy = acceptBy(stream, "partition") ? stream.list(() => parseItem(stream)) : [];
  const range = stream.acceptWord("range") ? parseRange(stream) : null;
  const every = stream.acceptWord("every") ? stream.parenthesised(() => stream.span())[0]! : null;
  const window = parseWindow(stream);
  const isFillable = window === null || window.kind === "interval";
  const fill = isFillable && stream.acceptWord("fill") ? parseFill(stream) : null;
  const groupBy = acceptBy(stream, "group") ? stream.list(() => parseExpression(stream)) : [];
  const having = stream.acceptWord("having") ? parseExpression(stream) : null;
  return {
    node: "select",
    distinct,
    tagsOnly,
    items,
    from,
    where,
    partitionBy,
    range,
    every,
    window,
    fill,
    groupBy,
    having,
    orderBy: [],
    slimit: null,
    limit: null,
  };
}

/** Accepts a word that BY has to follow. */
function acceptBy(stream: TokenStream, word: string): boolean {
  if (!stream.acceptWord(word)) return false;
  stream.expectWord("by");
  return true;
}

function parseItem(stream: TokenStream): SelectItem {
  const expr = parseExpression(stream);
  if (expr.node === "star") return { expr, alias: null };
  if (stream.acceptWord("as")) {
    return { expr, alias: stream.token.kind === "string" ? stream.next().text : stream.anyName() };
  }
  return { expr, alias: stream.isName() ? stream.name() : null };
}

function parseFrom(stream: TokenStream): FromItem {
  let left = parseJoined(stream);
  while (stream.acceptOperator(",")) {
    const right = parseJoined(stream);
    left = { node: "join", side: "inner", kind: "all", left, right, on: null, jlimit: null };
  }
  return left;
}

function parseJoined(stream: TokenStream): FromItem {
  let left = parseTable(stream);
  for (;;) {
    const join = parseJoinKind(stream);
    if (join === null) return left;
    const right = parseTable(stream);
    const on = stream.acceptWord("on") ? parseExpression(stream) : null;
    if (join.kind === "window") {
      stream.expectWord("window_offset");
      stream.expectOperator("(");
      while (!stream.acceptOperator(")")) stream.next();
    }
    const jlimit = stream.acceptWord("jlimit") ? stream.integer() : null;
    left = { node: "join", ...join, left, right, on, jlimit };
  }
}

const joinWords = ["outer", "semi", "anti", "asof", "window"] as const;

function parseJoinKind(stream: TokenStream): { side: JoinSide; kind: JoinKind } | null {
  if (stream.acceptWord("join") || stream.acceptWords("inner", "join")) {
    return { side: "inner", kind: "all" };
  }
  for (const side of ["left", "right", "full"] as const) {
    if (stream.acceptWords(side, "join")) return { side, kind: "all" };
    for (const word of joinWords) {
      if (!stream.acceptWords(side, word, "join")) continue;
      if (side === "full" && word !== "outer") throw unsupported(`FULL ${word.toUpperCase()} JOIN`);
      return { side, kind: word === "outer" ? "all" : word };
    }
  }
  return null;
}

function parseTable(stream: TokenStream): FromItem {
  if (stream.acceptOperator("(")) {
    const query = parseQuery(stream);
    stream.expectOperator(")");
    return { node: "query", query, alias: parseTableAlias(stream) };
  }
  const name = stream.qualifiedName();
  return { node: "table", name, alias: parseTableAlias(stream) };
}

function parseTableAlias(stream: TokenStream): string | null {
  if (stream.acceptWord("as")) return stream.name();
  const join = ["left", "right", "full"].some((word) => stream.isWord(word)) &&
    ["join", ...joinWords].some((word) => stream.isWord(word, 1));
  return stream.isName() && !join ? stream.name() : null;
}

function parseRange(stream: TokenStream): Select["range"] {
  const [start, end = null] = stream.parenthesised(() => parseExpression(stream));
  return { start: start!, end };
}

function parseWindow(stream: TokenStream): WindowClause | null {
  if (stream.acceptWord("interval")) return parseInterval(stream);
  if (stream.acceptWord("session")) {
    stream.expectOperator("(");
    const column = parseExpression(stream);
    stream.expectOperator(",");
    const gap = stream.span();
    stream.expectOperator(")");
    return { kind: "session", column, gap };
  }
  if (stream.acceptWord("state_window")) {
    const [expr] = stream.parenthesised(() => parseExpression(stream));
    return { kind: "state", expr: expr!, trueFor: parseTrueFor(stream) };
  }
  if (stream.acceptWord("count_window")) return parseCountWindow(stream);
  if (!stream.acceptWords("event_window", "start", "with")) return null;
  const start = parseExpression(stream);
  stream.expectWord("end");
  stream.expectWord("with");
  return { kind: "event", start, end: parseExpression(stream), trueFor: parseTrueFor(stream) };
}

function parseInterval(stream: TokenStream): WindowClause {
  stream.expectOperator("(");
  const interval = stream.span();
  const offset = !stream.acceptOperator(",")
    ? null
    : stream.acceptWord("auto")
    ? "auto"
    : stream.span();
  stream.expectOperator(")");
  const sliding = stream.acceptWord("sliding")
    ? stream.parenthesised(() => stream.span())[0]!
    : null;
  return { kind: "interval", interval, offset, sliding };
}

function parseCountWindow(stream: TokenStream): WindowClause {
  stream.expectOperator("(");
  const size = stream.integer();
  let sliding = size;
  const columns: Expr[] = [];
  while (stream.acceptOperator(",")) {
    if (columns.length === 0 && stream.token.kind === "number") sliding = stream.integer();
    else columns.push(parseExpression(stream));
  }
  stream.expectOperator(")");
  const wrong = size < 2
    ? "Size of Count window must exceed 1."
    : sliding < 1
    ? "Size of Count window must exceed 0."
    : sliding > size
    ? "sliding value no larger than the count value."
    : size >= 2147483647
    ? "Size of Count window must less than 2147483647(INT32_MAX)."
    : null;
  if (wrong !== null) throw new ServerError(Code.countWindow, wrong);
  return { kind: "count", size, sliding, columns };
}

function parseTrueFor(stream: TokenStream): Duration | null {
  return stream.acceptWord("true_for") ? stream.parenthesised(() => stream.span())[0]! : null;
}

function parseFill(stream: TokenStream): FillClause {
  stream.expectOperator("(");
  const token = stream.next(), mode = token.text;
  if (
    !["none", "null", "null_f", "value", "value_f", "prev", "next", "linear", "near"].includes(mode)
  ) stream.fail(token);
  const values = stream.acceptOperator(",") ? stream.list(() => parseExpression(stream)) : [];
  stream.expectOperator(")");
  return { mode: mode as FillClause["mode"], values };
}

function parseOrderBy(stream: TokenStream): OrderItem[] {
  if (!acceptBy(stream, "order")) return [];
  return stream.list(() => {
    const expr = parseExpression(stream);
    const descending = stream.acceptWord("desc");
    if (!descending) stream.acceptWord("asc");
    if (!stream.acceptWord("nulls")) return { expr, descending, nulls: null };
    const first = stream.acceptWord("first");
    if (!first) stream.expectWord("last");
    return { expr, descending, nulls: first ? "first" : "last" };
  });
}

/** Parses `limit n`, `limit n offset m` or `limit m, n`. */
function parseLimit(stream: TokenStream, limit: string, offset: string): Limit | null {
  if (!stream.acceptWord(limit)) return null;
  const first = parseCount(stream);
  if (stream.acceptOperator(",")) return { count: parseCount(stream), offset: first };
  return { count: first, offset: stream.acceptWord(offset) ? parseCount(stream) : null };
}

/** Parses a number of rows: digits, or a parameter. */
function parseCount(stream: TokenStream): Expr {
  const { kind, text } = stream.token;
  if (kind !== "parameter" && !(kind === "number" && /^\d+$/.test(text))) stream.fail();
  return parsePrimary(stream);
}
