/** The unmodified official REST client for Python, against the embedded server. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { hasPython, installPython } from "../support/python.ts";

const PACKAGES = fileURLToPath(new URL("../../.cache/python-rest", import.meta.url));
const SCRIPT = fileURLToPath(new URL("../python/official_rest.py", import.meta.url));
const CLIENT = "taospy==2.8.0";

const isAvailable = hasPython("devserver_python_rest");

function installClient(): void {
  installPython(PACKAGES, "taosrest", CLIENT);
}

describe.skipIf(!isAvailable)("the official REST client", () => {
  let server: DevServer;
  let report: Record<string, unknown> & { rows: unknown[][]; fields: { type: string }[] };

  beforeAll(async () => {
    installClient();
    server = await createServer({ port: 0 });
    const env = { ...process.env, PYTHONPATH: PACKAGES, PYTHONIOENCODING: "utf-8" };
    const url = `http://127.0.0.1:${server.port}`;
    const run = promisify(execFile)("python3", [SCRIPT, url], { env, timeout: 60_000 });
    report = JSON.parse((await run).stdout);
  }, 180_000);
  afterAll(() => server.close());

  it("reads every type and NULL that it wrote", () => {
    expect(report["inserted"]).toBe(2);
    const tags = [7, "标签"];
    expect(report.rows).toEqual([
      [
        "2023-11-14T22:13:20.000001+00:00",
        true,
        -128,
        "-9223372036854775807",
        "18446744073709551615",
        1.5,
        0.1,
        "plain é",
        "北京 😀",
        "00ff",
        "0101000000000000000000f03f0000000000000040",
        "12.30",
        ...tags,
      ],
      ["2023-11-14T22:13:20.000002+00:00", ...Array.from({ length: 11 }, () => null), ...tags],
    ]);
  });

  it("is told names and types of the columns", () => {
    expect(report.fields.slice(0, 3)).toEqual([
      { name: "ts", type: "TIMESTAMP", bytes: 8 },
      { name: "b", type: "BOOL", bytes: 1 },
      { name: "i8", type: "TINYINT", bytes: 1 },
    ]);
    expect(report.fields.map(({ type }) => type)).toContain("DECIMAL(10,2)");
  });

  it("reads through a cursor, and finds nothing where nothing is", () => {
    expect(report).toMatchObject({ version: "3.3.7.5", cursor: [[2, 7]], rowcount: 1, none: 0 });
    expect(report["many"]).toBeGreaterThan(0);
  });

  it("is refused as the real server does", () => {
    expect(report["noTable"]).toEqual(["ConnectError", expect.stringContaining("0x2603")]);
    expect(report["wrongPassword"]).toEqual([
      "ConnectError",
      expect.stringContaining("Authentication failure"),
    ]);
  });
});
