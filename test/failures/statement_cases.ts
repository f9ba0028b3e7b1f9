/**
 * Statements that fail, are given up or closed, and what becomes of them on the server.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { numbers } from "./fake_result.ts";
import { type FakeServer, type Handler, pause, until } from "./fake_server.ts";
import { placeholder, tableTimeAndInt, timeAndInt } from "./placeholders.ts";

const insertSql = "insert into t values(?, ?)";
const selectSql = "select v from t where v > ?";
const row = [1_700_000_000_000n, 7] as const;

/** Fails the first request of an action, and answers later ones. */
function failFirst(
  action: string,
  code: number,
  message: string,
  right: Record<string, unknown> = {},
) {
  const handler: Handler = (request, peer) => {
    if (peer.server.of(action).length === 1) return peer.fail(request, code, message);
    peer.reply(request, { stmt_id: Number(request.resourceId), ...right });
  };
  return { [action]: handler };
}

/** Actions in the order they came, those of the login left out. */
const actionsOf = (server: FakeServer) =>
  server.received.map(({ action }) => action).filter((action) =>
    action !== "version" && action !== "conn"
  );

const steps = ["stmt2_init", "stmt2_prepare", "stmt2_bind", "stmt2_exec"] as const;

const classes: readonly FailureCase[] = [
  {
    name:
      "prepare() and execute() reject with a StatementError whatever step fails, and close the statement",
    async run({ connect, serve, equal, rejects }) {
      for (const step of steps) {
        const server = await serve({
          placeholders: timeAndInt,
          script: failFirst(step, 0x2603, "Table does not exist"),
        });
        await using connection = await connect(server.url);
        const running = async () => {
          await using statement = await connection.prepare(insertSql);
          await statement.bindRow(row).execute();
        };
        await rejects(running(), { name: "StatementError", code: 0x2603, outcome: "rejected" });
        if (step !== "stmt2_init") equal((await server.waitFor("stmt2_close")).resourceId, 1n);
      }
    },
  },
  {
    name: "exec(), query() and insert() reject by code whatever step of their statement fails",
    async run({ connect, serve, rejects }) {
      for (const step of steps) {
        const options = {
          placeholders: timeAndInt,
          script: failFirst(step, 0x2602, "Invalid column name"),
        };
        const failed = { name: "ProgrammingError", code: 0x2602 };
        for (const sql of [insertSql, selectSql]) {
          await using connection = await connect((await serve(options)).url);
          const params = sql === insertSql ? [...row] : [1];
          await rejects(connection.exec(sql, params), failed);
        }
        await using connection = await connect((await serve(options)).url);
        await rejects(connection.insert("t", { ts: [row[0]], v: [row[1]] }), failed);
      }
    },
  },
  {
    name: "execute() keeps what is bound when it fails, and prepares the statement again",
    async run({ connect, serve, equal, rejects, deepEqual }) {
      const script = failFirst("stmt2_exec", 0x0903, "Sync leader is unreachable", { affected: 1 });
      const server = await serve({ placeholders: timeAndInt, script });
      await using connection = await connect(server.url);
      await using statement = await connection.prepare(insertSql);
      statement.bindRow(row);
      await rejects(statement.execute(), { name: "StatementError", retryable: true });
      equal((await statement.execute()).affectedRows, 1);
      const [first, second] = server.of("stmt2_bind");
      deepEqual(second!.bytes!.subarray(30), first!.bytes!.subarray(30));
      deepEqual([first!.resourceId, second!.resourceId], [1n, 2n]);
      await rejects(statement.execute(), { name: "InterfaceError", message: /nothing is bound/ });
    },
  },
];

const released: readonly FailureCase[] = [
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
];

const refused: readonly FailureCase[] = [
  {
    name:
      "a DECIMAL placeholder on a server that cannot bind it is an UnsupportedError naming both versions",
    async run({ connect, serve, rejects, deepEqual }) {
      const placeholders = [placeholder("ts", 9, 8), placeholder("price", 21, 8)];
      const server = await serve({ placeholders });
      await using connection = await connect(server.url);
      const refusal = { name: "UnsupportedError", message: /DECIMAL.*3\.4\.0\.0.*3\.3\.7\.5/ };
      await rejects(connection.prepare(insertSql), refusal);
      await rejects(connection.exec(insertSql, [row[0], "1.5"]), refusal);
      await rejects(connection.insert("t", { ts: [row[0]], price: ["1.5"] }), refusal);
      deepEqual(server.of("stmt2_bind").length, 0);
      await server.waitFor("stmt2_close");
      const newer = await serve({ placeholders, version: "3.4.0.0" });
      await using other = await connect(newer.url);
      await other.insert("t", { ts: [row[0]], price: ["1.5"] });
    },
  },
  {
    name:
      "insert() refuses a value before anything is bound, naming column and row, and gives its statement up",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const data = { ts: [1n, 2n, 3n], v: [1, 2, 2 ** 31] };
      await rejects(connection.insert("t", data), {
        name: "InterfaceError",
        outcome: "not-sent",
        message: /column "v", row 2/,
      });
      equal(server.of("stmt2_bind").length, 0);
      equal((await server.waitFor("stmt2_close")).resourceId, 1n);
      await connection.insert("t", { ts: [1n], v: [1] });
      equal(server.of("stmt2_bind")[0]!.resourceId, 2n);
    },
  },
  {
    name: "a statement kept from before is closed when the database changes, by use() or by USE",
    async run({ connect, serve, equal }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const insert = () => connection.insert("t", { ts: [1n], v: [1] });
      await insert();
      await insert();
      equal(server.of("stmt2_prepare").length, 1);
      await connection.use("other");
      await insert();
      equal(server.of("stmt2_prepare").length, 2);
      await connection.exec("/* back */ USE `first`");
      await insert();
      equal(server.of("stmt2_prepare").length, 3);
      await until(() => server.of("stmt2_close").length === 2, "both closes");
    },
  },
];

const parts: readonly FailureCase[] = [
  {
    name: "insert() whose second part fails tells that it was done in part, and how much",
    async run({ connect, serve, equal, ok }) {
      const exec: Handler = (request, peer) => {
        const count = peer.server.of("stmt2_exec").length;
        if (count === 2) return peer.fail(request, 0x0903, "Sync leader is unreachable");
        peer.reply(request, { stmt_id: 1, affected: 32_767 });
      };
      for (const spread of [false, true]) {
        const server = await serve({
          placeholders: spread ? tableTimeAndInt : timeAndInt,
          script: { stmt2_exec: exec },
        });
        await using connection = await connect(server.url);
        const rows = 3 * 32_767;
        const ts = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i));
        const columns = { ts, v: new Int32Array(rows) };
        const data = spread ? { tbname: new Array(rows).fill("d1"), ...columns } : columns;
        const error = await failureOf(connection.insert("t", data));
        equal(error.name, "OperationalError");
        equal(error["code"], 0x0903);
        equal(error["outcome"], "partial");
        ok(/1 of 3 parts.*32767 rows/.test(String(error["hint"])), String(error["hint"]));
        equal(server.of("stmt2_exec").length, 2);
      }
    },
  },
  {
    name: "insert() of iterated rows tells the rows of earlier sets when a later one fails",
    async run({ connect, serve, equal, ok, rejects }) {
      const exec: Handler = (request, peer) =>
        peer.server.of("stmt2_exec").length > 1
          ? peer.fail(request, 0x060b, "success")
          : peer.reply(request, { stmt_id: 1, affected: 16_384 });
      const server = await serve({ placeholders: timeAndInt, script: { stmt2_exec: exec } });
      await using connection = await connect(server.url);
      const rowsOf = function* (count: number, last: unknown) {
        for (let i = 0; i < count; i++) yield { ts: BigInt(i), v: i };
        yield { ts: 0n, v: last };
      };
      const error = await failureOf(connection.insert("t", rowsOf(20_000, 1)));
      equal(error["outcome"], "partial");
      ok(/^16384 rows before/.test(String(error["hint"])), String(error["hint"]));
      ok(!/success/.test(error.message), error.message);
      const refusal = { name: "InterfaceError", outcome: "not-sent", message: /row 5/ };
      await rejects(connection.insert("t", rowsOf(5, "x")), refusal);
    },
  },
];

/** Cases about prepared statements and inserts. */
export const statementCases: readonly FailureCase[] = [
  ...classes,
  ...released,
  ...refused,
  ...parts,
];
