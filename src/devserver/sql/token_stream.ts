/**
 * The parsers' reading position in a statement, and the words they may not take as names.
 *
 * @module
 */
import type { Duration, QualifiedName } from "./ast.ts";
import { syntaxError } from "./errors.ts";
import { foldCase, type Token, tokenize } from "./lexer.ts";

const reserved = new Set((
  "account add aggregate all alter analyze and apps as asc bigint binary bnodes bool both bufsize by cache cast client column columns comment conflict " +
  "connection connections consumer contains count_window create database databases decimal delete desc describe distinct distributed dnode dnodes drop " +
  "duration else enable end exists explain event_window every fill float flush for from full function functions geometry grant grants group having if " +
  "import in index indexes inner insert int integer interval into is join json keep kill leader like limit linear local logs match maxrows merge minrows " +
  "mnode mnodes modify nchar next nmatch not null offset on or order outputtype partition precision prev privileges qnode qnodes query range " +
  "redistribute rename replica reset revoke rollup schemaless select session set show single_stable sliding slimit smallint snode snodes soffset stable " +
  "stables state_window storage stream streams strict subtable table tables tag tags then timestamp tinyint to topic topics transaction trigger " +
  "trim true false tsma ttl union unsigned use user users using values varbinary varchar vgroup vgroups view wal watermark when where with write"
).split(" "));

/** A cursor over the tokens of one statement. */
export class TokenStream {
  readonly sql: string;
  readonly #tokens: Token[];
  #at = 0;
  /** Number of `?` read. */
  parameters = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.#tokens = tokenize(sql);
  }

  /** The token to be read next. */
  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** End of the token read last. */
  get lastEnd(): number {
    return this.#at === 0 ? 0 : this.#tokens[this.#at - 1]!.end;
  }

  peek(distance: number): Token {
    return this.#tokens[Math.min(this.#at + distance, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** Throws a syntax error at the token. */
  fail(token: Token = this.token): never {
    const text = foldCase(this.sql).slice(token.start).trimEnd();
    throw syntaxError(text.endsWith(";") ? text.slice(0, -1) : text);
  }

  isWord(word: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === "name" && token.text === word;
  }

  isOperator(text: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === "operator" && token.text === text;
  }

  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at++;
    return true;
  }

  /** Accepts all of the words in a row, or none. */
  acceptWords(...words: string[]): boolean {
    if (!words.every((word, index) => this.isWord(word, index))) return false;
    this.#at += words.length;
    return true;
  }

  acceptOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#at++;
    return true;
  }

  expectWord(word: string): void {
    if (!this.acceptWord(word)) this.fail();
  }

  expectOperator(text: string): void {
    if (!this.acceptOperator(text)) this.fail();
  }

  /** Tells whether the next token can be a name. */
  isName(distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === "quoted" || (token.kind === "name" && !reserved.has(token.text));
  }

  name(): string {
    if (!this.isName()) this.fail();
    return this.next().text;
  }

  qualifiedName(): QualifiedName {
    const first = this.name();
    return this.acceptOperator(".")
      ? { qualifier: first, name: this.anyName() }
      : { qualifier: null, name: first };
  }

  /** Reads the name after a dot, where reserved words are let through. */
  anyName(): string {
    const token = this.token;
    if (token.kind !== "quoted" && token.kind !== "name") this.fail();
    return this.next().text;
  }

  integer(): number {
    const token = this.token;
    if (token.kind !== "number" || !/^\d+$/.test(token.text)) this.fail();
    return Number(this.next().text);
  }

  duration(): Duration {
    const token = this.token;
    if (token.kind !== "duration") this.fail();
    this.next();
    return parseDuration(token.text);
  }

  /** Reads a length of time that may also be in quotes, or a number of ticks. */
  span(): Duration {
    const { kind, text } = this.token;
    if (kind === "number" && /^\d+$/.test(text)) {
      this.next();
      return { amount: Number(text), unit: "" };
    }
    if (kind === "string" && /^\d+[basumhdwny]$/i.test(text)) {
      this.next();
      return parseDuration(text);
    }
    return this.duration();
  }

  /** Reads `item, item, …`. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptOperator(",")) items.push(item());
    return items;
  }

  /** Reads `(item, item, …)`. */
  parenthesised<T>(item: () => T): T[] {
    this.expectOperator("(");
    const items = this.list(item);
    this.expectOperator(")");
    return items;
  }
}

/** Reads the text of a duration token, such as `5m`. */
export function parseDuration(text: string): Duration {
  return { amount: Number(text.slice(0, -1)), unit: text.slice(-1).toLowerCase() };
}
