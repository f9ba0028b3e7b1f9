/**
 * The batching sink.
 *
 * @module
 */
import { type Connection, WriteError } from "../../mod.ts";
import type { Case } from "./case.ts";
import { startMs } from "./tables.ts";

const needs = ["statements"] as const;

async function createReadings(connection: Connection): Promise<void> {
  await connection.exec("create table readings (ts timestamp, v int, s varchar(20))");
}

async function createMeters(connection: Connection): Promise<void> {
  await connection.exec("create stable meters (ts timestamp, v int) tags (site nchar(16))");
}

function reading(i: number) {
  return { ts: startMs + i, v: i, s: `row ${i}` };
}

/** Cases about `writer()`. */
export const writerCases: readonly Case[] = [
  {
    name: "writer() writes all rows that it was given one by one",
    needs,
    async run({ open, equal, deepEqual }) {
      await using connection = await open();
      await createReadings(connection);
      const writer = connection.writer({ table: "readings", maxRows: 1_000 });
      for (let i = 0; i < 5_003; i++) await writer.write(reading(i));
      const report = await writer.close();
      deepEqual([report.written, report.refused, report.batches], [5_003, 0, 6]);
      deepEqual(report.tables, [{ table: "readings", written: 5_003, retried: 0, refused: 0 }]);
      equal(await connection.query("select count(*) from readings").value(), 5_003n);
      equal(await connection.query("select sum(v) from readings").value(), 5_003n * 5_002n / 2n);
    },
  },
  {
    name: "writer() takes rows, columns and the batches of a query",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createReadings(connection);
      await connection.exec("create table copies (ts timestamp, v int, s varchar(20))");
      await using writer = connection.writer({ table: "readings" });
      await writer.write([reading(0), { ts: new Date(startMs + 1), s: null }]);
      await writer.write({ ts: [new Date(startMs + 2).toISOString()], v: new Int32Array([2]) });
      await writer.flush();
      await using copier = connection.writer({ table: "copies" });
      await connection.query("select * from readings").stream().pipeTo(copier.writable);
      deepEqual((await connection.query("select v, s from copies order by ts")).toArrays(), [
        [0, "row 0"],
        [null, null],
        [2, null],
      ]);
    },
  },
  {
    name: "writer() creates the child tables that its rows name",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createMeters(connection);
      await using writer = connection.writer({ table: "meters", maxRows: 10 });
      for (let i = 0; i < 100; i++) {
        await writer.write({ tbname: `d${i % 3}`, site: `s${i % 3}`, ts: startMs + i, v: i });
      }
      const { tables } = await writer.flush();
      // Batches are in flight side by side, so their tables are reported in any order.
      const written = tables.map(({ table, written }) => `${table} ${written}`).sort();
      deepEqual(written, ["d0 34", "d1 33", "d2 33"]);
      const counts = await connection.query(
        "select tbname, site, count(*) from meters group by tbname, site order by tbname",
      );
      deepEqual(counts.toArrays(), [["d0", "s0", 34n], ["d1", "s1", 33n], ["d2", "s2", 33n]]);
    },
  },
  {
    name: "writer() with using creates its one table",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createMeters(connection);
      await using writer = connection.writer({ table: "d1", using: "meters" });
      await writer.write({ ts: startMs, v: 1, site: "north" });
      await writer.flush();
      deepEqual((await connection.query("select tbname, site, v from meters")).toArrays(), [[
        "d1",
        "north",
        1,
      ]]);
    },
  },
  {
    name: "writer() lets the later one of two rows of the same time win",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createReadings(connection);
      await using writer = connection.writer({ table: "readings", maxRows: 2 });
      for (let v = 0; v < 41; v++) await writer.write({ ts: startMs + v % 3, v });
      await writer.flush();
      deepEqual((await connection.query("select v from readings order by ts")).toArrays(), [[39], [
        40,
      ], [38]]);
    },
  },
  {
    name: "writer() refuses the row that does not fit and writes the others",
    needs,
    async run({ open, deepEqual, rejects, ok }) {
      await using connection = await open();
      await createReadings(connection);
      const writer = connection.writer({ table: "readings" });
      await writer.write([
        reading(0),
        { ...reading(1), s: "longer than twenty bytes" },
        reading(2),
      ]);
      await rejects(writer.close(), (error: WriteError) => {
        ok(error instanceof WriteError);
        deepEqual([error.report.written, error.report.refused], [2, 1]);
        const [failure] = error.report.failures;
        deepEqual([failure?.table, failure?.first], ["readings", BigInt(startMs + 1)]);
        deepEqual([failure?.error.name, failure?.columns["s"]], ["InterfaceError", [
          "longer than twenty bytes",
        ]]);
        return true;
      });
      deepEqual((await connection.query("select v from readings order by ts")).toArrays(), [[0], [
        2,
      ]]);
    },
  },
  {
    name: "writer() numbers the rows that it refuses among all that it was given",
    needs,
    async run({ open, deepEqual, rejects }) {
      await using connection = await open();
      await createMeters(connection);
      const writer = connection.writer({ table: "meters", maxRows: 8 });
      const wrong = [3, 11, 12, 29];
      const rowOf = (i: number) => ({
        tbname: `d${i % 3}`,
        site: "north",
        ts: startMs + i,
        v: wrong.includes(i) ? "many" : i,
      });
      for (let i = 0; i < 20; i++) await writer.write(rowOf(i));
      await writer.write(Array.from({ length: 10 }, (_, i) => rowOf(20 + i)));
      await rejects(writer.close(), ({ report }: WriteError) => {
        deepEqual([report.written, report.refused], [26, 4]);
        const told = report.failures.map(({ first, error }) =>
          [Number(first) - startMs, error.message.slice(0, 18)] as const
        );
        told.sort(([a], [b]) => a - b);
        deepEqual(told, wrong.map((i) => [i, `column "v", row ${i}:`.slice(0, 18)]));
        return true;
      });
    },
  },
  {
    name: "writer() refuses a row that leaves its time to the server",
    needs,
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await createReadings(connection);
      await using writer = connection.writer({ table: "readings" });
      await rejects(writer.write({ ts: "now", v: 1 }), { name: "InterfaceError" });
      await rejects(writer.write({ v: 1 }), { name: "InterfaceError" });
      equal((await writer.flush()).written, 0);
    },
  },
  {
    name: "writer() rejects the first write() when its table does not exist",
    needs,
    async run({ open, rejects }) {
      await using connection = await open();
      await using writer = connection.writer({ table: "no_such_table" });
      await rejects(writer.write(reading(0)), { name: "ProgrammingError", code: 0x2603 });
    },
  },
  {
    name: "writer() takes a column that was added while it was open",
    needs,
    async run({ open, deepEqual }) {
      await using connection = await open();
      await createReadings(connection);
      await using writer = connection.writer({ table: "readings" });
      await writer.write(reading(0));
      await connection.exec("alter table readings add column w int");
      await writer.write({ ...reading(1), w: 5 });
      await writer.flush();
      deepEqual((await connection.query("select v, w from readings order by ts")).toArrays(), [[
        0,
        null,
      ], [1, 5]]);
    },
  },
  {
    name: "writer() goes on to write into the database that was current at its first row",
    needs,
    async run({ open, database, equal }) {
      await using connection = await open();
      const other = `${database}_other`;
      await connection.exec(`drop database if exists ${other}`);
      await connection.exec(`create database ${other}`);
      await createReadings(connection);
      await createMeters(connection);
      await using writer = connection.writer({ table: "readings" });
      await using spread = connection.writer({ table: "meters" });
      await writer.write(reading(0));
      await spread.write({ tbname: "m1", site: "north", ts: startMs, v: 1 });
      await connection.use(other);
      await createReadings(connection);
      await writer.write(reading(1));
      await writer.flush();
      await spread.flush();
      equal(await connection.query("select count(*) from readings").value(), 0n);
      await connection.use(database);
      equal(await connection.query("select count(*) from readings").value(), 2n);
      equal(await connection.query("select count(*) from meters").value(), 1n);
      await connection.exec(`drop database ${other}`);
    },
  },
  {
    name: "close() of a connection writes what its writers hold",
    needs,
    async run({ open, equal }) {
      await using connection = await open();
      await createReadings(connection);
      const other = await open();
      await other.writer({ table: "readings" }).write([reading(0), reading(1)]);
      await other.close();
      equal(await connection.query("select count(*) from readings").value(), 2n);
    },
  },
];
