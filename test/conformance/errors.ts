/**
 * Error classes, codes and what errors tell.
 *
 * @module
 */
import { DatabaseError, isTaosError, TaosError } from "../../mod.ts";
import type { Case } from "./case.ts";
import { startMs } from "./tables.ts";

/** Statements that fail, with code and class; `st` is a super table, `c1` a child of it. */
// deno-fmt-ignore
const failures: readonly (readonly [sql: string, code: number, className: string])[] = [
  ["selec 1", 0x2600, "ProgrammingError"],
  ["select * from st where", 0x2601, "ProgrammingError"],
  ["select no_such_column from st", 0x2602, "ProgrammingError"],
  ["select * from no_such_table", 0x2603, "ProgrammingError"],
  ["drop table no_such_table", 0x2603, "ProgrammingError"],
  ["insert into no_such_table values (now, 1)", 0x2603, "ProgrammingError"],
  ["select * from no_such_database.t", 0x0388, "ProgrammingError"],
  ["use no_such_database", 0x0388, "ProgrammingError"],
  ["drop stable no_such_table", 0x0362, "ProgrammingError"],
  ["create table st (ts timestamp, v int)", 0x0603, "ProgrammingError"],
  ["create table bad (v int, w int)", 0x2641, "ProgrammingError"],
  ["insert into c1 values ('abc', 1, 'x')", 0x0216, "ProgrammingError"],
  ["insert into c1 values (now, 99999999999, 'x')", 0x0216, "ProgrammingError"],
  ["insert into c1 values (now, 1, 'longer than eight')", 0x2653, "ProgrammingError"],
  ["select sum(s) from st", 0x2802, "ProgrammingError"],
];

const createTables = [
  "create stable st (ts timestamp, v int, s varchar(8)) tags (t int)",
  "create table c1 using st tags (1)",
];

/** Cases about errors. */
export const errorCases: readonly Case[] = [
  {
    name: "exec() and query() give server errors the class of their code",
    async run({ open, equal, ok, rejects }) {
      await using connection = await open();
      for (const sql of createTables) await connection.exec(sql);
      for (const [sql, code, name] of failures) {
        const expected = (error: unknown) => {
          equal(error instanceof DatabaseError && error instanceof TaosError, true, sql);
          if (!isTaosError(error)) return false;
          equal(`${error.name} ${error.code.toString(16)}`, `${name} ${code.toString(16)}`, sql);
          equal([error.kind, error.outcome].join(), "server,rejected", sql);
          ok(error.message.includes(code.toString(16).padStart(4, "0")), error.message);
          return true;
        };
        await rejects(connection.exec(sql), expected);
        await rejects(connection.query(sql).value(), expected);
      }
      equal(await connection.query("select count(*) from st").value(), 0n);
    },
  },
  {
    name: "create database of one that exists is a ProgrammingError",
    async run({ open, database, rejects }) {
      await using connection = await open();
      await rejects(connection.exec(`create database ${database}`), {
        name: "ProgrammingError",
        code: 0x0381,
      });
    },
  },
  {
    name: "a query without a current database is a ProgrammingError",
    async run({ connect, url, rejects }) {
      await using connection = await connect(url);
      await rejects(connection.exec("select * from t"), { name: "ProgrammingError" });
    },
  },
  {
    name: "errors tell request id and statement, but no literals and no password",
    async run({ open, equal, ok }) {
      await using connection = await open();
      const secret = "S3NTINEL";
      const sql = `select * from no_such_table where s = '${secret}'`;
      const error: unknown = await connection.exec(sql, [], { reqId: 4711 }).catch((reason) =>
        reason
      );
      if (!isTaosError(error)) throw error;
      equal(error.reqId, 4711n);
      ok(error.sql?.startsWith("select * from no_such_table where s ="), error.sql);
      ok(!error.sql?.includes(secret), error.sql);
      const user = `create user no_such_user pass '${secret}' no such option`;
      const refused: unknown = await connection.exec(user).catch((reason) => reason);
      if (!isTaosError(refused)) throw refused;
      ok(!`${refused.message} ${refused.sql}`.includes(secret), refused.message);
    },
  },
  {
    name: "errors of parameters have the class of their code, and the connection stays usable",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      for (const sql of createTables) await connection.exec(sql);
      const select = connection.query("select * from no_such_table where v = ?", [1]);
      await rejects(select.value(), { name: "ProgrammingError", code: 0x2603 });
      const insert = connection.exec("insert into c1 (ts, no_such_column) values (?, ?)", [0, 1]);
      await rejects(insert, { name: "ProgrammingError" });
      const sql = "insert into c1 values (?, ?, ?)";
      equal((await connection.exec(sql, [new Date(startMs), 1, "good"])).affectedRows, 1);
    },
  },
  {
    name:
      "a row older than the database keeps is refused with a ProgrammingError, by a text of its own",
    needs: ["statements"],
    async run({ open, equal, rejects }) {
      await using connection = await open();
      for (const sql of createTables) await connection.exec(sql);
      const tooOld = { name: "ProgrammingError", code: 0x060b, message: /out of range/ };
      await rejects(connection.exec("insert into c1 values (1000, 1, 'x')"), tooOld);
      await rejects(connection.exec("insert into c1 values (?, ?, ?)", [1000, 1, "x"]), tooOld);
      await rejects(connection.insert("c1", { ts: [1000], v: [1] }), tooOld);
      await using statement = await connection.prepare("insert into c1 values (?, ?, ?)");
      statement.bindRow([1000n, 1, "x"]);
      await rejects(statement.execute(), { ...tooOld, name: "StatementError" });
      equal(await connection.query("select count(*) from st").value(), 0n);
    },
  },
  {
    name: "the error of a statement with parameters has the statement, without their values",
    async run({ open, rejects }) {
      await using connection = await open();
      const insert = "insert into nowhere values (?, ?)";
      const told = (error: unknown) =>
        error instanceof DatabaseError && /nowhere/.test(error.sql!) && !/secret/.test(error.sql!);
      await rejects(connection.exec(insert, [new Date(), "secret"]), told);
      await rejects(connection.sql`select * from nowhere where v = ${"secret"}`.value(), told);
    },
  },
  {
    name: "a statement over 1 MiB is refused with a typed error, and the connection stays usable",
    async run({ open, equal, rejects }) {
      await using connection = await open();
      const conditions = new Array(60_000).fill("v = 12345678901").join(" or ");
      const sql = `select * from no_such_table where ${conditions}`;
      await rejects(
        connection.exec(sql),
        (error: unknown) => error instanceof DatabaseError && error.code !== 0x2603,
      );
      equal(await connection.query("select 1").value(), 1n);
    },
  },
];
