/** What is written in every way, read by the unmodified official client for Python; and what that writes, read here. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection, json, line, telnet } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { hasPython, installPython } from "../support/python.ts";

const own = fileURLToPath(new URL("../../.cache/python-paths", import.meta.url));
const shared = fileURLToPath(new URL("../../.cache/python", import.meta.url));
const client = "taos-ws-py==0.7.0";
let packages = own;

const isAvailable = hasPython("python_paths");

/** Finds the client's folder; tests that run side by side do not install into the same one. */
function installClient(): string {
  for (const folder of [shared, own]) if (existsSync(`${folder}/taosws`)) return folder;
  installPython(own, "taosws", client);
  return own;
}

async function python(script: string, args: readonly string[]): Promise<string> {
  const file = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  const env = { ...process.env, PYTHONPATH: packages, PYTHONIOENCODING: "utf-8" };
  const { stdout } = await promisify(execFile)("python3", [file, ...args], {
    env,
    timeout: 60_000,
  });
  return stdout;
}

const time = 1_700_000_000_000_001n;
const point = new Uint8Array(21);
point.set([1, 1]);
new DataView(point.buffer).setFloat64(5, 1, true);
new DataView(point.buffer).setFloat64(13, 2, true);

/** A column for each type that all ways can write, and a row of values beside one of NULLs. */
const types: readonly (readonly [sql: string, value: unknown, seen?: unknown])[] = [
  ["bool", true],
  ["tinyint", -128],
  ["smallint", -32_768],
  ["int", -2_147_483_648],
  ["bigint", 9_223_372_036_854_775_807n, "9223372036854775807"],
  ["tinyint unsigned", 255],
  ["smallint unsigned", 65_535],
  ["int unsigned", 4_294_967_295],
  ["bigint unsigned", 18_446_744_073_709_551_615n, "18446744073709551615"],
  ["float", 1.5],
  ["double", 0.1],
  ["varchar(64)", 'it\'s \\ "é"'],
  ["nchar(32)", "北京 😀"],
  ["varbinary(32)", Uint8Array.of(0, 255), "00ff"],
  ["geometry(64)", point, Buffer.from(point).toString("hex")],
];
const names = types.map((_, i) => `c${i}`);
const rows = [
  [time, ...types.map(([, value]) => value)],
  [time + 1n, ...types.map(() => null)],
];
const objects = rows.map((row) =>
  Object.fromEntries(["ts", ...names].map((name, i) => [name, row[i]]))
);
const columns = Object.fromEntries(
  ["ts", ...names].map((name, i) => [name, rows.map((row) => row[i])]),
);
const marks = `(${["ts", ...names].map(() => "?").join(", ")})`;

/** Ways to write the rows into a table. */
const ways: Readonly<
  Record<string, (db: Connection, rest: Connection, table: string) => Promise<unknown>>
> = {
  async literals(_db, rest, table) {
    for (const row of rows) await rest.exec(`insert into ${table} values ${marks}`, row as never[]);
  },
  async parameters(db, _rest, table) {
    for (const row of rows) await db.exec(`insert into ${table} values ${marks}`, row as never[]);
  },
  insert_columns: (db, _rest, table) => db.insert(table, columns),
  insert_rows: (db, _rest, table) => db.insert(table, objects),
  async insert_batch(db, _rest, table) {
    const { batch } = await db.query("select * from parameters");
    await db.insert(table, batch);
  },
  async bind(db, _rest, table) {
    await using statement = await db.prepare(`insert into ${table} values ${marks}`);
    await statement.bind({ columns }).execute();
  },
  async bind_row(db, _rest, table) {
    await using statement = await db.prepare(`insert into ${table} values ${marks}`);
    for (const row of rows) statement.bindRow(row);
    await statement.execute();
  },
  async writer(db, _rest, table) {
    await using writer = db.writer({ table });
    for (const row of objects) await writer.write(row);
  },
};

describe.skipIf(!isAvailable)("the official Python client and this one", () => {
  let server: DevServer;
  let db: Connection;
  let rest: Connection;
  const url = () => `taosws://root:taosdata@127.0.0.1:${server.port}`;
  const seenBy = async (statements: readonly string[]): Promise<unknown[][][]> =>
    JSON.parse(await python("official_reader.py", [`${url()}/paths`, ...statements]));

  beforeAll(async () => {
    packages = installClient();
    server = await createServer({ port: 0 });
    db = await connect(server.url);
    await db.exec("create database paths precision 'us' keep 36500");
    await db.use("paths");
    rest = await connect(`${server.url.replace(/^ws/, "http")}/paths`);
  }, 180_000);
  afterAll(async () => {
    await Promise.all([db.close(), rest.close()]);
    await server.close();
  });

  it("the official client reads the same from every way to write, and so do WebSocket and REST", async () => {
    const declared = types.map(([sql], i) => `${names[i]} ${sql}`).join(", ");
    for (const [table, write] of Object.entries(ways)) {
      await db.exec(`create table ${table} (ts timestamp, ${declared})`);
      await write(db, rest, table);
    }
    const list = `cast(ts as bigint), ${names.join(", ")}`;
    const seen = await seenBy(
      Object.keys(ways).map((table) => `select ${list} from ${table} order by ts`),
    );
    const expected = [
      [Number(time), ...types.map(([, value, told]) => told ?? value)],
      [Number(time) + 1, ...types.map(() => null)],
    ];
    Object.keys(ways).forEach((table, i) => expect(seen[i], table).toEqual(expected));
    for (const table of Object.keys(ways)) {
      for (const reader of [db, rest]) {
        const result = await reader.query(`select * from ${table} order by ts`);
        expect(result.toArrays(), table).toEqual(rows);
      }
    }
  });

  it("the official client reads what writeLines() wrote in three formats over WebSocket and REST", async () => {
    const at = new Date(1_700_000_000_000);
    for (const [name, writer] of [["ws", db], ["rest", rest]] as const) {
      await writer.writeLines(
        line.point(`l_${name}`).tag("city", "Z H").field("v", 1.5).field("n", 2n, "i64").at(at),
      );
      await writer.writeLines(telnet.point(`t_${name}`).tag("host", "h1").value(42.5).at(at));
      await writer.writeLines(json.point(`j_${name}`).tag("host", "h 2").value(-1).at(at));
    }
    const statements = ["ws", "rest"].flatMap((name) => [
      `select cast(_ts as bigint), v, n, city from l_${name}`,
      `select cast(_ts as bigint), _value, host from t_${name}`,
      `select cast(_ts as bigint), _value, host from j_${name}`,
    ]);
    const us = 1_700_000_000_000_000;
    const expected = [[[us, 1.5, 2, "Z H"]], [[us, 42.5, "h1"]], [[us, -1, "h 2"]]];
    expect(await seenBy(statements)).toEqual([...expected, ...expected]);
  });

  it("connect() reads over WebSocket and REST what the official client wrote by SQL and statements", async () => {
    await python("official_client.py", [url()]);
    for (const scheme of ["ws", "http"]) {
      await using reader = await connect(`${server.url.replace(/^ws/, scheme)}/official`);
      const { rows: every } = await reader.query("select * from types order by t1, ts");
      const { ts, ...values } = every[0]!;
      expect([every.length, ts]).toEqual([3, new Date(1_700_000_000_000)]);
      expect(Object.values(values)).toEqual([
        true,
        -128,
        -32_768,
        -2_147_483_648,
        -9_223_372_036_854_775_807n,
        255,
        65_535,
        4_294_967_295,
        18_446_744_073_709_551_615n,
        1.5,
        0.1,
        "plain é",
        "北京 😀",
        Uint8Array.of(0, 255),
        point,
        1,
        "tag 1",
        "标签",
      ]);
      expect(Object.values(every[1]!).slice(1, 16)).toEqual(new Array(15).fill(null));
      expect((await reader.query("select current, voltage from d0 order by ts")).toArrays())
        .toEqual([[1.5, 220], [null, 221]]);
    }
  });
});
