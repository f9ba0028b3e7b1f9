/**
 * Prepared statements: INSERT, and what goes for all of them.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const needs = ["statements"] as const;
const t0 = BigInt(startMs);
const insertIntoChild = "insert into ? using st tags (?, ?) (ts, v, s) values (?, ?, ?)";

/** A super table with two tags. */
async function createSuperTable(connection: Connection): Promise<void> {
  await connection.exec(
    "create stable st (ts timestamp, v int, s varchar(8)) tags (t1 int, t2 nchar(8))",
  );
}

async function content(connection: Connection): Promise<unknown[][]> {
  const sql = "select tbname, t1, t2, v, s from st order by tbname, ts";
  return (await connection.query(sql)).toArrays();
}

/** Cases about `prepare`, and INSERT by it. */
export const statementCases: readonly Case[] = [
  {
    name: "bind() takes several tables for one execute, and one of them twice",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare(insertIntoChild);
      statement.bind({
        name: "m1",
        tags: [1, "a"],
        columns: [[t0, t0 + 1n], [1, null], ["p", ""]],
      });
      statement.bind({ name: "m2", tags: [2, "b"], columns: [[t0], [3], [null]] });
      statement.bind({ name: "m1", tags: [1, "a"], columns: [[t0 + 2n], [4], ["r"]] });
      equal((await statement.execute()).affectedRows, 4);
      deepEqual(await content(connection), [
        ["m1", 1, "a", 1, "p"],
        ["m1", 1, "a", null, ""],
        ["m1", 1, "a", 4, "r"],
        ["m2", 2, "b", 3, null],
      ]);
    },
  },
  {
    name: "bind() while an execute is under way binds for the next one, also when that fails",
    needs,
    async run({ open, deepEqual, equal, rejects }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare(insertIntoChild);
      const bind = (v: number) =>
        statement.bind({ name: "m1", tags: [1, "a"], columns: [[t0 + BigInt(v)], [v], [null]] });
      bind(1);
      const first = statement.execute();
      // The first one has taken its rows by now.
      await Promise.resolve();
      bind(2);
      equal((await first).affectedRows, 1);
      equal((await statement.execute()).affectedRows, 1);
      bind(3);
      const aborted = statement.execute({ signal: AbortSignal.abort(new Error("enough")) });
      bind(4);
      await rejects(aborted, /enough/);
      equal((await statement.execute()).affectedRows, 2);
      deepEqual((await content(connection)).map(([, , , v]) => v), [1, 2, 3, 4]);
    },
  },
  {
    name: "bind() takes tags and columns by name",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare(insertIntoChild);
      const columns = { s: ["x"], ts: [new Date(startMs)], v: [5] };
      await statement.bind({ name: "m1", tags: { t2: "标签", t1: 7 }, columns }).execute();
      deepEqual(await content(connection), [["m1", 7, "标签", 5, "x"]]);
    },
  },
  {
    name: "bindRow() takes rows as arrays and by name",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare(insertIntoChild);
      statement.bindRow(["m1", 1, "a", t0, 1, "p"]);
      statement.bindRow({ tbname: "m2", t1: 2, t2: "b", ts: t0, v: 2, s: "q" });
      statement.bindRow(["m1", 1, "a", t0 + 1n, 3, "r"]);
      equal((await statement.execute()).affectedRows, 3);
      deepEqual(await content(connection), [
        ["m1", 1, "a", 1, "p"],
        ["m1", 1, "a", 3, "r"],
        ["m2", 2, "b", 2, "q"],
      ]);
    },
  },
  {
    name: "prepare() tells the placeholders of an INSERT, and only the number of those of a SELECT",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using insert = await connection.prepare(insertIntoChild);
      equal(insert.isInsert, true);
      deepEqual(insert.parameters.map(({ name, type }) => `${name} ${type}`), [
        "tbname VARCHAR",
        "t1 INT",
        "t2 NCHAR",
        "ts TIMESTAMP",
        "v INT",
        "s VARCHAR",
      ]);
      deepEqual(
        [insert.parameterCount, insert.parameters[2]?.length, insert.parameters[5]?.length],
        [6, 8, 8],
      );
      await using select = await connection.prepare("select v from st where v > ? and s = ?");
      deepEqual([select.isInsert, select.parameters, select.parameterCount], [false, [], 2]);
    },
  },
  {
    name: "prepare() takes an INSERT into a fixed table, with its columns in any order",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 0);
      await using statement = await connection.prepare(
        "insert into readings (ts, s, v) values (?, ?, ?)",
      );
      statement.bind({ columns: [[t0], ["a"], [1]] }).bindRow([t0 + 1n, null, 2]);
      await statement.execute();
      deepEqual((await connection.query("select v, s from readings order by ts")).toArrays(), [
        [1, "a"],
        [2, null],
      ]);
    },
  },
  {
    name: "prepare() takes an INSERT into a super table with tbname and tags among its columns",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare(
        "insert into st (tbname, t1, t2, ts, v) values (?, ?, ?, ?, ?)",
      );
      statement.bindRow(["m1", 1, "a", t0, 1]);
      statement.bindRow(["m2", 2, "b", t0, 2]);
      statement.bindRow(["m1", 1, "a", t0 + 1n, 3]);
      await statement.execute();
      deepEqual(await content(connection), [
        ["m1", 1, "a", 1, null],
        ["m1", 1, "a", 3, null],
        ["m2", 2, "b", 2, null],
      ]);
    },
  },
  {
    name:
      "prepare() takes an INSERT whose table is a placeholder, and learns its columns by the first bind",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await createSuperTable(connection);
      await connection.exec("create table m1 using st tags (1, 'a') m2 using st tags (2, 'b')");
      await using statement = await connection.prepare("insert into ? values (?, ?, ?)");
      statement.bind({ name: "m1", columns: [[t0, t0 + 1n], [1, 2], ["p", null]] });
      statement.bind({ name: "m2", columns: [[t0], [3], ["q"]] });
      equal((await statement.execute()).affectedRows, 3);
      equal(statement.parameterCount, 4);
      deepEqual(statement.parameters.map(({ name }) => name), ["tbname", "ts", "v", "s"]);
      deepEqual(await content(connection), [
        ["m1", 1, "a", 1, "p"],
        ["m1", 1, "a", 2, null],
        ["m2", 2, "b", 3, "q"],
      ]);
    },
  },
  {
    name: "execute() can be called again and again, and needs something bound",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 0);
      await using statement = await connection.prepare("insert into readings values (?, ?, ?)");
      for (let i = 0; i < 5; i++) {
        const { affectedRows } = await statement.bindRow([t0 + BigInt(i), i, "x"]).execute();
        equal(affectedRows, 1);
      }
      await rejects(statement.execute(), { name: "InterfaceError" });
      await rejects(async () => await statement.bindRow([t0, 1]), { name: "InterfaceError" });
      equal(await connection.query("select count(*) from readings").value(), 5n);
    },
  },
  {
    name: "reset() drops what is bound",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 0);
      await using statement = await connection.prepare("insert into readings values (?, ?, ?)");
      statement.bindRow([t0, 1, "dropped"]).bind({ columns: [[t0 + 1n], [2], ["dropped"]] })
        .reset();
      await statement.bindRow([t0 + 2n, 3, "kept"]).execute();
      deepEqual((await connection.query("select v, s from readings")).toArrays(), [[3, "kept"]]);
    },
  },
  {
    name: "execute() that fails keeps what is bound, and the statement stays usable",
    needs,
    async run({ open, deepEqual, rejects }) {
      await using connection = await open();
      await createSuperTable(connection);
      await using statement = await connection.prepare("insert into ? values (?, ?, ?)");
      const missing = { name: "StatementError", code: 0x2603 };
      statement.bind({ name: "m1", columns: [[t0], [1], ["a"]] });
      await rejects(statement.execute(), missing);
      await connection.exec("create table m1 using st tags (1, 'a')");
      await statement.execute();
      statement.bind({ name: "m1", columns: [[t0 + 1n], [2], ["b"]] });
      statement.bind({ name: "no_such_table", columns: [[t0 + 2n], [3], ["c"]] });
      await rejects(statement.execute(), missing);
      statement.reset();
      await statement.bind({ name: "m1", columns: [[t0 + 3n], [4], ["d"]] }).execute();
      const { rows } = await connection.query("select v, s from st where v != 2 order by ts");
      deepEqual(rows, [{ v: 1, s: "a" }, { v: 4, s: "d" }]);
    },
  },
];
