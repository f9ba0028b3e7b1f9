/** A writer whose server dies: the command in a process of its own, killed without warning, on a database file. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { connect, type Connection, WriteError, type WriteFailure } from "../../mod.ts";

const bun = fileURLToPath(new URL("../../node_modules/.bin/bun", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const startMs = 1_700_000_000_000;

/** Starts the server on a file; its URL is in what it prints. */
async function startServer(file: string): Promise<{ process: ChildProcess; url: string }> {
  const process = spawn(bun, [main, "dev", "--port", "0", "--file", file]);
  let printed = "";
  for await (const data of process.stdout) {
    printed += data;
    const [url] = /ws:\/\/127\.0\.0\.1:\d+/.exec(printed) ?? [];
    if (url !== undefined) return { process, url };
  }
  throw new Error(`the server did not start: ${printed}`);
}

/** Writes rows until the server is gone; gives the times of rows that were accepted, and what was reported. */
async function writeUntilGone(db: Connection, onRow: (count: number) => void) {
  const accepted: number[] = [];
  const failures: WriteFailure[] = [];
  const writer = db.writer({
    table: "t",
    maxRows: 200,
    onReport: (report) => failures.push(...report.failures),
  });
  for (let i = 0; failures.length === 0; i++) {
    onRow(i);
    await writer.write({ ts: startMs + i, v: i });
    accepted.push(startMs + i);
  }
  const error = await writer.close().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(WriteError);
  return { accepted, failures };
}

it("writer() tells of every row that a server killed in the middle does not have when it is back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tdwire-"));
  const file = join(folder, "data.duckdb");
  const first = await startServer(file);
  let second: Awaited<ReturnType<typeof startServer>> | undefined;
  try {
    const db = await connect(first.url);
    await db.exec("create database w keep 36500");
    await db.use("w");
    await db.exec("create table t (ts timestamp, v int)");
    const { accepted, failures } = await writeUntilGone(db, (count) => {
      if (count === 5_000) first.process.kill("SIGKILL");
    });
    await db.close();

    second = await startServer(file);
    await using again = await connect(`${second.url}/w`);
    const stored = (await again.query<{ ts: Date; v: number }>("select ts, v from t")).rows;
    const written = new Set(stored.map(({ ts }) => ts.getTime()));
    const reported = new Set(
      failures.flatMap(({ columns }) => Array.from(columns["ts"] as BigInt64Array, Number)),
    );
    expect(stored.every(({ ts, v }) => ts.getTime() === startMs + v)).toBe(true);
    expect(accepted.filter((time) => !written.has(time) && !reported.has(time))).toEqual([]);
    expect([written.size > 0, reported.size > 0]).toEqual([true, true]);

    for (const { columns } of failures) await again.insert("t", columns);
    expect(await again.query("select count(*) from t").value()).toBe(BigInt(accepted.length));
  } finally {
    for (const server of [first, second]) server?.process.kill("SIGKILL");
    if (second !== undefined) await once(second.process, "close");
    await rm(folder, { recursive: true });
  }
});
