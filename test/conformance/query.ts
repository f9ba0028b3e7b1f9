/**
 * The ways to read a query.
 *
 * @module
 */
import { type ColumnBatch, isTaosError } from "../../mod.ts";
import type { Case } from "./case.ts";
import { fillReadings, startMs } from "./tables.ts";

const select = "select v, s from readings order by ts";

/** Cases about reading queries. */
export const queryCases: readonly Case[] = [
  {
    name: "query() gives rows, arrays, fields and counts when it is awaited",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 3);
      const result = await connection.query(select);
      deepEqual(result.rows, [{ v: 0, s: "row 0" }, { v: 1, s: "row 1" }, { v: 2, s: "row 2" }]);
      deepEqual(result.toArrays(), [[0, "row 0"], [1, "row 1"], [2, "row 2"]]);
      deepEqual(result.fields, [
        { name: "v", type: "INT", typeCode: 4, length: 4 },
        { name: "s", type: "VARCHAR", typeCode: 8, length: 20 },
      ]);
      equal(result.rowCount, 3);
      equal(result.affectedRows, 0);
      equal(result.precision, "ms");
      equal(typeof result.durationNs, "bigint");
      equal(typeof result.reqId, "bigint");
    },
  },
  {
    name: "query() gives the rows one by one to for await",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 3);
      const seen: unknown[] = [];
      for await (const { v } of connection.query(select)) seen.push(v);
      deepEqual(seen, [0, 1, 2]);
    },
  },
  {
    name: "batches() gives all rows of a large result in batches of columns",
    async run({ open, deepEqual, equal, ok }) {
      await using connection = await open();
      await fillReadings(connection, 20_000);
      const batches: ColumnBatch[] = [];
      for await (const batch of connection.query(select).batches()) batches.push(batch);
      ok(batches.length > 1, "20 000 rows came as one batch");
      equal(batches.reduce((sum, { rowCount }) => sum + rowCount, 0), 20_000);
      // Columns are read after all batches have come: a batch owns its buffers.
      const values = batches.flatMap((batch) => batch.column("v").toArray());
      deepEqual(values, Array.from({ length: 20_000 }, (_, i) => i));
      deepEqual(batches.at(-1)?.rows().at(-1), { v: 19_999, s: "row 19999" });
    },
  },
  {
    name: "stream() gives the batches as a web stream",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 10_000);
      const reader = connection.query(select).stream().getReader();
      let rowCount = 0;
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        rowCount += read.value.rowCount;
      }
      equal(rowCount, 10_000);
    },
  },
  {
    name: "first() gives the first row, and undefined when there is none",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 3);
      deepEqual(await connection.query(select).first(), { v: 0, s: "row 0" });
      equal(await connection.query("select v from readings where v > 5").first(), undefined);
    },
  },
  {
    name: "value() gives the first cell, null for NULL, and undefined when there is no row",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 3);
      equal(await connection.query("select s, v from readings order by ts desc").value(), "row 2");
      equal(await connection.query("select null").value(), null);
      equal(await connection.query("select v from readings where v > 5").value(), undefined);
    },
  },
  {
    name: "fields() tells the columns without reading the query",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 2);
      const query = connection.query("select ts, v from readings");
      deepEqual((await query.fields()).map(({ name, type }) => [name, type]), [
        ["ts", "TIMESTAMP"],
        ["v", "INT"],
      ]);
      equal((await query).rowCount, 2);
    },
  },
  {
    name: "query() gives fields and an empty batch when no row matches",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      const { rows, rowCount, fields, batch } = await connection.query(
        "select ts, v, s from readings where v > 5",
      );
      deepEqual([rows, rowCount, batch.rowCount], [[], 0, 0]);
      deepEqual(fields.map(({ name }) => name), ["ts", "v", "s"]);
      deepEqual(batch.columns.map(({ kind, length }) => [kind, length]), [
        ["fixed", 0],
        ["fixed", 0],
        ["variable", 0],
      ]);
      equal(batch.column("v").nullCount, 0);
    },
  },
  {
    name: "batch joins a result of many batches into one",
    async run({ open, equal, deepEqual }) {
      await using connection = await open();
      await fillReadings(connection, 10_003);
      const { batch, rowCount } = await connection.query("select v, s from readings order by ts");
      equal(rowCount, 10_003);
      equal(batch.rowCount, 10_003);
      const numbers = batch.column("v");
      const texts = batch.column(1);
      equal(numbers.kind === "fixed" && numbers.values instanceof Int32Array, true);
      equal(numbers.kind === "fixed" && numbers.values[10_002], 10_002);
      equal(texts.kind === "variable" && texts.offsets.length, 10_004);
      deepEqual([texts.get(9_999), texts.get(10_002)], ["row 9999", "row 10002"]);
    },
  },
  {
    name: "query() rejects a second use with an InterfaceError",
    async run({ open, rejects }) {
      await using connection = await open();
      const misuse = { name: "InterfaceError" };
      const query = connection.query("select 1");
      await query;
      await rejects(async () => await query, misuse);
      await rejects(query.value(), misuse);
      await rejects(query.first(), misuse);
      await rejects(query.batches().next(), misuse);
      await rejects(query.stream().getReader().read(), misuse);
      await rejects(async () => {
        for await (const _ of query);
      }, misuse);
    },
  },
  {
    name: "query() does not run when it is not used",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      connection.query(`insert into readings values (${startMs + 1}, 1, 'x')`);
      await using disposed = connection.query(
        `insert into readings values (${startMs + 2}, 1, 'x')`,
      );
      await disposed[Symbol.asyncDispose]();
      await connection.ping();
      equal(await connection.query("select count(*) from readings").value(), 1n);
    },
  },
  {
    name: "query() runs a statement without a result",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await fillReadings(connection, 1);
      const result = await connection.query(
        `insert into readings values (${startMs + 1}, 1, 'a') (${startMs + 2}, 2, 'b')`,
      );
      deepEqual([result.affectedRows, result.rowCount, result.rows, result.fields], [2, 0, [], []]);
      equal(await connection.query("create table other (ts timestamp, v int)").value(), undefined);
      equal(await connection.query("select count(*) from readings").value(), 3n);
    },
  },
  {
    name: "query() reports a failure to then, catch and finally",
    async run({ open, equal }) {
      await using connection = await open();
      const wrong = "select * from no_such_table";
      const codeOf = (error: unknown) => isTaosError(error) && error.code;
      equal(await connection.query(wrong).then(() => 0, codeOf), 0x2603);
      equal(await connection.query(wrong).catch(codeOf), 0x2603);
      let ended = 0;
      await connection.query("select 1").finally(() => ended++);
      await connection.query(wrong).finally(() => ended++).catch(() => ended++);
      equal(ended, 3);
    },
  },
  {
    name: "exec() tells the rows written, and frees a result unread",
    async run({ open, equal }) {
      await using connection = await open();
      await fillReadings(connection, 5);
      const { affectedRows, durationNs, reqId } = await connection.exec(
        `insert into readings values (${startMs + 9}, 9, null)`,
      );
      equal(affectedRows, 1);
      equal([typeof durationNs, typeof reqId].join(), "bigint,bigint");
      equal((await connection.exec("select * from readings")).affectedRows, 0);
      equal((await connection.exec("delete from readings where ts > 0")).affectedRows, 6);
    },
  },
];
