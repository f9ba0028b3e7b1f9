/**
 * The forms of data that `insert` takes.
 *
 * @module
 */
import { id, param } from "../../mod.ts";
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const needs = ["statements"] as const;
const t0 = BigInt(startMs);

/** Cases about what `insert` takes. */
export const insertDataCases: readonly Case[] = [
  {
    name: "insert() leaves values as they are whose name a row does not have",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a int, b varchar(8))");
      await connection.insert("t", {
        ts: [t0, t0 + 1n, t0 + 2n],
        a: [1, 2, 3],
        b: ["x", "y", "z"],
      });
      await connection.insert("t", [
        { ts: t0, a: 10 },
        { ts: t0 + 1n, b: "new" },
        { ts: t0 + 2n, a: null, b: undefined },
        { ts: t0 + 3n, b: "only" },
      ]);
      deepEqual((await connection.query("select a, b from t order by ts")).toArrays(), [
        [10, "x"],
        [2, "new"],
        [null, "z"],
        [null, "only"],
      ]);
    },
  },
  {
    name: "insert() takes times as bigint, number, Date, text, Temporal and param.timestamp",
    needs,
    databaseOptions: "precision 'us'",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const us = t0 * 1000n;
      const ts = [
        us,
        Number(us) + 1,
        new Date(startMs + 1),
        "2023-11-14T22:13:20.001001Z",
        "2023-11-15T07:13:20.001002+09:00",
        { epochNanoseconds: (us + 1003n) * 1000n },
        param.timestamp((us + 1004n) * 1000n, "ns"),
        param.timestamp(t0 + 2n, "ms"),
      ];
      await connection.insert("t", { ts, v: ts.map((_, i) => i) });
      const texts = { ts: ["2023-11-14T22:13:20.003Z", "2023-11-14T22:13:20.003001Z"], v: [8, 9] };
      await connection.insert("t", texts);
      const { rows } = await connection.query("select ts from t order by v");
      deepEqual(rows.map((row) => (row["ts"] as bigint) - us), [
        ...[0n, 1n, 1000n, 1001n, 1002n, 1003n, 1004n, 2000n],
        ...[3000n, 3001n],
      ]);
    },
  },
  {
    name: "insert() takes typed arrays, digits as text and other exact forms of a number",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec(
        "create table t (ts timestamp, i bigint, s smallint, d double, b bool)",
      );
      await connection.insert("t", {
        ts: BigInt64Array.of(t0, t0 + 1n, t0 + 2n),
        i: ["9223372036854775807", 5, -7n],
        s: Int16Array.of(-32768, 0, 32767),
        d: Float64Array.of(0.1, -0, 1e300),
        b: [1, 0n, true],
      });
      await connection.insert("t", { ts: [t0 + 3n], s: Int8Array.of(-3), d: [12n], b: [false] });
      deepEqual((await connection.query("select i, s, d, b from t order by ts")).toArrays(), [
        [9_223_372_036_854_775_807n, -32_768, 0.1, true],
        [5n, 0, -0, false],
        [-7n, 32_767, 1e300, true],
        [null, -3, 12, false],
      ]);
    },
  },
  {
    name: "insert() takes iterables and async iterables of rows",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      function* rows(from: number, to: number) {
        for (let v = from; v < to; v++) yield { ts: t0 + BigInt(v), v };
      }
      async function* later(from: number, to: number) {
        yield* rows(from, to);
      }
      const first = await connection.insert("t", rows(0, 3));
      const second = await connection.insert("t", later(3, 20_000));
      deepEqual([first.affectedRows, second.affectedRows], [3, 19_997]);
      deepEqual(
        (await connection.query("select count(*), sum(v) from t")).toArrays(),
        [[20_000n, 199_990_000n]],
      );
    },
  },
  {
    name: "insert() takes batches of a query, also into a database of another precision",
    needs,
    async run({ open, database, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 5000);
      const other = `${database}_us`;
      await connection.exec(`create database ${other} precision 'us'`);
      try {
        const copy = id(other, "copy");
        await connection.sql`create table ${copy} (ts timestamp, v int, s varchar(20))`;
        const { batch } = await connection.query("select * from readings where v < 10");
        await connection.insert(copy, batch);
        const batches = connection.query("select * from readings where v >= 10").batches();
        equal((await connection.insert(copy, batches)).affectedRows, 4990);
        const rows = await connection
          .sql`select ts, v, s from ${copy} where v in (7, 4999) order by ts`;
        deepEqual(rows.toArrays(), [
          [(t0 + 7n) * 1000n, 7, "row 7"],
          [(t0 + 4999n) * 1000n, 4999, "row 4999"],
        ]);
      } finally {
        await connection.exec(`drop database ${other}`);
      }
    },
  },
];
