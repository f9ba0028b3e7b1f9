/**
 * Every data type that can be bound, written by a prepared statement and read by another.
 *
 * Runs against the embedded server, or against the server that TDENGINE_URL names. Needs the WebSocket transport.
 */
import { deepEqual, equal } from "node:assert/strict";
import process from "node:process";
import { connect, param } from "tdwire";
import { createServer } from "tdwire/devserver";

const given = process.env["TDENGINE_URL"];
await using server = given ? null : await createServer({ port: 0 });
await using db = await connect(given ?? server!.url);

await db.exec("drop database if exists example_all_types_stmt");
await db.exec("create database example_all_types_stmt precision 'ns'");
await db.use("example_all_types_stmt");
await db.exec(
  "create stable samples (ts timestamp, b bool, i1 tinyint, i2 smallint, i4 int, i8 bigint, " +
    "u1 tinyint unsigned, u2 smallint unsigned, u4 int unsigned, u8 bigint unsigned, f4 float, f8 double, " +
    "v varchar(20), n nchar(20), vb varbinary(8), g geometry(64)) tags (site nchar(8), info int)",
);

const point = new Uint8Array(21); // WKB: little endian, a point, two doubles
point.set([1, 1]);
new DataView(point.buffer).setFloat64(5, 1.5, true);
const columns = {
  ts: [param.timestamp(1_700_000_000_123_456n, "us"), "2023-11-14T22:13:20.123456789Z"],
  b: [true, null],
  i1: Int8Array.of(-128, 0),
  i2: [-32_768, null],
  i4: [-2_147_483_648, null],
  i8: [-9_223_372_036_854_775_807n, null],
  u1: [255, null],
  u2: [65_535, null],
  u4: [4_294_967_295, null],
  u8: [18_446_744_073_709_551_615n, null],
  f4: Float32Array.of(1.5, -0),
  f8: [0.1, null],
  v: ["it's", null],
  n: ["你好", null],
  vb: [Uint8Array.of(0, 255), null],
  g: [point, null],
};
const marks = Object.keys(columns).map(() => "?").join(", ");
const sql = `insert into ? using samples tags (?, ?) values (${marks})`;
await using insert = await db.prepare(sql);
insert.bind({ name: "e1", tags: ["北京", 7], columns });
equal((await insert.execute()).affectedRows, 2);

await using select = await db.prepare("select * from samples where i8 = ? and n = ?");
const row = await select.query([columns.i8[0]!, "你好"]).first();
console.log(row);
const first = Object.entries(columns).map(([name, [value]]) => [name, value]);
const more = { ts: 1_700_000_000_123_456_000n, site: "北京", info: 7 };
deepEqual(row, { ...Object.fromEntries(first), ...more });
const [, last] = (await db.query("select ts, b, i1, g from e1")).toArrays();
deepEqual(last, [1_700_000_000_123_456_789n, null, 0, null]);
await db.exec("drop database example_all_types_stmt");
