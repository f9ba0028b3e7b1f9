/**
 * Prepared statements that refuse, are refused, or are closed.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const needs = ["statements"] as const;
const t0 = BigInt(startMs);

/** Cases about statements that cannot go on. */
export const statementRefusalCases: readonly Case[] = [
  {
    name: "bind() refuses a value that does not fit, and binds nothing of that call",
    needs,
    async run({ open, deepEqual, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 0);
      await using statement = await connection.prepare("insert into readings values (?, ?, ?)");
      const bind = (columns: unknown[][]) => async () => await statement.bind({ columns });
      const refusal = (text: string) => ({ name: "InterfaceError", message: new RegExp(text) });
      await rejects(bind([[t0, t0 + 1n], [1, 2 ** 31], ["a", "b"]]), refusal('"v".*row 1'));
      await rejects(bind([[t0, t0 + 1n], [1], ["a", "b"]]), refusal('"v"'));
      await rejects(bind([[t0], [1]]), refusal("3"));
      await rejects(
        bind([[t0, t0 + 1n], [1, 2], ["é".repeat(10), "é".repeat(11)]]),
        refusal('"s".*row 1'),
      );
      await rejects(
        bind([["2023-11-14T22:13:20Z", "today"], [1, 2], ["a", "b"]]),
        refusal('"ts".*row 1'),
      );
      const bindRow = (row: unknown[]) => async () => await statement.bindRow(row);
      await rejects(bindRow([t0, "many", "a"]), refusal('"v", row 0'));
      statement.bindRow([t0, 7, "kept"]);
      await rejects(bindRow([t0, 1, "a".repeat(21)]), refusal('"s", row 1'));
      await rejects(bindRow([null, 1, "a"]), refusal('"ts", row 1'));
      await statement.execute();
      await rejects(bindRow([t0, "many", "a"]), refusal('"v", row 0'));
      deepEqual((await connection.query("select v, s from readings")).toArrays(), [[7, "kept"]]);
    },
  },
  {
    name: "prepare() rejects what the server cannot prepare with a StatementError",
    needs,
    async run({ open, rejects }) {
      await using connection = await open();
      for (
        const sql of [
          "select ? v",
          "insert into no_such_table values (?, ?)",
          "selec ?",
          "show tables",
        ]
      ) {
        await rejects(connection.prepare(sql), { name: "StatementError" }, sql);
      }
    },
  },
  {
    name: "close() ends a statement: every later call is an InterfaceError",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      const insert = await connection.prepare("insert into readings values (?, ?, ?)");
      const select = await connection.prepare("select v from readings where v = ?");
      await Promise.all([insert.close(), select.close(), insert.close()]);
      const misuse = { name: "InterfaceError" };
      await rejects(async () => await insert.bindRow([t0, 1, "a"]), misuse);
      await rejects(async () => await insert.bind({ columns: [[t0], [1], ["a"]] }), misuse);
      await rejects(insert.execute(), misuse);
      await rejects(select.query([0]).value(), misuse);
      equal(await connection.query("select count(*) from readings").value(), 1n);
    },
  },
  {
    name: "prepare() refuses an INSERT none of whose values is a parameter: it would write nothing",
    needs,
    async run({ open, rejects }) {
      await using connection = await open();
      await connection.exec("create stable st (ts timestamp, v int) tags (g int)");
      const refusal = { name: /^(Interface|Statement)Error$/ };
      const sql = `insert into c1 using st tags (?) values (${t0}, 1)`;
      await rejects(connection.prepare(sql), refusal);
    },
  },
];
