/**
 * Prepared SELECT statements.
 *
 * @module
 */
import type { Case } from "./case.ts";
import { fillReadings } from "./tables.ts";

const needs = ["statements"] as const;

/** Cases about SELECT by `prepare`. */
export const selectStatementCases: readonly Case[] = [
  {
    name: "query() of a statement runs a SELECT again with other parameters",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 5);
      const sql = "select v, s from readings where v > ? and s != ? order by ts";
      await using statement = await connection.prepare(sql);
      const plain = await connection.query("select v, s from readings");
      for (const [limit, expected] of [[2, [3]], [0, [1, 2, 3]], [9, []]] as const) {
        const { rows, fields } = await statement.query([limit, "row 4"]);
        deepEqual(rows.map(({ v }) => v), expected);
        deepEqual(fields, plain.fields);
      }
    },
  },
  {
    name: "query() of a statement may be called twice at once, and after one was left early",
    needs,
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 10_000);
      await using statement = await connection.prepare(
        "select v from readings where v >= ? order by ts",
      );
      const counts = [9_990, 5, 9_000].map(async (from) =>
        (await statement.query([from])).rowCount
      );
      deepEqual(await Promise.all(counts), [10, 9_995, 1_000]);
      for await (const { v } of statement.query([17])) {
        equal(v, 17);
        break;
      }
      equal(await statement.query([9_999]).value(), 9_999);
    },
  },
  {
    name: "query() of a statement refuses a wrong number of parameters",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await fillReadings(connection, 3);
      await using statement = await connection.prepare("select v from readings where v > ?");
      for (const params of [[], [1, 2]]) {
        await rejects(statement.query(params).value(), { name: "InterfaceError" });
      }
      equal(await statement.query([1]).value(), 2);
    },
  },
];
