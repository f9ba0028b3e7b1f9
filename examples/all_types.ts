/**
 * Every data type, written and read by SQL.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Works over WebSocket and REST.
 */
import { deepEqual } from "node:assert/strict";
import process from "node:process";
import { connect } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_all_types");
await db.exec("create database example_all_types");
const table = "example_all_types.samples";
await db.exec(
  `create table ${table} (ts timestamp, b bool, i1 tinyint, i2 smallint, i4 int, i8 bigint, ` +
    "u1 tinyint unsigned, u2 smallint unsigned, u4 int unsigned, u8 bigint unsigned, f4 float, f8 double, " +
    "v varchar(20), n nchar(20), vb varbinary(8), d8 decimal(10, 2), d16 decimal(38, 10))",
);
await db.exec(
  `insert into ${table} values (1700000000000, true, -128, -32768, -2147483648, -9223372036854775807, ` +
    "255, 65535, 4294967295, 18446744073709551615, 1.5, 0.1, 'it''s', '你好', '\\x00ff', 12.34, " +
    "-1234567890123456789012345678.0123456789) " +
    `(1700000000001${", null".repeat(16)})`,
);

const [row, nulls] = (await db.query(`select * from ${table}`)).rows;
console.log(row);
deepEqual(row, {
  ts: new Date(1_700_000_000_000), // Date in ms databases, bigint ticks in us and ns
  b: true,
  i1: -128,
  i2: -32_768,
  i4: -2_147_483_648,
  i8: -9_223_372_036_854_775_807n, // exact
  u1: 255,
  u2: 65_535,
  u4: 4_294_967_295,
  u8: 18_446_744_073_709_551_615n,
  f4: 1.5,
  f8: 0.1,
  v: "it's",
  n: "你好",
  vb: Uint8Array.of(0, 255),
  d8: "12.34", // all digits
  d16: "-1234567890123456789012345678.0123456789",
});
deepEqual(Object.values(nulls!).slice(1), new Array(16).fill(null));

// Cells look as you choose.
const values = { bigint: "string", timestamp: "string", binary: "hex", decimal: "number" } as const;
const other = await db.query(`select ts, i8, vb, d8 from ${table}`, [], { values }).first();
deepEqual(Object.values(other!).slice(1), ["-9223372036854775807", "00ff", 12.34]);
console.log(other);
await db.exec("drop database example_all_types");
