/**
 * `insert`: what it takes, and where the rows go.
 *
 * @module
 */
import { type ColumnBatch, type Connection, id, param } from "../../mod.ts";
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const needs = ["statements"] as const;
const t0 = BigInt(startMs);

async function createSuperTable(connection: Connection): Promise<void> {
  await connection.exec("create stable st (ts timestamp, v int) tags (t1 int, t2 nchar(8))");
}

/** Table name, tags and value of all rows of `st`. */
async function content(connection: Connection): Promise<unknown[][]> {
  const sql = "select tbname, t1, t2, v from st order by tbname, ts";
  return (await connection.query(sql)).toArrays();
}

/** Cases about `insert`. */
export const insertCases: readonly Case[] = [
  {
    name: "insert() with using creates the table, and leaves the tags of one that exists",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      const write = (ts: bigint, v: number, tags: Record<string, unknown> | unknown[]) =>
        connection.insert("c1", { ts: [ts], v: [v] }, { using: "st", tags: tags as [] });
      const { affectedRows, tables, parts, reqId } = await write(t0, 1, { t2: "标签", t1: 7 });
      deepEqual([affectedRows, tables, parts, typeof reqId], [1, 1, 1, "bigint"]);
      equal((await write(t0 + 1n, 2, [8, "other"])).affectedRows, 1);
      await connection.insert("c2", { ts: [t0], v: [3] }, { using: "st", tags: [null, "x"] });
      deepEqual(await content(connection), [
        ["c1", 7, "标签", 1],
        ["c1", 7, "标签", 2],
        ["c2", null, "x", 3],
      ]);
    },
  },
  {
    name: "insert() spreads rows over the tables that a tbname column names",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createSuperTable(connection);
      const { affectedRows, tables, parts } = await connection.insert("st", {
        tbname: ["s2", "s1", "s2", "s3", "s1"],
        t1: [2, 1, 2, 3, 1],
        t2: ["b", "a", "b", "c", "a"],
        ts: [t0, t0, t0 + 1n, t0, t0 + 1n],
        v: [20, 10, 21, null, 11],
      });
      deepEqual([affectedRows, tables, parts], [5, 3, 1]);
      deepEqual(await content(connection), [
        ["s1", 1, "a", 10],
        ["s1", 1, "a", 11],
        ["s2", 2, "b", 20],
        ["s2", 2, "b", 21],
        ["s3", 3, "c", null],
      ]);
    },
  },
  {
    name: "insert() spreads rows given as objects, too",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createSuperTable(connection);
      const rows = ["s1", "s2", "s1"].map((tbname, i) => ({
        tbname,
        t1: Number(tbname[1]),
        t2: "x",
        ts: new Date(startMs + i),
        v: i,
      }));
      await connection.insert("st", rows);
      deepEqual(await content(connection), [
        ["s1", 1, "x", 0],
        ["s1", 1, "x", 2],
        ["s2", 2, "x", 1],
      ]);
    },
  },
  {
    name: "insert() refuses different tags for one table",
    needs,
    async run({ open, deepEqual, rejects }) {
      await using connection = await open();
      await createSuperTable(connection);
      const data = { tbname: ["s1", "s1"], t1: [1, 2], t2: ["a", "a"], ts: [t0, t0 + 1n], v: [1, 2] };
      await rejects(connection.insert("st", data), { name: "InterfaceError", message: /s1/ });
      deepEqual(await content(connection), []);
    },
  },
  {
    name: "insert() splits more than 32 767 rows of one table into parts",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table big (ts timestamp, v int)");
      const rowCount = 70_000;
      const ts = BigInt64Array.from({ length: rowCount }, (_, i) => t0 + BigInt(i));
      const v = Int32Array.from({ length: rowCount }, (_, i) => i);
      const { affectedRows, tables, parts } = await connection.insert("big", { ts, v });
      deepEqual([affectedRows, tables, parts], [rowCount, 1, 3]);
      const sql = "select count(*), sum(v), min(v), max(v) from big";
      deepEqual((await connection.query(sql)).toArrays(), [[70_000n, 2_449_965_000n, 0, 69_999]]);
    },
  },
  {
    name: "insert() takes table names with dots, spaces, upper case and other scripts as they are",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      const names = ["a.b", "we ird", "MixedCase", "mixedcase", "表1"];
      for (const [i, name] of names.entries()) {
        await connection.insert(name, { ts: [t0], v: [i] }, { using: "st", tags: [i, "x"] });
      }
      for (const [i, name] of names.entries()) {
        equal(await connection.sql`select v from ${id(name)}`.value(), i);
        await connection.insert(name, { ts: [t0 + 1n], v: [i] });
      }
      const numbers = names.map((_, i) => i);
      const [t2, ts] = [names.map(() => "x"), names.map(() => t0 + 2n)];
      await connection.insert("st", { tbname: names, t1: numbers, t2, ts, v: numbers });
      const sql = "select tbname, count(*) from st group by tbname";
      const counts = new Map((await connection.query(sql)).toArrays() as [string, bigint][]);
      deepEqual([...counts].sort(), names.map((name) => [name, 3n]).sort());
    },
  },
  {
    name: "insert() into id(database, table) needs no current database",
    needs,
    async run({ connect, url, database, equal }) {
      await using connection = await connect(url);
      await connection.sql`create table ${id(database, "Other")} (ts timestamp, v int)`;
      await connection.insert(id(database, "Other"), { ts: [t0], v: [5] });
      await connection.sql`create stable ${id(database, "st")} (ts timestamp, v int) tags (t int)`;
      const using = id(database, "st");
      await connection.insert(id(database, "c 1"), { ts: [t0], v: [6] }, { using, tags: [1] });
      equal(await connection.sql`select v from ${id(database, "Other")}`.value(), 5);
      equal(await connection.sql`select v from ${id(database, "c 1")}`.value(), 6);
    },
  },
  {
    name: "insert() of no rows sends nothing",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      for (const data of [[], { ts: [], v: [] }, new Set<Record<string, unknown>>()]) {
        const { affectedRows, tables, parts } = await connection.insert("no_such_table", data);
        deepEqual([affectedRows, tables, parts], [0, 0, 0]);
      }
    },
  },
  {
    name: "insert() leaves values as they are whose name a row does not have",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a int, b varchar(8))");
      await connection.insert("t", { ts: [t0, t0 + 1n, t0 + 2n], a: [1, 2, 3], b: ["x", "y", "z"] });
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
      await connection.exec("create table t (ts timestamp, i bigint, s smallint, d double, b bool)");
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
        async function* batches(): AsyncGenerator<ColumnBatch> {
          yield* connection.query("select * from readings where v >= 10").batches();
        }
        equal((await connection.insert(copy, batches())).affectedRows, 4990);
        const rows = await connection.sql`select ts, v, s from ${copy} where v in (7, 4999) order by ts`;
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
