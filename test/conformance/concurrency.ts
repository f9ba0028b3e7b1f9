/**
 * Requests side by side.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

/** Cases about requests in flight together. */
export const concurrencyCases: readonly Case[] = [
  {
    name: "query() gives each of 100 concurrent queries its own result",
    async run({ open, deepEqual }) {
      await using connection = await open();
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      const values = numbers.map((i) => connection.query(`select ${i} v`).value());
      deepEqual(await Promise.all(values), numbers.map(BigInt));
    },
  },
  {
    name: "query() gives each of 30 concurrent readings of many batches its own rows",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 10_000);
      await Promise.all(Array.from({ length: 30 }, async (_, i) => {
        let sum = 0;
        for await (
          const { v } of connection.query(`select v from readings where v >= ${i} order by ts`)
        ) {
          equal(v, i + sum++);
        }
        equal(sum, 10_000 - i);
      }));
    },
  },
  {
    name: "query() with parameters may run many times at once with one text",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 100);
      const numbers = Array.from({ length: 40 }, (_, i) => i);
      const values = numbers.map((i) =>
        connection.sql`select s from readings where v = ${i}`.value()
      );
      deepEqual(await Promise.all(values), numbers.map((i) => `row ${i}`));
    },
  },
  {
    name: "insert() may run many times at once",
    needs: ["statements"],
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create stable st (ts timestamp, v int) tags (t int)");
      const tables = Array.from({ length: 20 }, (_, i) => i);
      await Promise.all(
        tables.map((i) =>
          connection.insert(`c${i}`, { ts: [startMs, startMs + 1], v: [i, i] }, {
            using: "st",
            tags: [i],
          })
        ),
      );
      const sql = "select t, count(*), sum(v) from st group by t order by t";
      deepEqual(
        (await connection.query(sql)).toArrays(),
        tables.map((i) => [i, 2n, BigInt(2 * i)]),
      );
    },
  },
  {
    name: "use() waits for requests in flight and holds back later ones",
    async run({ open, database, deepEqual, equal }) {
      await using connection = await open();
      const other = `${database}_b`;
      await connection.exec(`create database ${other}`);
      try {
        await connection.exec("create table t (ts timestamp, v int)");
        await connection.exec(`create table ${other}.t (ts timestamp, v int)`);
        await connection.exec(`insert into t values (${startMs}, 1)`);
        await connection.exec(`insert into ${other}.t values (${startMs}, 2)`);
        for (let i = 0; i < 10; i++) {
          const seen = await Promise.all([
            connection.query("select v from t").value(),
            connection.sql`select v from t where v > ${0}`.value(),
            connection.use(other).then(() => undefined),
            connection.query("select v from t").value(),
            connection.sql`select v from t where v > ${0}`.value(),
            connection.currentDatabase(),
            connection.use(database).then(() => undefined),
            connection.query("select v from t").value(),
          ]);
          deepEqual(seen, [1, 1, undefined, 2, 2, other, undefined, 1]);
        }
        equal(await connection.currentDatabase(), database);
      } finally {
        await connection.exec(`drop database ${other}`);
      }
    },
  },
  {
    name: "use() of a database that does not exist keeps the one before",
    async run({ open, database, equal, rejects }) {
      await using connection = await open();
      await rejects(connection.use("no_such_database"), { name: "ProgrammingError", code: 0x0388 });
      equal(await connection.currentDatabase(), database);
    },
  },
  {
    name: "reqId given is told by the result, also beyond 2^53",
    needs: ["statements"],
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      for (const reqId of [12_345, 2n ** 53n + 1n, 2n ** 63n + 5n, 2n ** 64n - 1n]) {
        equal((await connection.query("select 1", [], { reqId })).reqId, BigInt(reqId));
        equal((await connection.exec("select 1", [], { reqId })).reqId, BigInt(reqId));
        const query = connection.query("select v from readings where v >= ?", [0], { reqId });
        equal((await query).reqId, BigInt(reqId));
        const data = [{ ts: startMs, v: 0 }];
        equal((await connection.insert("readings", data, { reqId })).reqId, BigInt(reqId));
      }
    },
  },
  {
    name: "reqId must be new among the requests in flight, and a whole number above 0",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      const first = connection.query("select 1", [], { reqId: 7 }).value();
      const misuse = { name: "InterfaceError" };
      await rejects(connection.query("select 2", [], { reqId: 7n }).value(), misuse);
      equal(await first, 1n);
      equal(await connection.query("select 3", [], { reqId: 7 }).value(), 3n);
      for (const reqId of [0, -1, 1.5, 2 ** 53, 2n ** 64n, "7" as never]) {
        await rejects(connection.exec("select 1", [], { reqId }), misuse);
      }
    },
  },
];
