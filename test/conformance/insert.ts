/**
 * `insert`: where the rows go.
 *
 * @module
 */
import { type Connection, id, param } from "../../mod.ts";
import type { Case } from "./case.ts";
import { startMs } from "./tables.ts";

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
      const data = {
        tbname: ["s1", "s1"],
        t1: [1, 2],
        t2: ["a", "a"],
        ts: [t0, t0 + 1n],
        v: [1, 2],
      };
      await rejects(connection.insert("st", data), { name: "InterfaceError", message: /s1/ });
      deepEqual(await content(connection), []);
    },
  },
  {
    name: "insert() takes equal tags of one table for the same, whatever objects they are",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create stable sj (ts timestamp, v int) tags (j json)");
      await connection.exec(
        "create stable sp (ts timestamp, v int) tags (t timestamp, b varbinary(4), n int)",
      );
      const [ts, v] = [[t0, t0 + 1n], [1, 2]];
      const twice = (make: () => unknown) => [make(), make()];
      await connection.insert("sj", { tbname: ["j", "j"], j: twice(() => ({ a: 1 })), ts, v });
      const times = {
        p: () => param.timestamp(t0, "ms"),
        i: () => ({ epochNanoseconds: t0 * 1_000_000n }),
        d: () => new Date(startMs),
      };
      for (const [tbname, time] of Object.entries(times)) {
        const tags = { t: twice(time), b: twice(() => Uint8Array.of(7)), n: [null, undefined] };
        await connection.insert("sp", { tbname: [tbname, tbname], ...tags, ts, v });
      }
      // A batch brings its times as parameters.
      const { batch } = await connection.query("select 'copy' tbname, t, b, n, ts, v from p");
      await connection.insert("sp", batch);
      deepEqual((await connection.query("select distinct j from sj")).toArrays(), [[{ a: 1 }]]);
      const tags = await connection.query(
        "select distinct tbname, t, b, n from sp order by tbname",
      );
      deepEqual(
        tags.toArrays(),
        ["copy", "d", "i", "p"].map((name) => [name, new Date(startMs), Uint8Array.of(7), null]),
      );
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
      const table = id(database, "Other");
      await connection.sql`create table ${table} (ts timestamp, v int)`;
      await connection.insert(table, { ts: [t0], v: [5] });
      equal(await connection.sql`select v from ${table}`.value(), 5);
    },
  },
  {
    name: "insert() with using creates a table in another database than the current one",
    needs,
    async run({ open, database, equal }) {
      await using connection = await open();
      const other = `${database}_b`;
      await connection.exec(`create database ${other}`);
      try {
        const using = id(other, "st");
        await connection.sql`create stable ${using} (ts timestamp, v int) tags (t int)`;
        await connection.insert(id(other, "c 1"), { ts: [t0], v: [6] }, { using, tags: [1] });
        equal(await connection.sql`select v from ${id(other, "c 1")}`.value(), 6);
        equal(await connection.currentDatabase(), database);
      } finally {
        await connection.exec(`drop database ${other}`);
      }
    },
  },
  {
    name: "insert() and exec() follow a table that was made anew with other types",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      for (const [type, v] of [["int", 1], ["double", 1.5], ["varchar(8)", "x"]] as const) {
        await connection.exec(`create table t (ts timestamp, v ${type})`);
        await connection.insert("t", { ts: [t0], v: [v] });
        await connection.exec("insert into t values (?, ?)", [t0 + 1n, v]);
        equal(
          await connection.sql`select v from t where v = ${v} and ts = ${new Date(startMs)}`
            .value(),
          v,
        );
        deepEqual((await connection.query("select v from t")).toArrays(), [[v], [v]]);
        await connection.exec("drop table t");
      }
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
];
