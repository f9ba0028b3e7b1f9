/**
 * Every data type, written in every way and read back.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";
import type { Case } from "./case.ts";

const usTable =
  `create table t (ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint,
  u8 tinyint unsigned, u16 smallint unsigned, u32 int unsigned, u64 bigint unsigned, f float, d double,
  vc varchar(64), nc nchar(32), vb varbinary(32), g geometry(128), t2 timestamp)`;

/** A point as WKB. */
function point(x: number, y: number): Uint8Array {
  const bytes = new Uint8Array(21);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, 1, true);
  view.setFloat64(5, x, true);
  view.setFloat64(13, y, true);
  return bytes;
}

const names = "ts b i8 i16 i32 i64 u8 u16 u32 u64 f d vc nc vb g t2".split(" ");
const startUs = 1_700_000_000_000_000n;

// deno-fmt-ignore
const rows: readonly unknown[][] = [
  [startUs, true, 127, 32_767, 2_147_483_647, 9_223_372_036_854_775_807n, 255, 65_535, 4_294_967_295,
    18_446_744_073_709_551_615n, 3.4028234663852886e38, 1.7976931348623157e308,
    "it's \"quoted\" back\\slash\n\ttab", "naïve 北京 😀 𝒳", new Uint8Array([0, 255, 16]), point(1, 2), startUs + 7n],
  [startUs + 1n, false, -128, -32_768, -2_147_483_648, -9_223_372_036_854_775_808n, 0, 0, 0,
    0n, -1.5, -2.5e-308, "", "", new Uint8Array(), point(-0.5, 1e9), 0n],
  [startUs + 2n, ...new Array(16).fill(null)],
  [startUs + 3n, true, 0, 0, 0, 9_007_199_254_740_993n, 1, 1, 1, 9_007_199_254_740_993n, 0.25, 0.1,
    "NULL", "null", new TextEncoder().encode("NULL"), point(0, 0), startUs],
];

const columnsByName = Object.fromEntries(
  names.map((name, i) => [name, rows.map((row) => row[i])]),
);
const insertAll = `insert into t values (${names.map(() => "?").join(", ")})`;

/** A value as it is written in SQL. */
function literal(value: unknown): string {
  if (typeof value === "string") return `'${value.replace(/['\\]/g, "\\$&")}'`;
  if (value instanceof Uint8Array) return value.length > 0 ? `'\\x${hex(value)}'` : "''";
  return String(value ?? "null");
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** GEOMETRY has WKT as its literal. */
function literals(row: readonly unknown[]): string {
  return row.map((value, i) => {
    if (names[i] !== "g" || !(value instanceof Uint8Array)) return literal(value);
    const view = new DataView(value.buffer);
    return `'POINT(${view.getFloat64(5, true)} ${view.getFloat64(13, true)})'`;
  }).join(", ");
}

type Write = (connection: Connection) => Promise<number>;

/** The ways to write all rows; each gives the number of rows it says it wrote. */
const ways: readonly (readonly [name: string, write: Write])[] = [
  [
    "insert() of columns",
    async (connection) => (await connection.insert("t", columnsByName)).affectedRows,
  ],
  ["insert() of rows", async (connection) => {
    const objects = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
    return (await connection.insert("t", objects)).affectedRows;
  }],
  ["bind() and execute()", async (connection) => {
    await using statement = await connection.prepare(insertAll);
    statement.bind({ columns: Object.values(columnsByName) });
    return (await statement.execute()).affectedRows;
  }],
  ["bindRow() and execute()", async (connection) => {
    await using statement = await connection.prepare(insertAll);
    rows.forEach((row) => statement.bindRow(row));
    return (await statement.execute()).affectedRows;
  }],
  ["exec() with parameters", async (connection) => {
    let written = 0;
    for (const row of rows) written += (await connection.exec(insertAll, row as [])).affectedRows;
    return written;
  }],
  ["exec() with literals", async (connection) => {
    const values = rows.map((row) => `(${literals(row)})`).join(" ");
    return (await connection.exec(`insert into t values ${values}`)).affectedRows;
  }],
];

const wayCases = ways.map(([name, write]): Case => ({
  name: `${name} writes every type, extremes, NULLs and odd texts exactly`,
  databaseOptions: "precision 'us'",
  async run({ open, fixtures, equal, deepEqual }) {
    await using connection = await open();
    await connection.exec(usTable);
    equal(await write(await fixtures()), rows.length);
    const result = await connection.query("select * from t order by ts");
    deepEqual(result.toArrays(), rows);
  },
}));

const day = 86_400n;

/** Instants around 1970 in databases of each precision. */
const precisionCases = (["ms", "us", "ns"] as const).map((precision, i): Case => ({
  name: `insert() writes instants before and after 1970 into a ${precision} database`,
  databaseOptions: `precision '${precision}' keep 36500`,
  async run({ open, fixtures, deepEqual, equal }) {
    await using connection = await open({ values: { timestamp: "bigint" } });
    const second = 1000n ** BigInt(i + 1);
    const ts = [-3653n * day * second - 1n, -1n, 0n, 1n, 19_000n * day * second + 1n];
    await connection.exec("create table t (ts timestamp, t2 timestamp)");
    const t2 = [9_223_372_036_854_775_806n, null, -9_223_372_036_854_775_807n, 0n, -1n];
    await (await fixtures()).insert("t", { ts, t2 });
    const result = await connection.query("select ts, t2 from t order by ts");
    deepEqual(result.toArrays(), ts.map((tick, row) => [tick, t2[row]]));
    equal(result.precision, precision);
  },
}));

/** Cases about data types. */
export const valueCases: readonly Case[] = [
  ...wayCases,
  ...precisionCases,
  {
    name: "exec() writes DECIMAL literals that are read back with all digits",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a decimal(18, 6), b decimal(38, 10))");
      await connection.exec(`insert into t values
        (1700000000000, 123456789012.123456, '1234567890123456789012345678.0123456789')
        (1700000000001, -0.000001, -0.0000000001) (1700000000002, null, null) (1700000000003, 0, 1.5)`);
      const { rows, fields } = await connection.query("select a, b from t order by ts");
      deepEqual(rows, [
        { a: "123456789012.123456", b: "1234567890123456789012345678.0123456789" },
        { a: "-0.000001", b: "-0.0000000001" },
        { a: null, b: null },
        { a: "0.000000", b: "1.5000000000" },
      ]);
      deepEqual(fields, [
        { name: "a", type: "DECIMAL64", typeCode: 21, length: 8, precision: 18, scale: 6 },
        { name: "b", type: "DECIMAL", typeCode: 17, length: 16, precision: 38, scale: 10 },
      ]);
    },
  },
  {
    name: "insert() writes JSON tags given as objects, as text and as null",
    async run({ open, fixtures, deepEqual }) {
      await using connection = await open();
      const writer = await fixtures();
      await connection.exec("create stable sj (ts timestamp, v int) tags (j json)");
      const tags = [{ a: 1, b: '北京 "x"', c: true, d: null }, '{"a":2.5}', null];
      for (const [i, j] of tags.entries()) {
        const data = { ts: [1_700_000_000_000n + BigInt(i)], v: [i] };
        await writer.insert(`j${i}`, data, { using: "sj", tags: { j } });
      }
      const { rows } = await connection.query("select v, j, j->'b' b from sj order by ts");
      deepEqual(rows.map(({ v, j, b }) => [v, { ...j as object }, b]), [
        [0, tags[0], '北京 "x"'],
        [1, { a: 2.5 }, null],
        [2, {}, null],
      ]);
    },
  },
  {
    name: "exec() writes BLOB literals, which are read back as bytes",
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, x blob)");
      await connection.exec(
        "insert into t values (1700000000000, '\\x00112233') (1700000000001, null)",
      );
      const { rows, fields } = await connection.query("select x from t order by ts");
      deepEqual(rows, [{ x: new Uint8Array([0, 17, 34, 51]) }, { x: null }]);
      deepEqual(fields, [{ name: "x", type: "BLOB", typeCode: 18, length: 4_194_304 }]);
    },
  },
  {
    name: "insert() writes BLOB values beyond 65 535 bytes",
    async run({ open, fixtures, deepEqual }) {
      await using connection = await open();
      const writer = await fixtures();
      await connection.exec("create table t (ts timestamp, x blob)");
      const large = Uint8Array.from({ length: 100_000 }, (_, i) => i);
      const x = [large, null, new Uint8Array([1])];
      await writer.insert("t", { ts: x.map((_, i) => 1_700_000_000_000n + BigInt(i)), x });
      const result = await connection.query("select x from t order by ts");
      deepEqual(result.toArrays().flat(), x);
    },
  },
  {
    name: "insert() writes byte order marks, and -0 over 0",
    needs: ["statements"],
    async run({ open, deepEqual }) {
      await using connection = await open();
      await connection.exec(
        "create stable s (ts timestamp, d double, nc nchar(8)) tags (t nchar(8))",
      );
      const text = "\ufeff\ufeffx";
      for (const zero of [-0, 0, -0]) {
        const data = { ts: [1_700_000_000_000n], d: [zero], nc: [text] };
        await connection.insert("c", data, { using: "s", tags: [text] });
        const result = await connection.query("select d, nc, t from s");
        deepEqual(result.toArrays(), [[zero, text, text]]);
      }
    },
  },
  {
    name: "insert() writes VARCHAR of 60 000 bytes and NCHAR of 4 000 characters",
    async run({ open, fixtures, equal }) {
      await using connection = await open();
      const writer = await fixtures();
      const texts = { vc: "é".repeat(30_000), nc: "😀".repeat(4_000) };
      for (const [name, text] of Object.entries(texts)) {
        const type = name === "vc" ? "varchar(60000)" : "nchar(4000)";
        await connection.exec(`create table ${name} (ts timestamp, x ${type})`);
        await writer.insert(name, { ts: [new Date(1_700_000_000_000)], x: [text] });
        equal(await connection.query(`select x from ${name}`).value(), text);
      }
    },
  },
  {
    name: "insert() refuses DECIMAL with an UnsupportedError that names the server's version",
    needs: ["statements"],
    async run({ open, equal, rejects }) {
      await using connection = await open();
      await connection.exec("create table t (ts timestamp, a decimal(10, 2))");
      const data = { ts: [1_700_000_000_000n], a: ["1.50"] };
      const [major, minor] = connection.serverVersion.split(".").map(Number);
      if (major! > 3 || minor! > 3) {
        await connection.insert("t", data);
        return equal(await connection.query("select a from t").value(), "1.50");
      }
      const refusal = (error: Error) =>
        error.name === "UnsupportedError" && error.message.includes(connection.serverVersion);
      await rejects(connection.insert("t", data), refusal);
      await rejects(connection.exec("insert into t values (?, ?)", [0n, "1.50"]), refusal);
      equal(await connection.query("select count(*) from t").value(), 0n);
    },
  },
];
