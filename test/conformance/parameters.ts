/**
 * Values in SQL: parameters of INSERT and SELECT, templates, and the escaper for statements that are not prepared.
 *
 * @module
 */
import { type Connection, fragment, id, list, param, type SqlValue } from "../../mod.ts";
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const us = BigInt(startMs) * 1000n;
const bytes = new Uint8Array([0, 0x27, 0x5c, 255]);

/** Texts that break a careless escaper. */
const oddTexts = [
  "it's",
  "''",
  "\\",
  "\\'",
  "back\\slash",
  "ends with \\",
  '"double"',
  "?",
  "'; drop table t; --",
  "/* */ -- ",
  "line\nbreak\ttab\r",
  "北京 😀",
  "\\n",
  "`",
  "",
  "NULL",
];

/** A table of many types with one row, and one of NULLs. */
async function fillTypes(connection: Connection): Promise<void> {
  await connection.exec(
    `create table t (ts timestamp, b bool, i int, l bigint, u bigint unsigned, f float,
    d double, vc varchar(32), nc nchar(16), vb varbinary(16), dc decimal(12, 2))`,
  );
  await connection.exec(`insert into t values (${us + 1n}, true, 5, -9007199254740993,
    18446744073709551615, 1.5, 0.1, 'it\\'s ?', '北京', '\\x00275cff', -12.5) (${us + 2n},
    ${new Array(10).fill("null").join(", ")})`);
}

/** Conditions with one value each, of every kind, that hold for the first row only. */
const conditions: readonly (readonly [sql: string, value: SqlValue])[] = [
  ["b = ?", true],
  ["i = ?", 5],
  ["i = ?", param.int(5)],
  ["i = ?", 5n],
  ["i < ?", 5.5],
  ["l = ?", -9_007_199_254_740_993n],
  ["l < ?", -9_007_199_254_740_991],
  ["u = ?", 18_446_744_073_709_551_615n],
  ["u > ?", param.ubigint(18_446_744_073_709_551_614n)],
  ["f = ?", param.float(1.5)],
  ["d = ?", 0.1],
  ["d = ?", param.double(0.1)],
  ["vc = ?", "it's ?"],
  ["vc != '?' and vc = ?", "it's ?"],
  ["vc like ?", "it_s%"],
  ["nc = ?", "北京"],
  ["nc = ?", param.nchar("北京")],
  ["vb = ?", bytes],
  ["dc = ?", param.decimal("-12.50")],
  ["ts = ?", param.timestamp(us + 1n, "us")],
  ["ts = ?", param.timestamp((us + 1n) * 1000n, "ns")],
  ["ts = ?", { epochNanoseconds: (us + 1n) * 1000n }],
  ["i > 0 and ts > ?", new Date(startMs)],
  ["i > 0 and ts < ?", new Date(startMs + 1)],
];

/** Cases about parameters. */
export const parameterCases: readonly Case[] = [
  {
    name: "query() takes a value of every kind as parameter of a SELECT",
    databaseOptions: "precision 'us'",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillTypes(connection);
      for (const [sql, value] of conditions) {
        const { rows } = await connection.query(`select ts from t where ${sql}`, [value]);
        deepEqual(rows, [{ ts: us + 1n }], sql);
      }
    },
  },
  {
    name: "query() finds odd texts by parameter, in VARCHAR and in NCHAR",
    async run({ open, fixtures, equal }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, i int, vc varchar(64), nc nchar(32))");
      const ts = oddTexts.map((_, i) => BigInt(startMs + i));
      await (await fixtures()).insert("t", {
        ts,
        i: oddTexts.map((_, i) => i),
        vc: oddTexts,
        nc: oddTexts,
      });
      for (const [i, text] of oddTexts.entries()) {
        for (const column of ["vc", "nc"]) {
          const found = connection.sql`select i from t where ${id(column)} = ${text} order by ts`;
          equal(await found.value(), i, `${column} ${JSON.stringify(text)}`);
        }
      }
    },
  },
  {
    name: "query() takes parameters in a SELECT list, in LIMIT and in lists",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 5);
      const read = async (sql: string, params: SqlValue[]) =>
        (await connection.query(sql, params)).toArrays().flat();
      deepEqual(await read("select v from readings order by ts limit ?", [2]), [0, 1]);
      deepEqual(await read("select v + ? from readings where v = ?", [0.5, 2]), [2.5]);
      const within = connection.sql`select v from readings where v in (${
        list([1, 3, 9])
      }) order by ts`;
      deepEqual((await within).toArrays().flat(), [1, 3]);
    },
  },
  {
    name: "exec() takes a value of every kind as parameter of an INSERT",
    databaseOptions: "precision 'us'",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await connection.exec(
        `create table t (ts timestamp, b bool, i int, u bigint unsigned, f float,
        vc varchar(32), vb varbinary(8), t2 timestamp)`,
      );
      const sql = "insert into t (ts, b, i, u, f, vc, vb, t2) values (?, ?, ?, ?, ?, ?, ?, ?)";
      const date = new Date(startMs);
      const text = "2023-11-14T22:13:20.000002Z";
      const rows: SqlValue[][] = [
        [date, true, 5, 18_446_744_073_709_551_615n, 1.5, "it's", bytes, null],
        [us + 1n, false, 5n, 0, -2, "?", param.varbinary(bytes), date],
        [text, null, param.int(7), "3", param.float(0.5), null, null, text],
        [param.timestamp((us + 3n) * 1000n, "ns"), 1, null, null, null, "", new Uint8Array(), us],
      ];
      for (const row of rows) equal((await connection.exec(sql, row)).affectedRows, 1);
      deepEqual((await connection.query("select * from t order by ts")).toArrays(), [
        [us, true, 5, 18_446_744_073_709_551_615n, 1.5, "it's", bytes, null],
        [us + 1n, false, 5, 0n, -2, "?", bytes, us],
        [us + 2n, null, 7, 3n, 0.5, null, null, us + 2n],
        [us + 3n, true, null, null, null, "", new Uint8Array(), us],
      ]);
    },
  },
  {
    name: "exec() takes parameters for the table and its tags",
    needs: ["statements"],
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create stable st (ts timestamp, v int) tags (t1 int, t2 nchar(8))");
      const sql = "insert into ? using st tags (?, ?) values (?, ?)";
      await connection.exec(sql, ["c 1", 7, "it's", new Date(startMs), 1]);
      await connection.exec("insert into ? values (?, ?)", ["c 1", new Date(startMs + 1), 2]);
      await connection.exec("insert into ? (ts, v) values (?, ?)", [
        "c 1",
        BigInt(startMs + 2),
        null,
      ]);
      const content = connection.query("select tbname, t1, t2, v from st order by ts");
      deepEqual((await content).toArrays(), [
        ["c 1", 7, "it's", 1],
        ["c 1", 7, "it's", 2],
        ["c 1", 7, "it's", null],
      ]);
    },
  },
  {
    name: "exec() refuses a parameter of an INSERT that does not fit, by its name",
    needs: ["statements"],
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 0);
      const sql = "insert into readings values (?, ?, ?)";
      const refusal = (name: string) => ({ name: "InterfaceError", message: new RegExp(name) });
      await rejects(connection.exec(sql, [new Date(startMs), 2 ** 31, "a"]), refusal('"v"'));
      await rejects(connection.exec(sql, [new Date(startMs), 1, "a".repeat(21)]), refusal('"s"'));
      await rejects(connection.exec(sql, [null, 1, "a"]), refusal('"ts"'));
      await rejects(connection.exec(sql, [new Date(NaN), 1, "a"]), refusal('"ts"'));
      equal(await connection.query("select count(*) from readings").value(), 0n);
    },
  },
  {
    name: "query() refuses a wrong number of parameters, and values that are none",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      const misuse = { name: "InterfaceError" };
      const select = "select v from readings where v = ? and s != '?'";
      for (const params of [[1, 2], [undefined], [{}], [Symbol("x")], [new Date(NaN)], [[1]]]) {
        await rejects(connection.query(select, params as never).value(), misuse);
        const noTable = connection.query("select ? v", params as never);
        await rejects(noTable.value(), misuse);
      }
      const two = connection.query("select v from readings where v = ? and s = ?", [1]);
      await rejects(two.value(), misuse);
      equal(await connection.query(select, [0]).value(), 0);
    },
  },
  {
    name: "query() finds nothing that equals NULL",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, vc varchar(8))");
      await connection.exec(`insert into t values (${startMs}, null) (${startMs + 1}, 'NULL')`);
      for (const value of [null, param.varchar(null)]) {
        deepEqual((await connection.query("select vc from t where vc = ?", [value])).rows, []);
      }
      deepEqual((await connection.sql`select vc from t where vc = ${"NULL"}`).rows, [{
        vc: "NULL",
      }]);
    },
  },
  {
    name: "sql`` writes literals where the server prepares nothing: texts come back unchanged",
    async run({ open, equal }) {
      await using connection = await open();
      for (const text of oddTexts) {
        equal(await connection.sql`select ${text} v`.value(), text, JSON.stringify(text));
      }
    },
  },
  {
    name: "sql`` writes literals of every kind where the server prepares nothing",
    async run({ open, deepEqual, equal, rejects }) {
      await using connection = await open();
      equal(await connection.sql`select ${true} v`.value(), true);
      equal(await connection.sql`select ${null} v`.value(), null);
      equal(await connection.sql`select ${1.5} v`.value(), 1.5);
      equal(
        await connection.sql`select ${9_007_199_254_740_993n} v`.value(),
        9_007_199_254_740_993n,
      );
      const date = connection.sql`select cast(${new Date(startMs)} as timestamp) v`;
      deepEqual(await date.value(), new Date(startMs));
      deepEqual((await connection.sql`select ${"a"} a, ${"?"} b, ${2} c`).toArrays(), [[
        "a",
        "?",
        2n,
      ]]);
      for (const value of [NaN, Infinity, "a\0b"]) {
        await rejects(connection.sql`select ${value} v`.value(), { name: "InterfaceError" });
      }
    },
  },
  {
    name: "exec() writes literals into statements that are neither SELECT nor INSERT",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 4);
      const { affectedRows } = await connection.exec(
        "delete from readings where ts >= ? and ts < ?",
        [
          param.timestamp(BigInt(startMs + 1) * 1_000_000n, "ns"),
          new Date(startMs + 3),
        ],
      );
      equal(affectedRows, 2);
      deepEqual((await connection.query("select v from readings order by ts")).toArrays(), [[0], [
        3,
      ]]);
    },
  },
  {
    name: "exec() refuses a table as the only parameter of an INSERT, and says how to name it",
    async run({ open, rejects }) {
      await using connection = await open();
      const refusal = { name: "InterfaceError", message: /by id\(\)$/ };
      await rejects(connection.exec("insert into ? values (now, 1)", ["t"]), refusal);
    },
  },
  {
    name: "sql`` quotes names, nests fragments and keeps their values in order",
    async run({ open, database, deepEqual, equal, throws }) {
      await using connection = await open();
      await connection.sql`create table ${id("Odd name")} (ts timestamp, ${id("select")} int)`;
      const table = id(database, "Odd name");
      const ts = new Date(startMs);
      await connection.sql`insert into ${table} (ts, ${id("select")}) values (${ts}, ${5})`;
      const positive = fragment`${id("select")} > ${0}`;
      const where = fragment`where ${positive} and ${id("select")} in (${list([4, 5])})`;
      const { rows } = await connection.sql`select * from ${table} ${where} and ts = ${ts}`;
      deepEqual(rows, [{ ts, select: 5 }]);
      equal(await connection.sql`select count(*) from ${id("Odd name")}`.value(), 1n);
      throws(() => id("a`b"), { name: "InterfaceError" });
      throws(() => list([]), { name: "InterfaceError" });
    },
  },
];
