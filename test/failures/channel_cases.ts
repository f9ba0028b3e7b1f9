/**
 * Requests and their replies on one connection: lost, late, repeated, out of order, many at a time.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { type Received, replyText } from "./fake_frames.ts";
import { type FakeServer, type Handler, pause, type Peer, until } from "./fake_server.ts";

/** Holds the requests that come. */
function holding() {
  const held: { request: Received; peer: Peer }[] = [];
  const hold: Handler = (request, peer) => void held.push({ request, peer });
  return { held, hold };
}

const done = { id: 0, is_update: true, affected_rows: 1 };
const answerUpdate = ({ request, peer }: { request: Received; peer: Peer }) =>
  peer.reply(request, done);

const lost: readonly FailureCase[] = [
  {
    name: "query() times out when no reply comes, and the connection goes on",
    async run({ connect, serve, equal, ok }) {
      const { held, hold } = holding();
      const server = await serve({
        script: {
          query: hold,
          binary_query: (request, peer) =>
            /lost/.test(request.sql)
              ? hold(request, peer)
              : peer.reply(request, peer.server.openResult()),
        },
      });
      await using connection = await connect(server.url, { requestTimeoutMs: 40 });
      const error = await failureOf(connection.query("select lost"));
      equal(error.name, "TimeoutError");
      equal(error["outcome"], "unknown");
      equal(error["reqId"], held[0]!.request.reqId);
      ok(/40 ms/.test(error.message), error.message);
      equal((await connection.query("select v from t")).rowCount, 3);
    },
  },
  {
    name: "query() that was given up has its result freed when the reply comes after all",
    async run({ connect, serve, equal }) {
      for (const giveUp of ["time limit", "abort"]) {
        const { held, hold } = holding();
        const server = await serve({ script: { binary_query: hold } });
        await using connection = await connect(server.url);
        const controller = new AbortController();
        const options = giveUp === "abort" ? { signal: controller.signal } : { timeoutMs: 30 };
        const failing = failureOf(connection.query("select v from t", [], options));
        await until(() => held.length === 1, "the query");
        if (giveUp === "abort") controller.abort();
        equal((await failing).name, giveUp === "abort" ? "AbortError" : "TimeoutError");
        held[0]!.peer.reply(held[0]!.request, { ...server.openResult(), id: 77 });
        equal((await server.waitFor("free_result")).resourceId, 77n);
        held[0]!.peer.reply(held[0]!.request, { ...server.openResult(), id: 77 });
        await connection.ping();
        equal(server.of("free_result").length, 1);
      }
    },
  },
  {
    name: "a frame that is not JSON fails the requests in flight, and their late replies are freed",
    async run({ connect, serve, equal }) {
      const { held, hold } = holding();
      const server = await serve({ script: { binary_query: hold } });
      await using connection = await connect(server.url);
      const failing = ["select 1", "select 2"].map((sql) => failureOf(connection.query(sql)));
      await until(() => held.length === 2, "both queries");
      held[0]!.peer.text("}{");
      for (const failure of failing) equal((await failure).name, "CodecError");
      held.forEach(({ request, peer }) => peer.reply(request, server.openResult()));
      await server.waitFor("free_result", 2);
    },
  },
  {
    name: "an abort before the request keeps it from being sent",
    async run({ connect, serve, equal }) {
      const server = await serve();
      await using connection = await connect(server.url);
      const signal = AbortSignal.abort("early");
      for (
        const call of [
          connection.query("select 1", [], { signal }),
          connection.exec("drop table t", [], { signal }),
        ]
      ) {
        equal(await failureOf(call), "early");
      }
      equal(server.of("binary_query").length, 0);
    },
  },
];

const confused: readonly FailureCase[] = [
  {
    name: "replies with unknown request ids and replies that come twice are ignored",
    async run({ connect, serve, equal }) {
      const server = await serve({
        script: {
          binary_query: (request, peer) => {
            const fields = peer.server.openResult();
            peer.text(replyText("binary_query", request.reqId + 1_000n, { ...fields, id: 99 }));
            peer.text(
              replyText("binary_query", 0n, { code: 0xffff, message: "unmarshal request error" }),
            );
            peer.binary(new Uint8Array(80).fill(255));
            for (let i = 0; i < 3; i++) peer.reply(request, fields);
          },
        },
      });
      await using connection = await connect(server.url);
      for (let i = 0; i < 3; i++) equal((await connection.query("select v from t")).rowCount, 3);
    },
  },
  {
    name: "a hundred requests at a time get their own replies, also in reverse order",
    async run({ connect, serve, deepEqual }) {
      const { held, hold } = holding();
      const server = await serve({ script: { binary_query: hold } });
      await using connection = await connect(server.url);
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      const running = numbers.map((i) => connection.exec(`insert ${i}`));
      await until(() => held.length === 100, "all requests");
      for (const { request, peer } of held.reverse()) {
        peer.reply(request, { ...done, affected_rows: Number(request.sql.slice(7)) });
      }
      deepEqual((await Promise.all(running)).map(({ affectedRows }) => affectedRows), numbers);
    },
  },
  {
    name: "a request id above 2^53 goes to the server and back exactly",
    async run({ connect, serve, equal, deepEqual }) {
      const server = await serve();
      await using connection = await connect(server.url);
      const ids = [2n ** 64n - 1n, 2n ** 63n + 1n, 2n ** 53n + 1n, 10n ** 15n, 1n];
      for (const reqId of ids) {
        equal((await connection.query("select v from t", [], { reqId })).reqId, reqId);
        equal((await connection.exec("drop table t", [], { reqId })).reqId, reqId);
        await connection.ping({ reqId });
      }
      deepEqual(server.of("version").slice(1).map((request) => request.reqId), ids);
      equal((await connection.query("select 1", [], { reqId: 7 })).reqId, 7n);
    },
  },
  {
    name: "a request id that is none, or in flight, is refused before anything is sent",
    async run({ connect, serve, equal, rejects }) {
      const { held, hold } = holding();
      const server = await serve({ script: { binary_query: hold } });
      await using connection = await connect(server.url);
      const refused = { name: "InterfaceError", message: /reqId/ };
      for (const reqId of [0, -1, 1.5, 2 ** 53, 2n ** 64n, Number.NaN]) {
        await rejects(connection.exec("drop table t", [], { reqId }), refused);
      }
      const first = connection.exec("drop table a", [], { reqId: 5 });
      await until(() => held.length === 1, "the first");
      await rejects(connection.exec("drop table b", [], { reqId: 5n }), refused);
      held.forEach(answerUpdate);
      equal((await first).affectedRows, 1);
      equal(server.of("binary_query").length, 1);
    },
  },
];

/** The statements that came, in their order. */
const sqlOf = (server: FakeServer) => server.of("binary_query").map(({ sql }) => sql);

const ordered: readonly FailureCase[] = [
  {
    name: "use() waits for requests in flight and holds back later ones",
    async run({ connect, serve, deepEqual }) {
      const { held, hold } = holding();
      const server = await serve({ script: { binary_query: hold } });
      await using connection = await connect(server.url);
      const calls = [
        connection.exec("drop table a"),
        connection.exec("drop table b"),
        connection.use("next"),
        connection.exec("drop table c"),
        connection.use("last"),
        connection.exec("drop table d"),
      ];
      const steps = [["drop table a", "drop table b"], ["use `next`"], ["drop table c"], [
        "use `last`",
      ], ["drop table d"]];
      for (const step of steps) {
        await until(() => held.length === step.length, step.join());
        await pause(10);
        deepEqual(held.map(({ request }) => request.sql), step);
        held.splice(0).forEach(answerUpdate);
      }
      await Promise.all(calls);
      deepEqual(sqlOf(server), steps.flat());
    },
  },
  {
    name: "use() that gives up waiting lets the others go on, and a failing one too",
    async run({ connect, serve, equal, rejects }) {
      const { held, hold } = holding();
      const server = await serve({
        script: {
          binary_query: (request, peer) =>
            /^use/.test(request.sql)
              ? peer.fail(request, 0x0388, "Database not exist")
              : hold(request, peer),
        },
      });
      await using connection = await connect(server.url);
      const first = connection.exec("drop table a");
      await rejects(connection.use("later", { timeoutMs: 30 }), {
        name: "TimeoutError",
        outcome: "not-sent",
      });
      const second = connection.exec("drop table b");
      await until(() => held.length === 2, "the second");
      held.splice(0).forEach(answerUpdate);
      equal((await first).affectedRows + (await second).affectedRows, 2);
      await rejects(connection.use("missing"), { name: "ProgrammingError", code: 0x0388 });
      const third = connection.exec("drop table c");
      await until(() => held.length === 1, "the third");
      held.splice(0).forEach(answerUpdate);
      await third;
    },
  },
];

const closed: readonly FailureCase[] = [
  {
    name:
      "a connection that breaks off without a close frame is told as lost, and not as closed by the server",
    async run({ connect, serve, equal, ok }) {
      const server = await serve({ script: { binary_query: () => {} } });
      await using connection = await connect(server.url);
      const failing = failureOf(connection.exec("drop table t"));
      await server.waitFor("binary_query");
      await server.close();
      const error = await failing;
      equal(error["outcome"], "unknown");
      ok(/^the connection was lost/.test(error.message), error.message);
    },
  },
  {
    name: "close() rejects requests in flight with an unknown outcome, and later ones as not sent",
    async run({ connect, serve, equal, deepEqual }) {
      const server = await serve({
        script: {
          binary_query: () => {},
          version: (request, peer) =>
            peer.server.of("version").length === 1 && peer.reply(request, { version: "3.3.7.5" }),
        },
      });
      const events: unknown[] = [];
      const connection = await connect(server.url, { onEvent: (event) => void events.push(event) });
      const failing = [
        connection.query("select 1"),
        connection.exec("drop table t"),
        connection.ping(),
      ].map(failureOf);
      await server.waitFor("binary_query", 2);
      await connection.close();
      for (const error of await Promise.all(failing)) {
        equal(error.name, "ConnectionError");
        equal(error["codeName"], "TDWIRE_CODE_CONNECTION_CLOSED");
        equal(error["outcome"], "unknown");
        equal(error["retryable"], false);
      }
      const later = await failureOf(connection.exec("drop table t"));
      deepEqual([later.name, later["outcome"]], ["ConnectionError", "not-sent"]);
      await connection.close();
      await connection[Symbol.asyncDispose]();
      deepEqual((events[1] as { type: string; expected: boolean }).expected, true);
      equal(events.length, 2);
    },
  },
];

/** Cases about requests and replies. */
export const channelCases: readonly FailureCase[] = [...lost, ...confused, ...ordered, ...closed];
