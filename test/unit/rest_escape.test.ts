/**
 * No value changes the structure of a statement: a million values, put by a template into statements of random shape,
 * are found again in what REST and WebSocket send, by a tokenizer that is written after TDengine's own rules and shares
 * nothing with the client's scanner.
 *
 * @module
 */
import { beforeAll, describe, expect, it } from "vitest";
import { type Codec, Connection, id, initCodec, param, type SqlValue } from "../../mod.ts";
import { Session } from "../../src/session.ts";
import { formatLiteral, insertLiterals } from "../../src/sql/escape.ts";
import { Param } from "../../src/sql/param.ts";
import { scanSql } from "../../src/sql/scan.ts";
import type { TemplateValue } from "../../src/sql/template.ts";
import type {
  PreparedStatement,
  StatementPort,
  Transport,
} from "../../src/transports/transport.ts";
import { defaultValueOptions } from "../../src/value_modes.ts";

interface Token {
  kind: "string" | "name" | "word" | "number" | "mark";
  text: string;
}

/** TDengine's tokens; comments and white space are none. Throws where a quote stays open. */
function tokenize(sql: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const take = (kind: Token["kind"], end: number) => {
    found.push({ kind, text: sql.slice(at, end) });
    at = end;
  };
  while (at < sql.length) {
    const char = sql[at]!;
    if (char === "-" && sql[at + 1] === "-") {
      while (at < sql.length && sql[at] !== "\n") at++;
    } else if (char === "/" && sql[at + 1] === "*") {
      at += 2;
      while (at < sql.length && !(sql[at] === "*" && sql[at + 1] === "/")) at++;
      at += 2;
    } else if (char === "'" || char === '"') {
      take("string", stringEnd(sql, at));
    } else if (char === "`") {
      const close = sql.indexOf("`", at + 1);
      if (close < 0) throw new Error("a name stays open");
      take("name", close + 1);
    } else {
      const rest = sql.slice(at, at + 200);
      const [word] = /^[A-Za-z_]\w*/.exec(rest) ?? [];
      const [number] = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*/.exec(rest) ?? [];
      if (word !== undefined) take("word", at + word.length);
      else if (number !== undefined) take("number", at + number.length);
      else if (/\s/.test(char)) at++;
      else take("mark", at + 1);
    }
  }
  return found;
}

function stringEnd(sql: string, start: number): number {
  const quote = sql[start]!;
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === "\0") throw new Error("the server ends the statement at NUL");
    if (sql[at] === "\\") at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  throw new Error("a string stays open");
}

/** What a string token says; `\x` keeps its backslash, as the server keeps it for the bytes of VARBINARY. */
function unquote({ text }: Token): string {
  return text.slice(1, -1).replace(/\\([^])/g, (all, char: string) => char === "x" ? all : char);
}

/** A seeded generator, so that every failure can be repeated. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

const hostile = [
  "'",
  "''",
  "\\",
  "\\'",
  "\\\\",
  '"',
  "`",
  "--",
  "-",
  "/*",
  "*/",
  ";",
  "?",
  "\n",
  "\r",
  "\t",
  "\\x41",
  "\\0",
  "%",
  "_",
  "(",
  ")",
  ",",
  " or 1=1 ",
  "drop table t",
  "é",
  "北",
  "😀",
  "\ud800",
  "\udc00",
  "\u2028",
  "\ufeff",
  "a",
  "1",
  "NULL",
  " ",
];

/** Texts of a statement between its values; each is whole by itself, and some touch the value. */
const texts = [
  " , ",
  ",",
  "(",
  ")",
  " + ",
  "-",
  " -",
  "- ",
  "--?\n",
  "/* ? ' */",
  "/*/ ? */",
  "'a?'",
  "'\\'?'",
  '"?\'"',
  "`we ? ird`",
  "=",
  " and x = ",
  "'",
  ".",
  "x",
  "1",
  "1.5e3",
  "5s ",
  "\n",
  ";",
  "*",
  "/",
  "''",
  " from t where a in (",
].filter((text) => text !== "'");

type Kind = "string" | "number" | "word" | "bytes";

interface Value {
  given: SqlValue;
  kind: Kind;
  /** What must be found: the text, the number's text, the word, or the hex digits. */
  expected: string;
}

function randomText(random: (bound: number) => number): string {
  const count = random(6);
  let text = "";
  for (let i = 0; i < count; i++) text += hostile[random(hostile.length)]!;
  // Halves of surrogate pairs are refused, which has a test of its own.
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "",
  );
}

function randomValue(random: (bound: number) => number): Value {
  switch (random(10)) {
    case 0: {
      const given = Uint8Array.from({ length: random(6) }, () => random(256));
      const expected = given.length === 0 ? "" : `\\x${Buffer.from(given).toString("hex")}`;
      return { given, kind: "bytes", expected };
    }
    case 1: {
      const given = (random(2 ** 31) - 2 ** 30) * 10 ** (random(40) - 20);
      return { given, kind: "number", expected: Object.is(given, -0) ? "-0.0" : String(given) };
    }
    case 2: {
      const given = (BigInt(random(2 ** 31)) << 32n) * (random(2) ? 1n : -1n);
      return { given, kind: "number", expected: String(given) };
    }
    case 3: {
      const given = [true, false, null][random(3)]!;
      return { given, kind: "word", expected: given === null ? "NULL" : String(given) };
    }
    case 4: {
      const text = randomText(random);
      return {
        given: param.varchar(new TextEncoder().encode(text)),
        kind: "string",
        expected: text,
      };
    }
    case 5: {
      const text = `${random(2) ? "-" : ""}${random(1000)}.${random(1000)}`;
      return { given: param.decimal(text), kind: "number", expected: text };
    }
    default: {
      const given = randomText(random);
      return { given, kind: "string", expected: given };
    }
  }
}

const marker = "placeholder_0";

/** Compares the tokens of the rendered statement with those of its template. */
function check(template: string, rendered: string, values: readonly Value[]): void {
  const expected = tokenize(template);
  const found = tokenize(rendered);
  let at = 0;
  let next = 0;
  const fail = (reason: string) => {
    throw new Error(
      `${reason}:\n${template}\n${rendered}\n${
        JSON.stringify(values.map(({ expected }) => expected))
      }`,
    );
  };
  for (const token of expected) {
    const got = found[at++];
    if (token.text !== marker) {
      if (got?.text !== token.text || got.kind !== token.kind) fail(`token ${at}`);
      continue;
    }
    const { kind, expected: wanted } = values[next++]!;
    if (got === undefined) return fail("a token is missing");
    if (kind === "number") {
      const sign = got.text === "-" ? "-" : "";
      const number = sign === "" ? got : found[at++]!;
      if (number.kind !== "number" || sign + number.text !== wanted) fail("number");
    } else if (kind === "word") {
      if (got.kind !== "word" || got.text !== wanted) fail("word");
    } else if (got.kind !== "string" || unquote(got) !== wanted) fail("string");
  }
  if (at !== found.length || next !== values.length) fail("tokens are left over");
}

/** Compares the tokens of a statement to be prepared with those of its template. */
function checkPrepared(template: string, sent: string): void {
  const textsOf = (sql: string) => tokenize(sql).map(({ text }) => text);
  const wanted = textsOf(template).map((text) => text === marker ? "?" : text);
  const found = textsOf(sent);
  if (wanted.length === found.length && wanted.every((text, i) => text === found[i])) return;
  throw new Error(`tokens differ:\n${template}\n${sent}`);
}

/** A connection whose transport keeps the text that it was to send; REST has no prepared statements. */
function fakeConnection(codec: Codec, canPrepare: boolean) {
  let [sent, prepared] = ["", false];
  const done = { affectedRows: 0, durationNs: 0n, reqId: 1n, rows: null };
  const keep = (sql: string, isPrepared: boolean) => {
    sent = sql;
    prepared = isPrepared;
    return Promise.resolve(done);
  };
  const statement = (sql: string): PreparedStatement => ({
    isInsert: false,
    placeholders: null,
    parameterCount: 0,
    execute: () => keep(sql, true),
    close: () => Promise.resolve(),
  });
  const statements: StatementPort = {
    prepare: (sql) => Promise.resolve(statement(sql)),
    requireType: () => {},
  };
  const transport: Transport = {
    kind: canPrepare ? "websocket" : "fetch",
    serverVersion: "3.3.7.5",
    compression: false,
    query: { execute: (sql) => keep(sql, false) },
    session: { ping: () => Promise.resolve() },
    ...(canPrepare && { statements }),
    nextReqId: () => 1n,
    close: () => Promise.resolve(),
  };
  const parts = { transport, codec, values: defaultValueOptions, requestTimeoutMs: 0 };
  const session = new Session(parts);
  return { db: new Connection(session, "a test"), last: () => sent, isPrepared: () => prepared };
}

describe("literals", () => {
  let codec: Codec;
  beforeAll(async () => {
    codec = await initCodec();
  });

  it(
    "never change the structure of a statement, whatever they say and wherever they stand",
    async () => {
      const random = generator(1);
      const [overRest, overSocket] = [fakeConnection(codec, false), fakeConnection(codec, true)];
      const kinds = new Set<boolean>();
      let count = 0;
      while (count < 1_000_000) {
        const values = Array.from({ length: 1 + random(8) }, () => randomValue(random));
        const parts: string[] = ["select "];
        const given: TemplateValue[] = [];
        let template = "select ";
        values.forEach((value, i) => {
          const name = random(10) === 0
            ? id(randomText(random).replace(/[`\0]/g, "") || "n")
            : undefined;
          const before = texts[random(texts.length)]!;
          const between = name === undefined ? "" : texts[random(texts.length)]!;
          parts[parts.length - 1] += before;
          template += before;
          if (name !== undefined) {
            given.push(name);
            parts.push(between);
            template += name.text + between;
          }
          given.push(value.given);
          parts.push(i === values.length - 1 ? texts[random(texts.length)]! : "");
          template += ` ${marker} ${parts.at(-1)}`;
        });
        const strings = parts as unknown as TemplateStringsArray;
        await overRest.db.sql(strings, ...given);
        check(template, overRest.last(), values);
        await overSocket.db.sql(strings, ...given);
        const sent = overSocket.last();
        // What can be prepared goes with its placeholders, and has no value in it.
        if (overSocket.isPrepared()) checkPrepared(template, sent);
        else check(template, sent, values);
        kinds.add(overSocket.isPrepared());
        count += values.length;
      }
      expect(count).toBeGreaterThanOrEqual(1_000_000);
      expect(kinds.size).toBe(2);
    },
    240_000,
  );

  const literal = (value: unknown) => formatLiteral(value as SqlValue, 0, codec);

  it("do not hold half a surrogate pair", () => {
    expect(() => literal("a\ud800")).toThrow("surrogate");
    expect(() => literal("\udc00b")).toThrow("surrogate");
  });

  it("are what the server reads as the same value", () => {
    const given: [unknown, string][] = [
      [null, "NULL"],
      [true, "true"],
      [-0, "-0.0"],
      [1e21, "1e+21"],
      [5e-324, "5e-324"],
      [-(2n ** 63n), "-9223372036854775808"],
      ['it\'s \\ "q"', "'it\\'s \\\\ \"q\"'"],
      [new Uint8Array(), "''"],
      [new Uint8Array([0, 255]), "'\\x00ff'"],
      [param.varbinary(new Uint8Array([1])), "'\\x01'"],
      [param.varchar(new TextEncoder().encode("é'")), "'é\\''"],
      [param.decimal("-1.50"), "-1.50"],
      [param.json('{"a":1}'), "'{\"a\":1}'"],
      [new Date(0), "'1970-01-01T00:00:00.000Z'"],
      [param.timestamp(-1n, "ns"), "'1969-12-31T23:59:59.999999999Z'"],
      [{ epochNanoseconds: 1n }, "'1970-01-01T00:00:00.000000001Z'"],
    ];
    for (const [value, text] of given) expect(literal(value)).toBe(text);
  });

  it("are refused where there is none", () => {
    const refused: unknown[] = [
      NaN,
      Infinity,
      "a\0b",
      undefined,
      {},
      [1],
      Symbol("x"),
      () => 1,
      new Date(NaN),
      param.varchar(new Uint8Array([0xff])),
      new Param("DECIMAL", "1); drop table t"),
      new Param("DECIMAL", 5),
      new Param("TIMESTAMP", "1'", "ms"),
    ];
    for (const value of refused) expect(() => literal(value), String(value)).toThrow();
  });

  it("do not touch what stands beside them", () => {
    const render = (sql: string, ...values: SqlValue[]) =>
      insertLiterals(sql, scanSql(sql).placeholders, values, codec);
    expect(render("select 5 -?", -3)).toBe("select 5 - -3");
    expect(render("select 'a'?'b'", "x")).toBe("select 'a' 'x' 'b'");
    expect(render("limit?", 5)).toBe("limit 5");
    expect(render("interval(?s)", 5)).toBe("interval(5 s)");
    expect(render("values (?,?)", 1, "a")).toBe("values (1,'a')");
    expect(render("? ?", "a", "b")).toBe("'a' 'b'");
  });

  it("take no name that cannot be quoted", () => {
    for (const name of ["", "a`b", "a\0b", 5 as unknown as string]) {
      expect(() => id(name)).toThrow();
    }
    expect(id("we ? -- '\\", "`".repeat(0) + "x").text).toBe("`we ? -- '\\`.`x`");
  });
});
