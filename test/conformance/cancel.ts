/**
 * Ending a request early: abort, time limits, cancel, and results that are not read to their end.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { fillReadings, slowQuery, startMs } from "./tables.ts";

const select = "select * from readings order by ts";

/** Cases about leaving early. */
export const cancelCases: readonly Case[] = [
  {
    name: "signal aborted before the call keeps the request from being sent",
    needs: ["statements"],
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      const signal = AbortSignal.abort(new Error("mine"));
      const sql = `insert into readings values (${startMs + 1}, 1, 'x')`;
      const reason = { message: "mine" };
      await rejects(connection.exec(sql, [], { signal }), reason);
      await rejects(async () => await connection.query(sql, [], { signal }), reason);
      await rejects(connection.insert("readings", [{ ts: startMs + 1 }], { signal }), reason);
      await rejects(connection.prepare(select, { signal }), reason);
      await rejects(connection.use("information_schema", { signal }), reason);
      await rejects(connection.ping({ signal }), reason);
      equal(await connection.query("select count(*) from readings").value(), 1n);
    },
  },
  {
    name: "signal aborted in flight rejects with its reason, and the connection stays usable",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 30_000);
      for (const delayMs of [0, 3]) {
        const controller = new AbortController();
        const reason = { mine: delayMs };
        const { signal } = controller;
        const running = connection.query(slowQuery, [], { signal }).then(({ rowCount }) =>
          rowCount
        );
        setTimeout(() => controller.abort(reason), delayMs);
        await rejects(running, (error: unknown) => error === reason);
        equal(await connection.query("select 1").value(), 1n);
      }
    },
  },
  {
    name: "signal aborted between batches ends the reading",
    async run({ open, equal, ok, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 20_000);
      const controller = new AbortController();
      let seen = 0;
      const { signal } = controller;
      await rejects(async () => {
        for await (const { rowCount } of connection.query(select, [], { signal }).batches()) {
          seen += rowCount;
          controller.abort(new Error("mine"));
        }
      }, { message: "mine" });
      ok(seen > 0 && seen < 20_000, `${seen} rows were seen`);
      equal(await connection.query("select count(*) from readings").value(), 20_000n);
    },
  },
  {
    name: "timeoutMs ends a request with a TimeoutError, and the connection stays usable",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 30_000);
      const limit = { name: "TimeoutError", kind: "timeout", outcome: "unknown" };
      await rejects(connection.query(slowQuery, [], { timeoutMs: 1 }).value(), limit);
      await rejects(connection.exec(slowQuery, [], { timeoutMs: 1 }), limit);
      const withParameter = slowQuery.replace("where", "where a.v >= ? and");
      await rejects(connection.query(withParameter, [0], { timeoutMs: 1 }).value(), {
        name: "TimeoutError",
      });
      equal(await connection.query("select 1", [], { timeoutMs: 0 }).value(), 1n);
    },
  },
  {
    name: "requestTimeoutMs of the connection is the limit of its requests",
    async run({ open, equal, rejects }) {
      await using filler = await open();
      await fillReadings(filler, 30_000);
      await using connection = await open({ requestTimeoutMs: 1 });
      await rejects(connection.exec(slowQuery), { name: "TimeoutError" });
      equal(await connection.query("select 1", [], { timeoutMs: 30_000 }).value(), 1n);
    },
  },
  {
    name: "timeoutMs must be a time",
    async run({ open, rejects }) {
      await using connection = await open();
      for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
        await rejects(connection.exec("select 1", [], { timeoutMs }), { name: "InterfaceError" });
      }
    },
  },
  {
    name: "cancel() of a query ends it",
    async run({ open, equal, ok, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 30_000);
      const unused = connection.query(`insert into readings values (${startMs - 1}, 1, 'x')`);
      equal(await unused.cancel(), "stopped");
      await rejects(async () => await unused, { name: "InterfaceError" });
      const running = connection.query(slowQuery);
      const reading = rejects(running.value(), { name: "AbortError" });
      // libtaos stops what it can tell apart.
      const canStop = connection.transport.endsWith("-ffi");
      const outcome = await running.cancel();
      ok(outcome === "abandoned" || (canStop && outcome === "stopped"), outcome);
      await reading;
      equal(await connection.query("select count(*) from readings").value(), 30_000n);
    },
  },
  {
    name: "cancel() with kill stops the query on the server",
    needs: ["results"],
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 20_000);
      const running = connection.query(select);
      await running.fields();
      // The server learns of the query by the heartbeat of its client.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      equal(await running.cancel({ kill: true }), "stopped");
      await rejects(running.value(), { name: "InterfaceError" });
      equal(await connection.query("select count(*) from readings").value(), 20_000n);
    },
  },
  {
    name: "query() left early any number of times leaves the connection usable",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 20_000);
      for (let i = 0; i < 20; i++) {
        for await (const { v } of connection.query(select)) {
          equal(v, 0);
          break;
        }
        for await (const { v } of connection.query(`${select} limit ?`, [15_000])) {
          equal(v, 0);
          break;
        }
        const reader = connection.query(select).stream().getReader();
        await reader.read();
        await reader.cancel();
        await using unread = connection.query(select);
        await unread.fields();
      }
      equal(await connection.query("select count(*) from readings").value(), 20_000n);
    },
  },
  {
    name: "query() left early is freed on the server",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 20_000);
      const own = `v > -${Date.now()}`;
      for await (const _ of connection.query(`select * from readings where ${own}`)) break;
      await using disposed = connection.query(`select * from readings where ${own} order by ts`);
      await disposed.fields();
      await disposed[Symbol.asyncDispose]();
      const openQueries = `select count(*) from performance_schema.perf_queries
        where sql like '%${own}%' and sql not like '%perf_queries%'`;
      let count: unknown;
      // The server learns of open queries by the heartbeat of its client, every three seconds or so.
      for (let i = 0; i < 6 && count !== 0n; i++) {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        count = await connection.query(openQueries).value();
      }
      equal(count, 0n);
    },
  },
];
