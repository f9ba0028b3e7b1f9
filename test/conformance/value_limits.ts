/**
 * Values at the limits of their types, and statements that have hardly any: nothing is changed or lost in silence.
 *
 * @module
 */
import { type InsertData, param } from "../../mod.ts";
import type { Case } from "./case.ts";

const t0 = 1_700_000_000_000n;

/** Cases about limits. */
export const valueLimitCases: readonly Case[] = [
  {
    name: "exec() whose only parameters are tags writes its rows",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create stable st (ts timestamp, v int) tags (g int, s nchar(8))");
      const sql = `insert into c1 using st tags (?, ?) values (${t0}, 1) (${t0 + 1n}, null)`;
      const { affectedRows } = await connection.exec(sql, [7, "it's"]);
      const { rows } = await connection.query("select v, g, s from st order by ts");
      deepEqual([affectedRows, rows], [2, [
        { v: 1, g: 7, s: "it's" },
        { v: null, g: 7, s: "it's" },
      ]]);
    },
  },
  {
    name: "query() refuses a bigint that no integer type holds, which the server would round",
    async run({ open, rejects, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      for (const value of [2n ** 64n, -(2n ** 63n) - 1n]) {
        const refusal = { name: "InterfaceError", message: /parameter 1: .* fit/ };
        await rejects(connection.query("select ? as v", [value]).first(), refusal);
        await rejects(connection.query("select v from t where v < ?", [value]).first(), refusal);
      }
      const ends = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n];
      deepEqual((await connection.query("select ?, ?, ?", ends)).toArrays(), [ends]);
    },
  },
  {
    name: "insert() refuses a bigint that FLOAT or DOUBLE would round, and takes one that is exact",
    needs: ["statements"],
    async run({ open, rejects, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, f float, d double)");
      const exact = { ts: [t0], f: [2n ** 24n], d: [2n ** 53n] };
      const refusal = { name: "InterfaceError", message: /, row 0: \d+ is not exact as/ };
      await rejects(connection.insert("t", { ...exact, f: [2n ** 24n + 1n] }), refusal);
      await rejects(connection.insert("t", { ...exact, d: [2n ** 53n + 1n] }), refusal);
      await connection.insert("t", exact);
      const { rows } = await connection.query("select f, d from t");
      deepEqual(rows, [{ f: 2 ** 24, d: 2 ** 53 }]);
    },
  },
  {
    name: "insert() refuses rows without a value, and no rows are no request",
    needs: ["statements"],
    async run({ open, rejects, equal }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, v int)");
      const empty = { name: "InterfaceError", message: /^row 0 has no values/ };
      await rejects(connection.insert("t", [{}]), empty);
      await rejects(connection.insert("t", [{}, {}].values()), empty);
      const nothings: readonly InsertData[] = [{}, { ts: [], v: [] }, [], [].values()];
      for (const nothing of nothings) {
        equal((await connection.insert("t", nothing)).parts, 0);
      }
      equal(await connection.query("select count(*) from t").value(), 0n);
    },
  },
  {
    name: "query() without rows tells its columns, and a statement without columns has neither",
    async run({ open, equal, deepEqual }) {
      await using connection = await open();
      const created = await connection.query("create table t (ts timestamp, v bigint, s nchar(5))");
      deepEqual([created.rows, created.fields, created.batch.columns.length], [[], [], 0]);
      const { rows, fields, batch, precision } = await connection.query("select * from t");
      const types = fields.map(({ name, type }) => `${name} ${type}`);
      deepEqual(
        [rows, types, batch.rowCount, batch.columns.map(({ length }) => length), precision],
        [[], ["ts TIMESTAMP", "v BIGINT", "s NCHAR"], 0, [0, 0, 0], "ms"],
      );
      equal(await connection.query("select v from t").value(), undefined);
      equal(await connection.query("select count(v) from t where v > ?", [1]).value(), 0n);
    },
  },
  {
    name: "exec() tells an empty text from NULL, whatever way it is written",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec(
        "create table t (ts timestamp, v varchar(4), n nchar(4), b varbinary(4))",
      );
      const insert = "insert into t values (?, ?, ?, ?)";
      await connection.exec(insert, [t0, "", "", new Uint8Array()]);
      await connection.exec(insert, [t0 + 1n, null, null, null]);
      await connection.exec(insert, [
        t0 + 2n,
        param.varchar(new Uint8Array()),
        param.nchar(""),
        param.varbinary(new Uint8Array()),
      ]);
      await connection.exec(`insert into t values (${t0 + 3n}, '', '', '')`);
      const empty = ["", "", new Uint8Array()];
      const written = await connection.query("select v, n, b from t order by ts");
      deepEqual(written.toArrays(), [empty, [null, null, null], empty, empty]);
      const counts = "select count(v), count(n), count(b) from t";
      deepEqual((await connection.query(counts)).toArrays(), [[3n, 3n, 3n]]);
    },
  },
];
