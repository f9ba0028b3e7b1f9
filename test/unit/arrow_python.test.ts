/** Arrow IPC streams between this client and pyarrow and DuckDB, where Python is there. */

import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { arrowStream, fromArrow } from "../../src/arrow/mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

const packages = fileURLToPath(new URL("../../.cache/python-arrow", import.meta.url));
const streams = fileURLToPath(new URL("../../.cache/arrow", import.meta.url));
const required = ["pyarrow==26.0.1", "duckdb==2.0.0"];

/** pyarrow has no build for every version of Python. */
function hasPackages(): boolean {
  try {
    if (existsSync(`${packages}/pyarrow`)) return true;
    const install = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target"];
    execFileSync("python3", [...install, packages, ...required], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isAvailable = hasPackages();
if (!isAvailable) {
  console.warn("arrow_python: skipped, python3 with pyarrow and duckdb is not there");
}

async function python(script: string, path: string): Promise<string> {
  const file = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  const env = { ...process.env, PYTHONPATH: packages, PYTHONIOENCODING: "utf-8" };
  const { stdout } = await promisify(execFile)("python3", [file, path], { env, timeout: 60_000 });
  return stdout;
}

/** What arrow_reader.py prints. */
interface Seen {
  pyarrow: {
    schema: Record<string, string>;
    nulls: number[];
    rows: unknown[][];
    batches: number[];
  };
  duckdb: { types: Record<string, string>; rows: unknown[][]; count: number };
}

const start = 1_700_000_000_123_456n;

describe.skipIf(!isAvailable)("Arrow IPC with Python", () => {
  let server: DevServer;
  let db: Connection;

  beforeAll(async () => {
    await mkdir(streams, { recursive: true });
    server = await createServer({ port: 0 });
    db = await connect(server.url, { values: { timestamp: "bigint" } });
    await db.exec("create database arrow_python precision 'us'");
    await db.use("arrow_python");
  }, 180_000);
  afterAll(async () => {
    await db.close();
    await server.close();
  });

  async function seen(sql: string): Promise<Seen> {
    const path = `${streams}/from_tdwire.arrows`;
    await writeFile(path, arrowStream(db.query(sql)));
    return JSON.parse(await python("arrow_reader.py", path));
  }

  it("pyarrow and DuckDB read every type and NULL of an arrowStream()", async () => {
    await db.exec(
      "create stable samples (ts timestamp, b bool, i1 tinyint, i2 smallint, i4 int, i8 bigint, " +
        "u1 tinyint unsigned, u2 smallint unsigned, u4 int unsigned, u8 bigint unsigned, " +
        "f4 float, f8 double, v varchar(20), n nchar(20), d decimal(20, 4), d8 decimal(10, 2), " +
        "vb varbinary(10), g geometry(64), bl blob) tags (j json)",
    );
    const point = Uint8Array.of(1, 1, 0, 0, 0, ...new Array(16).fill(0));
    const columns = {
      ts: BigInt64Array.of(start, start + 1n),
      b: [true, null],
      i1: [-128, null],
      i2: [-32_768, null],
      i4: [-2_147_483_648, null],
      i8: [-(2n ** 63n) + 1n, null],
      u1: [255, null],
      u2: [65_535, null],
      u4: [4_294_967_295, null],
      u8: [2n ** 64n - 1n, null],
      f4: [1.5, null],
      f8: [0.1, null],
      v: ["plain é", null],
      n: ["北京 😀", null],
      vb: [Uint8Array.of(0, 255), null],
      g: [point, null],
      bl: [Uint8Array.of(1, 2), null],
    };
    await db.insert("e1", columns, { using: "samples", tags: { j: { a: 1 } } });
    // Binding DECIMAL needs TDengine 3.4.
    await db.exec(`insert into e1 (ts, d, d8) values (${start}, -1234567890123456.7891, 0.05)`);
    const { pyarrow, duckdb } = await seen("select *, null as nothing from samples order by ts");
    expect(pyarrow.schema).toEqual({
      ts: "timestamp[us, tz=UTC]",
      b: "bool",
      i1: "int8",
      i2: "int16",
      i4: "int32",
      i8: "int64",
      u1: "uint8",
      u2: "uint16",
      u4: "uint32",
      u8: "uint64",
      f4: "float",
      f8: "double",
      v: "string",
      n: "string",
      d: "decimal128(20, 4)",
      d8: "decimal128(10, 2)",
      vb: "binary",
      g: "binary",
      bl: "binary",
      j: "string",
      nothing: expect.any(String),
    });
    expect(pyarrow.nulls).toEqual([0, ...new Array(18).fill(1), 0, 2]);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    const integers = [-128, -32_768, -2_147_483_648, -(2n ** 63n) + 1n, 255, 65_535, 4_294_967_295];
    const values = [
      String(start),
      true,
      ...integers.map(String),
      String(2n ** 64n - 1n),
      1.5,
      0.1,
      "plain é",
      "北京 😀",
      "-1234567890123456.7891",
      "0.05",
      "00ff",
      hex(point),
      "0102",
      '{"a":1}',
      null,
    ];
    expect(pyarrow.rows).toEqual([
      values,
      [String(start + 1n), ...new Array(18).fill(null), '{"a":1}', null],
    ]);
    expect(duckdb.count).toBe(2);
    expect(duckdb.types).toMatchObject({
      ts: "TIMESTAMP WITH TIME ZONE",
      b: "BOOLEAN",
      u8: "UBIGINT",
      d: "DECIMAL(20,4)",
      n: "VARCHAR",
      vb: "BLOB",
    });
    const [first] = duckdb.rows;
    expect(first!.slice(0, 6)).toEqual([
      "2023-11-14 22:13:20.123456+00",
      "true",
      ...integers.slice(0, 4).map(String),
    ]);
    expect(first!.slice(12, 17)).toEqual([
      "plain é",
      "北京 😀",
      "-1234567890123456.7891",
      "0.05",
      "\\x00\\xFF",
    ]);
  });

  it("pyarrow and DuckDB read every batch of an arrowStream()", async () => {
    await db.exec("create table many (ts timestamp, n int)");
    const rows = 10_000;
    await db.insert("many", {
      ts: BigInt64Array.from({ length: rows }, (_, i) => start + BigInt(i)),
      n: Array.from({ length: rows }, (_, i) => i % 3 === 0 ? null : i),
    });
    const { pyarrow, duckdb } = await seen("select * from many");
    expect(pyarrow.batches.length).toBeGreaterThan(1);
    expect(pyarrow.rows).toHaveLength(rows);
    expect(pyarrow.rows[9_998]).toEqual([String(start + 9_998n), "9998"]);
    expect(pyarrow.nulls).toEqual([0, 3_334]);
    expect(duckdb.count).toBe(rows);
  });

  it("pyarrow and DuckDB read an arrowStream() without rows", async () => {
    await db.exec("create table empty (ts timestamp, name nchar(4))");
    const { pyarrow, duckdb } = await seen("select * from empty");
    expect(pyarrow).toMatchObject({
      schema: { ts: "timestamp[us, tz=UTC]", name: "string" },
      rows: [],
      batches: [],
    });
    expect(duckdb.count).toBe(0);
  });

  it("insert() takes what pyarrow wrote", async () => {
    const path = `${streams}/from_pyarrow.arrows`;
    await python("arrow_writer.py", path);
    const table = tableFromIPC(await readFile(path));
    await db.exec(
      "create table taken (ts timestamp, at timestamp, born timestamp, flag bool, small tinyint, big bigint, " +
        "ubig bigint unsigned, half float, ratio double, price varchar(20), text nchar(10), `large` varchar(10), " +
        "city nchar(10), raw varbinary(4), nothing int)",
    );
    const { affectedRows } = await db.insert("taken", fromArrow(table));
    expect(affectedRows).toBe(4);
    const { rows } = await db.query("select * from taken");
    const second = 1_700_000_000_000_000n;
    const day = 86_400_000_000n;
    expect(rows).toEqual([
      {
        ts: second,
        at: second,
        born: -day,
        flag: true,
        small: -128,
        big: 2n ** 63n - 1n,
        ubig: 2n ** 64n - 1n,
        half: 1.5,
        ratio: 0.1,
        price: "-12.30",
        text: "é",
        large: "é",
        city: "é",
        raw: Uint8Array.of(0, 255),
        nothing: null,
      },
      expect.objectContaining({
        at: null,
        born: null,
        flag: null,
        price: null,
        city: null,
        raw: null,
      }),
      expect.objectContaining({
        born: 19_782n * day,
        small: null,
        text: "",
        city: "",
        raw: new Uint8Array(),
      }),
      expect.objectContaining({ at: null, born: 0n, price: "99999999.99", city: "北京" }),
    ]);
  });
});
