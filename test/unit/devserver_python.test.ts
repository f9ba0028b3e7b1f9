/** The unmodified official client for Python, against the embedded server. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { hasPython, installPython } from "../support/python.ts";

const PACKAGES = fileURLToPath(new URL("../../.cache/python", import.meta.url));
const SCRIPT = fileURLToPath(new URL("../python/official_client.py", import.meta.url));
const CLIENT = "taos-ws-py==0.7.0";

/** What the script prints. */
interface Report {
  refused: string;
  query: Record<string, unknown> & { d0: unknown[][]; tags: unknown[][] };
  every_type: { affected: number; rows: unknown[][]; found: unknown[][] };
  first_statement: { affected: number; rows: unknown[][] };
  schemaless: { refused: string; rows: unknown[][] };
  cursor: unknown[][];
}

const isAvailable = hasPython("devserver_python");

function installClient(): void {
  installPython(PACKAGES, "taosws", CLIENT);
}

async function runClient(url: string): Promise<Report> {
  const env = { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: "utf-8" };
  const { stdout } = await promisify(execFile)("python3", [SCRIPT, url], { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

describe.skipIf(!isAvailable)("the official Python client", () => {
  let report: Report;
  let server: DevServer;

  beforeAll(async () => {
    installClient();
    server = await createServer({ port: 0 });
    report = await runClient(`taosws://root:taosdata@127.0.0.1:${server.port}`);
  }, 180_000);
  afterAll(() => server.close());

  it("the official client is refused with a wrong password", () => {
    expect(report.refused).toContain("0x0357");
  });

  it("the official client creates, writes and reads with SQL", () => {
    const { query } = report;
    expect(query).toMatchObject({
      affected: 2,
      fields: ["ts", "current", "voltage"],
      many: 10_000,
      count: [[10_002]],
      none: [],
    });
    expect(query.d0.map((row: unknown[]) => row.slice(1))).toEqual([[1.5, 220], [null, 221]]);
    expect(query.d0[0]![0]).toMatch(/^2023-11-1[45] \d\d:13:20/);
    expect(query.tags[0]!.slice(1)).toEqual([0, "here", "d0"]);
    expect(query.no_table).toContain("0x2603");
    expect(query.bad_sql).toContain("0x2600");
  });

  it("the official client binds every type and NULL with stmt2", () => {
    const { every_type: every } = report;
    const values = [
      true,
      -128,
      -32768,
      -2147483648,
      "-9223372036854775807",
      255,
      65535,
      4294967295,
    ];
    const rest = ["18446744073709551615", 1.5, 0.1, "plain é", "北京 😀", "00ff"];
    const point = "0101000000000000000000f03f0000000000000040";
    expect(every.affected).toBe(3);
    expect(every.rows).toHaveLength(3);
    expect(every.rows[0]!.slice(1)).toEqual([...values, ...rest, point, 1, "tag 1", "标签"]);
    expect(every.rows[1]!.slice(1)).toEqual([
      ...Array.from({ length: 15 }, () => null),
      1,
      "tag 1",
      "标签",
    ]);
    expect(every.rows[2]!.slice(-3)).toEqual([2, "tag 2", "标签"]);
    expect(every.found.map((row: unknown[]) => row.slice(1))).toEqual([[-2147483648, "plain é"], [
      -2147483648,
      "plain é",
    ]]);
  });

  it("the official client uses its older statement class", () => {
    const { first_statement: first } = report;
    expect(first.affected).toBe(4);
    expect(first.rows.map((row: unknown[]) => row.slice(1))).toEqual([
      [0.5, 7, 7],
      [null, null, 7],
      [0.5, 8, 8],
      [
        null,
        null,
        8,
      ],
    ]);
  });

  it("the official client writes schemaless lines, and connect() reads them", async () => {
    expect(report.schemaless.refused).toContain("0x3002");
    const [temp, hum, ok, note, city] = [21.5, 40, true, '北京 "hi"', "Z H"];
    expect(report.schemaless.rows).toEqual([[temp, hum, ok, note, city]]);
    await using db = await connect(`${server.url}/official_lines`);
    expect((await db.query("select * from weather")).rows).toEqual([
      { _ts: 1_700_000_000_000_000_001n, temp, hum: 40n, ok, note, city },
    ]);
    const seconds = 1_700_000_000n * 10n ** 9n;
    expect((await db.query("select * from sys_cpu")).rows)
      .toEqual([{ _ts: seconds, _value: 42.5, host: "h1" }]);
    expect((await db.query("select * from sys_mem")).rows)
      .toEqual([{ _ts: seconds, _value: 18.25, host: "h1", id: 3 }]);
  });

  it("the official client reads through a cursor", () => {
    expect(report.cursor).toEqual([[220], [221]]);
  });

  it("the official client leaves nothing open", async () => {
    await expect.poll(() => [server.connections(), server.openResults(), server.openStatements()])
      .toEqual([0, 0, 0]);
  });
});
