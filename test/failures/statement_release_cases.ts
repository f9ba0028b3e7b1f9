/**
 * Statements that are given up, closed or cut off, and who waits for them.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import { numbers } from "./fake_result.ts";
import { type FakeServer, type Handler, pause } from "./fake_server.ts";

const insertSql = "insert into t values(?, ?)";
const selectSql = "select v from t where v > ?";

/** Actions in the order they came, those of the login left out. */
const actionsOf = (server: FakeServer) =>
  server.received.map(({ action }) => action).filter((action) =>
    action !== "version" && action !== "conn"
  );

/** Cases about statements and results that are left. */
export const statementReleaseCases: readonly FailureCase[] = [
  {
    name: "prepare() that was given up has its statement closed when the reply comes after all",
    async run({ connect, serve, equal, rejects }) {
      for (const step of ["stmt2_init", "stmt2_prepare"]) {
        const late: (() => void)[] = [];
        const hold: Handler = (request, peer) =>
          void late.push(() => peer.reply(request, { stmt_id: 9 }));
        const server = await serve({ script: { [step]: hold } });
        await using connection = await connect(server.url);
        await rejects(connection.prepare(insertSql, { timeoutMs: 30 }), { name: "TimeoutError" });
        late.forEach((reply) => reply());
        equal((await server.waitFor("stmt2_close")).resourceId, step === "stmt2_init" ? 9n : 1n);
      }
    },
  },
  {
    name:
      "query() of a statement given up at its result frees that result when the reply comes after all",
    async run({ connect, serve, equal, rejects }) {
      const late: (() => void)[] = [];
      const hold: Handler = (request, peer) =>
        void late.push(() => peer.reply(request, peer.server.openResult()));
      const server = await serve({ script: { stmt2_result: hold } });
      await using connection = await connect(server.url);
      const query = connection.query(selectSql, [1], { timeoutMs: 30 });
      await rejects(Promise.resolve(query), { name: "TimeoutError" });
      late.forEach((reply) => reply());
      equal((await server.waitFor("free_result")).resourceId, 2n);
      equal((await server.waitFor("stmt2_close")).resourceId, 1n);
    },
  },
  {
    name:
      "query() of a statement left early: the fetch ends, the result is freed, then the statement is used or closed",
    async run({ connect, serve, deepEqual }) {
      const result = numbers([1], [2], [3]);
      const slow: Handler = (request, peer) => void pause(30).then(() => peer.nextBlock(request));
      const server = await serve({ result, script: { fetch_raw_block: slow } });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare(selectSql);
      await statement.query([1]).first();
      await statement.query([2]).first();
      await server.waitFor("free_result", 2);
      await statement.query([3]).first();
      await statement.close();
      await server.waitFor("stmt2_close");
      const order = actionsOf(server).filter((action) =>
        !/init|prepare|exec|stmt2_result/.test(action)
      );
      const once = ["stmt2_bind", "fetch_raw_block", "fetch_raw_block", "free_result"];
      deepEqual(order.slice(0, 4), once);
      deepEqual(order.slice(4, 8), once);
      deepEqual(order.slice(8), [...once, "stmt2_close"]);
    },
  },
  {
    name: "close() of a statement fails who still reads its result, and frees that before",
    async run({ connect, serve, rejects, deepEqual }) {
      const server = await serve({ result: numbers([1], [2], [3]) });
      await using connection = await connect(server.url);
      const statement = await connection.prepare(selectSql);
      const batches = statement.query([1]).batches();
      await batches.next();
      await statement.close();
      await rejects(batches.next(), { name: "InterfaceError", message: /closed/ });
      deepEqual(actionsOf(server).slice(-2), ["free_result", "stmt2_close"]);
    },
  },
  {
    name:
      "close() of a statement does not wait for a fetch that was given up, but the server's close does",
    async run({ connect, serve, equal, rejects }) {
      const late: (() => void)[] = [];
      const hold: Handler = (request, peer) => void late.push(() => peer.nextBlock(request));
      const server = await serve({ script: { fetch_raw_block: hold } });
      await using connection = await connect(server.url);
      const statement = await connection.prepare(selectSql);
      await rejects(Promise.resolve(statement.query([1], { timeoutMs: 30 })), {
        name: "TimeoutError",
      });
      await statement.close();
      await connection.ping();
      equal(server.of("stmt2_close").length, 0);
      late.forEach((reply) => reply());
      await server.waitFor("free_result");
      await server.waitFor("stmt2_close");
    },
  },
  {
    name:
      "query() and close() of a statement whose result is open end with the connection, without a time limit",
    async run({ connect, serve, equal, rejects }) {
      const ends: readonly [
        code: string,
        end: (connection: Connection, server: FakeServer) => unknown,
      ][] = [
        ["TDWIRE_CODE_CONNECTION_CLOSED", (connection) => connection.close()],
        ["TDWIRE_CODE_CONNECTION_LOST", (_, server) => server.dropAll()],
      ];
      for (const [codeName, end] of ends) {
        const server = await serve({ result: numbers([1]) });
        const connection = await connect(server.url, { requestTimeoutMs: 0 });
        const statement = await connection.prepare(selectSql);
        await statement.query([1]).fields();
        const waiting = failureOf(statement.query([2]));
        await end(connection, server);
        const refusal = { name: "ConnectionError", outcome: "not-sent", codeName };
        await rejects(waiting.then((error) => Promise.reject(error)), refusal);
        await rejects(statement.query([3]).first(), refusal);
        await statement.close();
        equal(server.of("stmt2_exec").length, 1);
        await connection.close();
      }
    },
  },
  {
    name:
      "query() of a statement waits for a fetch that was given up no longer than the connection lives",
    async run({ connect, serve, rejects }) {
      const server = await serve({ script: { fetch_raw_block: () => {} } });
      await using connection = await connect(server.url, { requestTimeoutMs: 0 });
      const statement = await connection.prepare(selectSql);
      await rejects(statement.query([1], { timeoutMs: 30 }).first(), { name: "TimeoutError" });
      const waiting = failureOf(statement.query([2]));
      await pause(10);
      server.dropAll();
      const lost = { name: "ConnectionError", outcome: "not-sent" };
      await rejects(waiting.then((error) => Promise.reject(error)), lost);
    },
  },
];
