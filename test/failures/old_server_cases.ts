/**
 * Servers of earlier versions, which lack actions and fields.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { type Received, replyText } from "./fake_frames.ts";
import { numbers, recorded } from "./fake_result.ts";
import { type FakeOptions, type Handler, type Peer, until } from "./fake_server.ts";

/** `version` and `conn` as 3.2 answers: no request id in the one, no version in the other. */
const early = {
  version: (_: Received, peer: Peer) =>
    peer.text(replyText("version", 0n, { version: peer.server.options.version })),
  conn: (request: Received, peer: Peer) => peer.reply(request),
};

function old(options: FakeOptions = {}): FakeOptions {
  return { version: "3.2.3.0", ...options, script: { ...early, ...options.script } };
}

const queries: readonly FailureCase[] = [
  {
    name: "query() speaks JSON to a server before 3.3.2 and sends it no binary frame",
    async run({ connect, serve, equal }) {
      const server = await serve(old({ result: recorded("meters_12000") }));
      await using connection = await connect(server.url);
      equal(connection.serverVersion, "3.2.3.0");
      const { rowCount, rows } = await connection.query('select * from "meters"');
      equal(rowCount, 12_000);
      equal(typeof rows[11_999]!["tbname"], "string");
      equal(server.of("query")[0]!.sql, 'select * from "meters"');
      equal(server.of("fetch").length, 13);
      equal(server.of("fetch_block").length, 12);
      equal(server.received.filter(({ bytes }) => bytes !== null).length, 0);
      equal(server.of("free_result").length, 0);
      await connection.ping();
      equal((await connection.exec("drop table t")).affectedRows, 1);
    },
  },
  {
    name: "query() left early on an old server frees the result once",
    async run({ connect, serve, equal }) {
      const server = await serve(old({ result: numbers([1], [2], [3]) }));
      await using connection = await connect(server.url);
      equal(await connection.query("select v from t").value(), 1);
      await server.waitFor("free_result");
      await connection.ping();
      equal(server.of("free_result").length, 1);
    },
  },
  {
    name: "query() given up in any step on an old server has its result freed by the late reply",
    async run({ connect, serve, equal, rejects }) {
      const late: Record<string, (request: Received, peer: Peer) => void> = {
        query: (request, peer) => peer.reply(request, peer.server.openResult()),
        fetch: (request, peer) =>
          peer.reply(request, { id: Number(request.resourceId), completed: false, rows: 1 }),
        fetch_block: ({ resourceId }, peer) =>
          peer.binary(
            new Uint8Array([...new Uint8Array(8), Number(resourceId), 0, 0, 0, 0, 0, 0, 0, 1]),
          ),
      };
      for (const [step, answer] of Object.entries(late)) {
        const held: [Received, Peer][] = [];
        const hold: Handler = (request, peer) => void held.push([request, peer]);
        const server = await serve(old({ script: { [step]: hold } }));
        await using connection = await connect(server.url);
        const query = connection.query("select v from t", [], { timeoutMs: 30 });
        await rejects(Promise.resolve(query), { name: "TimeoutError" });
        await until(() => held.length === 1, step);
        held.forEach(([request, peer]) => answer(request, peer));
        equal((await server.waitFor("free_result")).resourceId, 1n, step);
      }
    },
  },
  {
    name: "query() rejects with a ResultError or CodecError when a legacy fetch fails, and goes on",
    async run({ connect, serve, equal }) {
      const answers: Record<string, [step: string, answer: Handler]> = {
        ResultError: ["fetch", (request, peer) => peer.fail(request, 0x022d, "Query killed")],
        CodecError: ["fetch_block", (_, peer) => peer.binary(new Uint8Array(7))],
      };
      for (const [name, [step, answer]] of Object.entries(answers)) {
        const server = await serve(old({ script: { [step]: answer } }));
        await using connection = await connect(server.url);
        equal((await failureOf(connection.query("select v from t"))).name, name);
        equal((await connection.exec("drop table t")).affectedRows, 1);
      }
    },
  },
];

const lacking: readonly FailureCase[] = [
  {
    name:
      "statements, parameters and insert() on a server before 3.3.6 are an UnsupportedError naming both versions",
    async run({ connect, serve, rejects, equal }) {
      const server = await serve({ version: "3.3.5.8.alpha" });
      await using connection = await connect(server.url);
      const refused = {
        name: "UnsupportedError",
        outcome: "not-sent",
        message: /3\.3\.6\.0.*3\.3\.5\.8/,
      };
      await rejects(connection.prepare("insert into t values(?)"), refused);
      await rejects(connection.insert("t", { ts: [1n] }), refused);
      await rejects(connection.exec("insert into t values(?)", [1]), refused);
      equal(server.received.filter(({ action }) => action.startsWith("stmt2")).length, 0);
      equal((await connection.query("select v from t")).rowCount, 3);
    },
  },
  {
    name:
      "options that an old server would ignore silently are an UnsupportedError naming both versions",
    async run({ connect, serve, rejects, equal }) {
      const options = {
        timeZone: ["Europe/Berlin", "3.3.5.0"],
        applicationName: ["app", "3.3.5.0"],
        bearerToken: ["bearer", "3.4.0.0"],
        totp: ["123456", "3.4.0.0"],
      } as const;
      for (const [name, [value, minimum]] of Object.entries(options)) {
        const server = await serve({ version: "3.3.4.9" });
        const message = new RegExp(`${name}.*${minimum.replaceAll(".", "\\.")}.*3\\.3\\.4\\.9`);
        await rejects(connect(server.url, { [name]: value }), {
          name: "UnsupportedError",
          message,
        });
        equal(server.of("conn").length, 0, "the password was not even sent");
        const newer = await serve({ version: minimum });
        await using connection = await connect(newer.url, { [name]: value });
        await connection.ping();
      }
    },
  },
  {
    name: "versions are compared by number, not as text",
    async run({ connect, serve, equal }) {
      for (const version of ["3.10.0.0", "4.0", "3.3.12.1.enterprise"]) {
        const server = await serve({ version });
        await using connection = await connect(server.url);
        await connection.query("select v from t");
        equal(server.of("binary_query").length, 1, version);
      }
    },
  },
];

/** Cases about old servers. */
export const oldServerCases: readonly FailureCase[] = [...queries, ...lacking];
