/**
 * Connections of libtaos whose calls are slow, and that are interrupted or closed meanwhile.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connect, type Connection } from "../../mod.ts";
import type { NativeCase, StandIn } from "./case.ts";
import { pause, slowly, untilNone } from "./slow_calls.ts";

/** Twelve recorded blocks. */
const manyBlocks = "golden meters_12000";

const startMs = 1_700_000_000_000;

/** Aborts a query that runs, which kills it at once. */
async function abortQuery(db: Connection, standIn: StandIn): Promise<void> {
  await slowly(standIn, "taos_query_with_reqid", async () => {
    const [killed, controller] = [standIn.calls("taos_kill_query"), new AbortController()];
    const reason = new Error("enough");
    const query = db.exec("select 1", [], { signal: controller.signal });
    await pause(50);
    controller.abort(reason);
    await rejects(query, reason);
    equal(standIn.calls("taos_kill_query"), killed + 1);
    await untilNone(standIn, "result");
  });
}

/** Cases about the life of a connection. */
export const connectionCases: readonly NativeCase[] = [
  {
    name: "query() that runs long leaves the event loop, and other queries, alone",
    async run({ url, standIn }) {
      const order: string[] = [];
      await using db = await connect(url);
      await slowly(standIn, "taos_fetch_raw_block", async () => {
        const slow = db.query("select 1").then(() => order.push("slow"));
        setTimeout(() => order.push("timer"), 10);
        await db.exec("use information_schema");
        order.push("exec");
        await slow;
      });
      deepEqual(order.toSorted(), ["exec", "slow", "timer"]);
      equal(order.at(-1), "slow");
    },
  },
  {
    name: "query() that is aborted before it has a result rejects at once, and is killed",
    async run({ url, standIn }) {
      await using db = await connect(url);
      await abortQuery(db, standIn);
      equal(await db.query("select 1").value(), 1n);
    },
  },
  {
    name:
      "query() that is aborted is killed although an insert has left its statement, which works on",
    async run({ url, database, standIn }) {
      await using db = await connect(url);
      await db.use(database);
      await db.exec("create table t (ts timestamp, v int)");
      await db.exec("create stable st (ts timestamp, v int) tags (g int)");
      const write = async (i: number) => {
        await db.insert("t", { ts: [new Date(startMs + i)], v: [i] });
        const options = { using: "st", tags: { g: 1 } };
        await db.insert("c", { ts: [new Date(startMs + i)], v: [i] }, options);
      };
      await write(0);
      await using select = await db.prepare("select count(*) from t where v > ?");
      const statements = standIn.live("statement");
      equal(statements, 3);
      await abortQuery(db, standIn);
      await write(1);
      equal(await select.query([-1]).value(), 2n);
      equal(await db.query("select count(*) from st").value(), 2n);
      equal(standIn.live("statement"), statements);
    },
  },
  {
    name: "query() that is aborted while it fetches stops in the library, and is freed",
    async run({ url, standIn }) {
      await using db = await connect(url);
      await slowly(standIn, "taos_fetch_raw_block", async () => {
        const [stopped, controller] = [standIn.calls("taos_stop_query"), new AbortController()];
        const reason = new Error("enough");
        const query = db.query(manyBlocks, [], { signal: controller.signal });
        const rows = query.then(() => {});
        await pause(50);
        controller.abort(reason);
        await rejects(rows, reason);
        ok(standIn.calls("taos_stop_query") > stopped);
        await untilNone(standIn, "result");
      });
    },
  },
  {
    name: "query() whose loop is broken off is freed while the connection lives on",
    async run({ url, standIn }) {
      await using db = await connect(url);
      for await (const _ of db.query(manyBlocks)) break;
      await untilNone(standIn, "result");
      for await (const _ of db.query(manyBlocks).batches()) break;
      await untilNone(standIn, "result");
      equal((await db.query(manyBlocks)).rowCount, 12_000);
    },
  },
  {
    name: "close() ends queries and fetches under way, and comes behind them",
    async run({ url, standIn }) {
      for (const functionName of ["taos_query_with_reqid", "taos_fetch_raw_block"]) {
        const db = await connect(url);
        await slowly(standIn, functionName, async () => {
          const queries = [1, 2, 3].map(() =>
            db.query(manyBlocks).then(() => "rows", (error: unknown) => (error as Error).name)
          );
          await pause(50);
          await db.close();
          equal(standIn.live(), 0);
          deepEqual(await Promise.all(queries), Array(3).fill("ConnectionError"));
        });
        await rejects(db.exec("select 1"), { name: "ConnectionError" });
        await db.close();
      }
    },
  },
  {
    name: "close() under a loop over rows frees them, and the loop is told",
    async run({ url, standIn }) {
      const db = await connect(url);
      const batches = db.query(manyBlocks).batches()[Symbol.asyncIterator]();
      await batches.next();
      await db.close();
      equal(standIn.live(), 0);
      await rejects(
        async () => {
          while ((await batches.next()).done !== true);
        },
        { name: "ConnectionError" },
      );
    },
  },
  {
    name:
      "close() of a connection that libtaos does not let go ends the wait, and the rest goes on",
    async run({ url, standIn }) {
      const db = await connect(url);
      standIn.delay("taos_close", 5_600);
      await db.close();
      standIn.delay("taos_close", 0);
      equal(standIn.live("connection"), 1);
      await untilNone(standIn, "connection");
    },
  },
  {
    name: "connect() that is aborted closes the connection that comes late",
    async run({ url, standIn }) {
      const closed = standIn.calls("taos_close");
      await slowly(standIn, "taos_connect", async () => {
        const controller = new AbortController();
        const reason = new Error("enough");
        const connecting = connect(url, { signal: controller.signal });
        await pause(50);
        controller.abort(reason);
        await rejects(connecting, reason);
      });
      for (let i = 0; i < 200 && standIn.calls("taos_close") === closed; i++) await pause(10);
      equal(standIn.calls("taos_close"), closed + 1);
      await untilNone(standIn, "connection");
    },
  },
  {
    name: "connect() that is aborted while the library is opened does not log in",
    async run({ url, standIn }) {
      const [logins, controller] = [standIn.calls("taos_connect"), new AbortController()];
      const reason = new Error("enough");
      const told = rejects(connect(url, { signal: controller.signal }), reason);
      // A thread takes some turns of the event loop to start.
      await pause(0);
      controller.abort(reason);
      await told;
      await using db = await connect(url);
      equal(await db.query("select 1").value(), 1n);
      equal(standIn.calls("taos_connect"), logins + 1);
    },
  },
  {
    name: "connect() and close() a hundred times leave nothing",
    async run({ url, standIn }) {
      for (let i = 0; i < 100; i++) {
        const db = await connect(url);
        await db.close();
      }
      equal(standIn.live(), 0);
    },
  },
];
