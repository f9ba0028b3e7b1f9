/** The unmodified official client for Python consumes from the embedded server. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { hasPython, installPython } from "../support/python.ts";

const PACKAGES = fileURLToPath(new URL("../../.cache/python-consumer", import.meta.url));
const SHARED = fileURLToPath(new URL("../../.cache/python", import.meta.url));
const SCRIPT = fileURLToPath(new URL("../python/official_consumer.py", import.meta.url));
const CLIENT = "taos-ws-py==0.7.0";

const isAvailable = hasPython("devserver_tmq_python");

/** Finds the client's folder; tests that run side by side do not install into the same one. */
function installClient(): string {
  for (const folder of [SHARED, PACKAGES]) if (existsSync(`${folder}/taosws`)) return folder;
  installPython(PACKAGES, "taosws", CLIENT);
  return PACKAGES;
}

/** What the script tells of a topic. */
interface TopicReport {
  count: number;
  first: unknown[];
  vgroups: [string, string, number][];
}

/** What the script prints. */
interface Report {
  by_query: TopicReport;
  by_stable: TopicReport;
  by_database: TopicReport;
  restarted: [number, number];
  assignment: [string, [number, number, number, number][]][];
  again: number;
  committed: number[] | number;
  position: number[] | number;
  topics: string[];
  refused: string;
}

async function runClient(url: string, packages: string): Promise<Report> {
  const env = { ...process.env, PYTHONPATH: packages, PYTHONIOENCODING: "utf-8" };
  const { stdout } = await promisify(execFile)("python3", [SCRIPT, url], { env, timeout: 60_000 });
  return JSON.parse(stdout);
}

describe.skipIf(!isAvailable)("the official Python consumer", () => {
  let report: Report;
  let server: DevServer;

  beforeAll(async () => {
    const packages = installClient();
    server = await createServer({ port: 0 });
    report = await runClient(`taosws://root:taosdata@127.0.0.1:${server.port}`, packages);
  }, 180_000);
  afterAll(() => server?.close());

  it("receives all rows of three kinds of topics, from both vgroups", () => {
    const { by_query: query, by_stable: stable, by_database: database } = report;
    expect(query).toMatchObject({ count: 4 * 490 });
    expect(query.first[0]).toMatch(/^t\d$/);
    expect(query.first.slice(2)).toEqual([10, 10.5, false, "字10", "b10", expect.any(Number)]);
    for (const topic of [stable, database]) {
      expect(topic.count).toBe(4 * 500);
      expect(topic.first.slice(1)).toEqual([0, 0.5, false, "字0", "b0"]);
    }
    for (const topic of [query, stable, database]) expect(topic.vgroups).toHaveLength(2);
    expect(database.vgroups[0]!.slice(0, 2)).toEqual(["by_database", "consumed"]);
  });

  it("goes on after what was committed when it is started again", () => {
    expect(report.restarted[0]).toBeGreaterThan(0);
    expect(report.restarted[0] + report.restarted[1]).toBe(2000);
  });

  it("reads everything again after seeking to the beginning", () => {
    const [topic, vgroups] = report.assignment[0]!;
    expect(topic).toBe("by_stable");
    expect(vgroups).toHaveLength(2);
    for (const [, , begin, end] of vgroups) expect([begin, end > 1]).toEqual([0, true]);
    expect(report.again).toBe(2000);
  });

  it("commits offsets, lists topics and is refused an unknown one", () => {
    expect([report.committed].flat()).toEqual([1]);
    expect(report.topics).toEqual(["by_stable"]);
    expect(report.refused).toContain("0x03E1");
  });
});
