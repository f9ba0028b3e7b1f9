/**
 * How cells look under each value option, and how columns are laid out under all of them.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";
import type { Case } from "./case.ts";

/** Digits below milliseconds are not zero. */
const us = 1_700_000_000_123_456n;
const text = new Uint8Array([0x61, 0xff, 0x62]);

/** One row of every type that has modes, and a row of NULLs. */
async function fill(connection: Connection): Promise<void> {
  await connection.exec(
    `create stable s (ts timestamp, i bigint, u bigint unsigned, vb varbinary(8),
    vc varchar(8)) tags (j json)`,
  );
  const data = {
    ts: [us, us + 1n],
    i: [-9_007_199_254_740_993n, null],
    u: [18_446_744_073_709_551_615n, null],
    vb: [new Uint8Array([0, 10, 255]), null],
    vc: [text, null],
  };
  await connection.insert("c", data, { using: "s", tags: { j: { a: 1 } } });
}

const databaseOptions = "precision 'us'";

/** Cases about value options and columns. */
export const valueModeCases: readonly Case[] = [
  {
    name: 'values.bigint "string" gives digits, "number" refuses what is not exact',
    databaseOptions,
    async run({ open, fixtures, deepEqual, equal, rejects, throws }) {
      await using connection = await open({ values: { bigint: "number" } });
      await fill(await fixtures());
      const sql = "select i, u from s order by ts";
      deepEqual((await connection.query(sql, [], { values: { bigint: "string" } })).toArrays(), [
        ["-9007199254740993", "18446744073709551615"],
        [null, null],
      ]);
      equal(await connection.query("select count(*) from s").value(), 2);
      const inexact = await connection.query(sql);
      throws(() => inexact.rows, { name: "RangeError" });
      await rejects(connection.query(sql).value(), { name: "RangeError" });
    },
  },
  {
    name: "values.timestamp gives bigint, text, Temporal, and a Date only when it is exact",
    databaseOptions,
    async run({ open, fixtures, deepEqual, equal, rejects }) {
      await using connection = await open();
      await fill(await fixtures());
      const value = (timestamp: "auto" | "date" | "bigint" | "string" | "temporal", sql = "ts") =>
        connection.query(`select ${sql} from s order by ts`, [], { values: { timestamp } }).value();
      equal(await value("auto"), us);
      equal(await value("bigint"), us);
      equal(await value("string"), "2023-11-14T22:13:20.123456Z");
      await rejects(value("date"), { name: "RangeError" });
      deepEqual(await value("date", "timetruncate(ts, 1s)"), new Date(1_700_000_000_000));
      if (!("Temporal" in globalThis)) {
        return await rejects(value("temporal"), { name: "InterfaceError" });
      }
      const instant = await value("temporal") as { epochNanoseconds: bigint };
      equal(instant.epochNanoseconds, us * 1000n);
    },
  },
  {
    name: 'values.timestamp "auto" gives a Date in a millisecond database',
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, t2 timestamp)");
      await connection.exec("insert into t values (1700000000123, null)");
      deepEqual((await connection.query("select * from t")).rows, [
        { ts: new Date(1_700_000_000_123), t2: null },
      ]);
    },
  },
  {
    name: 'values.json "text" gives the text of a tag, the default its value',
    databaseOptions,
    async run({ open, fixtures, deepEqual, equal }) {
      await using connection = await open();
      await fill(await fixtures());
      const sql = "select j from s limit 1";
      deepEqual(await connection.query(sql).value(), { a: 1 });
      const json = await connection.query(sql, [], { values: { json: "text" } }).value();
      equal(typeof json, "string");
      deepEqual(JSON.parse(json as string), { a: 1 });
    },
  },
  {
    name: 'values.binary "hex" gives digits, the default bytes',
    databaseOptions,
    async run({ open, fixtures, deepEqual }) {
      await using connection = await open();
      await fill(await fixtures());
      const sql = "select vb from s order by ts";
      const bytes = new Uint8Array([0, 10, 255]);
      deepEqual((await connection.query(sql)).toArrays(), [[bytes], [null]]);
      const asHex = connection.query(sql, [], { values: { binary: "hex" } });
      deepEqual((await asHex).toArrays(), [["000aff"], [null]]);
    },
  },
  {
    name: 'values.decimal "number" gives numbers, the default text',
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a decimal(10, 2), b decimal(30, 4))");
      await connection.exec(
        "insert into t values (1700000000000, -1.5, 2.25) (1700000000001, null, null)",
      );
      const sql = "select a, b from t order by ts";
      deepEqual((await connection.query(sql)).toArrays(), [["-1.50", "2.2500"], [null, null]]);
      const asNumbers = connection.query(sql, [], { values: { decimal: "number" } });
      deepEqual((await asNumbers).toArrays(), [[-1.5, 2.25], [null, null]]);
    },
  },
  {
    name: "values.text decides what VARCHAR cells become that are not UTF-8",
    databaseOptions,
    async run({ open, fixtures, deepEqual, equal, rejects }) {
      await using connection = await open();
      await fill(await fixtures());
      const value = (mode?: "strict" | "replace" | "bytes") =>
        connection.query("select vc from s order by ts", [], mode && { values: { text: mode } })
          .value();
      equal(await value(), "a\ufffdb");
      equal(await value("replace"), "a\ufffdb");
      deepEqual(await value("bytes"), text);
      await rejects(value("strict"), { name: "CodecError" });
    },
  },
  {
    name: "values that do not exist are refused with an InterfaceError",
    async run({ open, rejects }) {
      const values = { bigint: "float" } as never;
      await rejects(open({ values }), { name: "InterfaceError" });
      await using connection = await open();
      await rejects(async () => await connection.query("select 1", [], { values }), {
        name: "InterfaceError",
      });
    },
  },
  {
    name: "columns have Arrow's layout: typed arrays, validity bits, offsets",
    databaseOptions,
    async run({ open, fixtures, deepEqual, equal }) {
      await using connection = await open({ values: { bigint: "string", binary: "hex" } });
      await connection.exec(
        "create table t (ts timestamp, b bool, i bigint, f float, vc varchar(8))",
      );
      const rowCount = 10;
      const rows = Array.from({ length: rowCount }, (_, i) => i);
      const odd = (value: unknown, i: number) => i % 2 ? null : value;
      await (await fixtures()).insert("t", {
        ts: rows.map((i) => us + BigInt(i)),
        b: rows.map((i) => odd(i % 4 === 0, i)),
        i: rows.map((i) => odd(BigInt(i), i)),
        f: rows.map((i) => i + 0.5),
        vc: rows.map((i) => odd("é".repeat(i % 3), i)),
      });
      const { batch } = await connection.query("select ts, b, i, f, vc from t order by ts");
      const [ts, b, i, f, vc] = batch.columns;
      deepEqual(batch.columns.map(({ kind }) => kind), [
        "fixed",
        "bool",
        "fixed",
        "fixed",
        "variable",
      ]);
      deepEqual(batch.columns.map(({ nullCount }) => nullCount), [0, 5, 5, 0, 5]);
      equal(ts!.validity, null);
      deepEqual([...i!.validity!], [0b01010101, 0b01]);
      if (
        b?.kind !== "bool" || i?.kind !== "fixed" || f?.kind !== "fixed" || vc?.kind !== "variable"
      ) return;
      const bits = rows.filter((row) => b.values[row >> 3]! >> (row & 7) & 1);
      deepEqual(bits.filter((row) => row % 2 === 0), [0, 4, 8]);
      equal(i.values instanceof BigInt64Array && i.values[8], 8n);
      equal(f.values instanceof Float32Array && f.values[9], 9.5);
      deepEqual([...vc.offsets], [0, 0, 0, 4, 4, 6, 6, 6, 6, 10, 10]);
      equal(new TextDecoder().decode(vc.data.subarray(0, 10)), "ééééé");
      deepEqual([i.get(8), i.get(9), vc.get(2), b.get(4), b.get(6)], [
        "8",
        null,
        "éé",
        true,
        false,
      ]);
    },
  },
  {
    name: "columns of DECIMAL hold 16 bytes a value, precision and scale",
    async run({ open, deepEqual, equal }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a decimal(10, 2), b decimal(30, 4))");
      await connection.exec("insert into t values (1700000000000, -1.5, 2.25)");
      const { batch } = await connection.query("select a, b from t");
      for (
        const [column, unscaled] of batch.columns.map((column, i) =>
          [column, [-150n, 22_500n][i]] as const
        )
      ) {
        equal(column.kind, "decimal");
        if (column.kind !== "decimal") continue;
        equal(column.values.byteLength, 16);
        const view = new DataView(column.values.buffer, column.values.byteOffset, 16);
        equal(view.getBigInt64(0, true), unscaled);
        equal(view.getBigInt64(8, true), unscaled! < 0n ? -1n : 0n);
      }
      deepEqual(batch.fields.map(({ precision, scale }) => [precision, scale]), [[10, 2], [30, 4]]);
    },
  },
];
