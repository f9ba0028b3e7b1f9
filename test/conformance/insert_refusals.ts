/**
 * What `insert` refuses before anything is sent, and what the server refuses.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { startMs } from "./tables.ts";

const needs = ["statements"] as const;
const t0 = BigInt(startMs);
const ts = [t0, t0 + 1n, t0 + 2n];

/** Values of column `v` of a type, the one in row 1 being wrong. */
// deno-fmt-ignore
const wrongColumns: readonly (readonly [type: string, values: readonly unknown[], what: string])[] = [
  ["tinyint", [1, 300, 2], "a number that overflows"],
  ["tinyint unsigned", [1, -1, 2], "a negative number for an unsigned type"],
  ["int", [1, 1.5, 2], "a fraction for an integer"],
  ["int", [1, NaN, 2], "NaN for an integer"],
  ["int", [1, "many", 2], "text for an integer"],
  ["bigint", [1n, 2n ** 63n, 2n], "a bigint that overflows"],
  ["bigint", [1, 2 ** 53 + 2, 2], "a number that is not exact"],
  ["bigint unsigned", [1n, -1n, 2n], "a negative bigint for an unsigned type"],
  ["float", [1, 1e39, 2], "a number beyond FLOAT"],
  ["double", [1, {}, 2], "an object for a number"],
  ["bool", [true, "true", false], "text for a BOOL"],
  ["timestamp", [1n, NaN, 2n], "NaN for a TIMESTAMP"],
  ["timestamp", [1n, new Date(NaN), 2n], "an invalid Date"],
  ["timestamp", [1n, "yesterday", 2n], "text that is no time"],
  ["timestamp", ["2023-11-14T22:13:20Z", "2023-11-14T25:13:20Z", null], "a time that does not exist"],
  ["varchar(8)", ["a", "123456789", "b"], "text that is too long"],
  ["varchar(8)", ["a", "ééééé", "b"], "text with too many bytes"],
  ["varchar(100)", ["a", "x".repeat(70_000), "b"], "text of 70 000 bytes"],
  ["varchar(8)", ["a", 5, "b"], "a number for text"],
  ["nchar(4)", ["a", "12345", "b"], "too many characters"],
  ["nchar(8)", ["a", "\ud83d", "b"], "half a surrogate pair"],
  ["varbinary(4)", [null, new Uint8Array(5), null], "too many bytes"],
  ["varbinary(4)", [null, "text", null], "text for bytes"],
];

/** Cases about refused inserts. */
export const insertRefusalCases: readonly Case[] = [
  {
    name: "insert() refuses values that do not fit, naming column and row, and writes nothing",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      for (const [i, [type, v, what]] of wrongColumns.entries()) {
        const table = `t${i}`;
        await connection.exec(`create table ${table} (ts timestamp, v ${type})`);
        const refusal = {
          name: "InterfaceError",
          outcome: "not-sent",
          message: /column "v", row 1/,
        };
        await rejects(connection.insert(table, { ts, v }), refusal, `${type}: ${what}`);
        const rows = v.map((value, row) => ({ ts: ts[row], v: value }));
        await rejects(connection.insert(table, rows), refusal, `${type}: ${what}, as rows`);
        equal(await connection.query(`select count(*) from ${table}`).value(), 0n, what);
      }
    },
  },
  {
    name: "insert() names the right row of a later part, and writes no part",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v tinyint, s varchar(4))");
      const rows = Array.from({ length: 40_000 }, (_, i) => i);
      const data = {
        ts: rows.map((i) => t0 + BigInt(i)),
        v: rows.map(() => 1),
        s: rows.map(() => "ok"),
      };
      const v = data.v.with(39_999, 128);
      await rejects(connection.insert("t", { ...data, v }), { message: /"v", row 39999/ });
      const s = data.s.with(39_998, "too long");
      await rejects(connection.insert("t", { ...data, s }), { message: /"s", row 39998/ });
      equal(await connection.query("select count(*) from t").value(), 0n);
    },
  },
  {
    name:
      "insert() names the right row of rows that it iterates, and tells that earlier ones are written",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v tinyint)");
      function* rows() {
        for (let i = 0; i < 20_000; i++) yield { ts: t0 + BigInt(i), v: i === 17_000 ? 300 : 1 };
      }
      const refusal = { name: "InterfaceError", outcome: "partial", message: /"v", row 17000/ };
      await rejects(connection.insert("t", rows()), refusal);
      const written = await connection.query("select count(*) from t").value<bigint>();
      equal(written !== null && written !== undefined && written > 0n && written <= 17_000n, true);
    },
  },
  {
    name: "insert() names the right row of a tag that does not fit",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec(
        "create stable st (ts timestamp, v int) tags (t1 tinyint, t2 varchar(4))",
      );
      const data = { tbname: ["b", "a", "b", "c"], ts: [t0, t0, t0 + 1n, t0], v: [1, 2, 3, 4] };
      const t1 = [1, 2, 1, 3];
      const t2 = ["x", "y", "x", "z"];
      const refusal = (name: string) => ({ message: new RegExp(`"${name}", row 3`) });
      await rejects(connection.insert("st", { ...data, t1: t1.with(3, 300), t2 }), refusal("t1"));
      await rejects(connection.insert("st", { ...data, t1, t2: t2.with(3, "ééé") }), refusal("t2"));
      equal(await connection.query("select count(*) from st").value(), 0n);
    },
  },
  {
    name: "insert() names the right row of rows of several tables in any order",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec(
        "create stable st (ts timestamp, v tinyint, s varchar(4)) tags (g int)",
      );
      const data = { tbname: ["b", "a", "b", "c", "a"], g: [1, 2, 1, 3, 2] };
      const ts = data.tbname.map((_, row) => t0 + BigInt(row));
      const v = [1, 2, 3, 4, 5];
      const s = ["a", "b", "c", "d", "e"];
      for (let row = 0; row < ts.length; row++) {
        const refusal = (name: string) => ({ message: new RegExp(`"${name}", row ${row}`) });
        const insert = (columns: object) =>
          connection.insert("st", { ...data, ts, v, s, ...columns });
        await rejects(insert({ v: v.with(row, 300) }), refusal("v"));
        await rejects(insert({ s: s.with(row, "ééé") }), refusal("s"));
        await rejects(insert({ ts: (ts as unknown[]).with(row, null) }), refusal("ts"));
        await rejects(
          insert({ tbname: (data.tbname as unknown[]).with(row, 7) }),
          refusal("tbname"),
        );
      }
      equal(await connection.query("select count(*) from st").value(), 0n);
    },
  },
  {
    name: "insert() names the right row that is no row at all, of rows that it iterates",
    needs,
    async run({ open, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v tinyint)");
      const rows = function* (): Generator<Record<string, unknown>> {
        for (let i = 0; i < 17_000; i++) yield { ts: t0 + BigInt(i), v: 1 };
        yield null as never;
      };
      const refusal = { name: "InterfaceError", outcome: "partial", message: /^row 17000 is no/ };
      await rejects(connection.insert("t", rows()), refusal);
      const asynchronous = (async function* () {
        yield* rows();
      })();
      await rejects(connection.insert("t", asynchronous), refusal);
    },
  },
  {
    name: "insert() refuses rows without a time",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const refusal = { name: "InterfaceError", message: /"ts", row 1/ };
      await rejects(connection.insert("t", { ts: [t0, null], v: [1, 2] }), refusal);
      await rejects(connection.insert("t", [{ ts: t0, v: 1 }, { v: 2 }]), refusal);
      equal(await connection.query("select count(*) from t").value(), 0n);
    },
  },
  {
    name: "insert() refuses columns of different lengths, and what is no data",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const misuse = { name: "InterfaceError" };
      const lengths = { name: "InterfaceError", message: /"v".*"ts"|"ts".*"v"/ };
      await rejects(connection.insert("t", { ts, v: [1] }), lengths);
      await rejects(connection.insert("t", { ts, v: "abc" as never }), misuse);
      await rejects(connection.insert("t", { ts, v: 5 as never }), misuse);
      await rejects(connection.insert("t", [[t0, 1]] as never), misuse);
      await rejects(connection.insert("t", null as never), misuse);
      await rejects(connection.insert("t", "data" as never), misuse);
      await rejects(connection.insert("", { ts, v: [1, 2, 3] }), misuse);
      await rejects(connection.insert("a`b", { ts, v: [1, 2, 3] }), misuse);
      equal(await connection.query("select count(*) from t").value(), 0n);
    },
  },
  {
    name: "insert() refuses tags that contradict the data or the super table",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create stable st (ts timestamp, v int) tags (t1 tinyint)");
      const data = { ts: [t0], v: [1] };
      const misuse = { name: "InterfaceError" };
      await rejects(connection.insert("c1", data, { tags: { t1: 1 } }), misuse);
      await rejects(connection.insert("c1", data, { using: "st", tags: { t1: 300 } }), misuse);
      const spread = { ...data, tbname: ["c1"], t1: [1] };
      await rejects(connection.insert("st", spread, { using: "st", tags: { t1: 1 } }), misuse);
      await rejects(connection.insert("st", { ...spread, tbname: [null] }), misuse);
      await rejects(connection.insert("st", { ...spread, tbname: [""] }), misuse);
      equal(await connection.query("select count(*) from st").value(), 0n);
    },
  },
  {
    name:
      "insert() gives the server's refusals the class of their code, and the table stays usable",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const programming = { name: "ProgrammingError" };
      await rejects(connection.insert("no_such_table", { ts: [t0], v: [1] }), {
        ...programming,
        code: 0x2603,
      });
      await rejects(connection.insert("t", { ts: [t0], no_such_column: [1] }), programming);
      await rejects(connection.insert("t", { v: [1] }), programming);
      equal((await connection.insert("t", { ts: [t0], v: [1] })).affectedRows, 1);
      equal(await connection.query("select v from t").value(), 1);
    },
  },
];
