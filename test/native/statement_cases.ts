/**
 * Statements of libtaos that are closed while they are at work.
 *
 * @module
 */
import { equal, rejects } from "node:assert/strict";
import { connect } from "../../mod.ts";
import type { NativeCase } from "./case.ts";
import { pause, slowly } from "./slow_calls.ts";

const startMs = 1_700_000_000_000;
/** One more than a request may have. */
const rowsOfTwoParts = 32_768;

/** Cases about the end of a statement. */
export const statementCases: readonly NativeCase[] = [
  {
    name: "close() closes statements and their results before the connection",
    async run({ url, standIn }) {
      const db = await connect(url);
      const statement = await db.prepare(
        "select * from information_schema.ins_databases where name <> ?",
      );
      const rows = statement.query(["x"]).batches()[Symbol.asyncIterator]();
      await rows.next();
      equal(standIn.live("statement"), 1);
      await db.close();
      equal(standIn.live(), 0);
      await rejects(
        async () => {
          while ((await rows.next()).done !== true);
        },
        { name: "ConnectionError" },
      );
      await rejects(statement.query(["x"]).first(), { name: "ConnectionError" });
    },
  },
  {
    name:
      "close() of a statement comes behind the part that is being written, and no part behind it",
    async run({ url, database, standIn }) {
      await using db = await connect(url);
      await db.use(database);
      await db.exec("create table t (ts timestamp, v int)");
      const statement = await db.prepare("insert into t values (?, ?)");
      const rows = Array.from({ length: rowsOfTwoParts }, (_, i) => i);
      const columns = { ts: rows.map((i) => new Date(startMs + i)), v: rows };
      await slowly(standIn, "taos_stmt2_exec", async () => {
        const writing = statement.bind({ columns }).execute();
        const told = rejects(writing, { name: "InterfaceError", outcome: "partial" });
        await pause(300);
        await statement.close();
        await told;
        equal(standIn.live("statement"), 0);
      });
      equal(await db.query("select count(*) from t").value(), BigInt(rowsOfTwoParts - 1));
    },
  },
  {
    name: "close() of a statement that is running a SELECT comes behind its result",
    async run({ url, standIn }) {
      await using db = await connect(url);
      const sql = "select * from information_schema.ins_databases where name <> ?";
      const statement = await db.prepare(sql);
      await slowly(standIn, "taos_stmt2_exec", async () => {
        const told = rejects(statement.query(["x"]).first(), { name: "InterfaceError" });
        await pause(300);
        await statement.close();
        await told;
        equal(standIn.live("statement") + standIn.live("result"), 0);
      });
    },
  },
];
