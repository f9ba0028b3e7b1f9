/**
 * Compares statements with their templates, token by token, and catches what a connection would send.
 *
 * @module
 */
import { type Codec, Connection } from "../../mod.ts";
import { Session } from "../../src/session.ts";
import type {
  PreparedStatement,
  StatementPort,
  Transport,
} from "../../src/transports/transport.ts";
import { defaultValueOptions } from "../../src/value_modes.ts";
import { tokenize, unquote } from "./literal_tokens.ts";
import type { Value } from "./literal_values.ts";

/** The word in the place of each value. */
export const marker = "placeholder_0";

/** Compares the tokens of the rendered statement with those of its template. */
export function check(template: string, rendered: string, values: readonly Value[]): void {
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
export function checkPrepared(template: string, sent: string): void {
  const textsOf = (sql: string) => tokenize(sql).map(({ text }) => text);
  const wanted = textsOf(template).map((text) => text === marker ? "?" : text);
  const found = textsOf(sent);
  if (wanted.length === found.length && wanted.every((text, i) => text === found[i])) return;
  throw new Error(`tokens differ:\n${template}\n${sent}`);
}

/** A connection whose transport keeps the text that it was to send; REST has no prepared statements. */
export function fakeConnection(codec: Codec, canPrepare: boolean) {
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
