/** The unmodified official client for Rust, against the embedded server. Compiling it takes a few minutes, once. */

import { execFile, execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

const PACKAGE = fileURLToPath(new URL("../rust", import.meta.url));
const TARGET = fileURLToPath(new URL("../../.cache/rust", import.meta.url));

function hasCargo(): boolean {
  try {
    execFileSync("cargo", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const isAvailable = hasCargo();
if (!isAvailable) console.warn("devserver_rust: skipped, cargo is not installed");

interface Report {
  query: Record<string, unknown>;
  everyType: { affected: number; rows: unknown[][] };
  schemaless: unknown[][];
}

describe.skipIf(!isAvailable)("the official Rust client", () => {
  let server: DevServer;
  let report: Report;

  beforeAll(async () => {
    const env = { ...process.env, CARGO_TARGET_DIR: TARGET };
    await promisify(execFile)("cargo", ["build", "--quiet"], { cwd: PACKAGE, env });
    server = await createServer({ port: 0 });
    const url = `ws://root:taosdata@127.0.0.1:${server.port}`;
    const run = promisify(execFile)(`${TARGET}/debug/official-client`, [url], { timeout: 60_000 });
    report = JSON.parse((await run).stdout);
  }, 1_200_000);
  afterAll(() => server?.close());

  it("creates, writes and reads with SQL", () => {
    expect(report.query).toMatchObject({
      affected: 2,
      rows: [[1_700_000_000_000, 1.5, "220"], [1_700_000_000_001, null, "221"]],
      many: 10_000,
      last: "9999",
      count: [["10002"]],
      none: [],
      noTable: expect.stringContaining("0x2603"),
      badSql: expect.stringContaining("0x2600"),
    });
  });

  it("binds every type and NULL", () => {
    expect(report.everyType.affected).toBe(2);
    expect(report.everyType.rows).toEqual([
      [
        1_700_000_000_000,
        true,
        "-128",
        "-32768",
        "-2147483648",
        "-9223372036854775807",
        "255",
        "65535",
        "4294967295",
        "18446744073709551615",
        1.5,
        0.1,
        "plain é",
        "北京 😀",
        "7",
        "here",
      ],
      [1_700_000_000_001, ...Array.from({ length: 13 }, () => null), "7", "here"],
    ]);
  });

  it("writes schemaless lines", () => {
    expect(report.schemaless).toEqual([[1_700_000_000_000, 21.5, "40", "Z"]]);
  });

  it("leaves nothing open", async () => {
    await expect.poll(() => [server.connections(), server.openResults(), server.openStatements()])
      .toEqual([0, 0, 0]);
  });
});
