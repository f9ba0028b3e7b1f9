/** `tdwire tail`, run from its sources with Bun against the embedded server. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";

const bun = fileURLToPath(new URL("../../node_modules/.bin/bun", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const seconds = 1_700_000_000;

let server: DevServer;
let db: Connection;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  db = await connect(server.url) as Connection;
  await db.exec("create database d vgroups 2 precision 'us'");
  await db.use("d");
  await db.exec("create stable st (ts timestamp, v bigint, s nchar(8)) tags (g int)");
  await db.exec("create topic tp_rows as select ts, v, s from st");
  await db.exec("create topic tp_tables with meta as database d");
  await db.exec(
    `insert into c0 using st tags (0) values (${seconds}000001, 9007199254740993, '字')`,
  );
});
afterAll(async () => {
  await db.close();
  await server.close();
});

interface Tail {
  /** What it has printed. */
  stdout(): string;
  stderr(): string;
  /** Waits until it has printed something that matches. */
  until(pattern: RegExp, stream?: "stdout" | "stderr"): Promise<void>;
  interrupt(): void;
  ended: Promise<number | null>;
}

function tail(...args: string[]): Tail {
  const child = spawn(bun, [main, "tail", ...args], {
    env: { ...process.env, TDENGINE_URL: server.url },
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => printed.stdout += data);
  child.stderr.on("data", (data) => printed.stderr += data);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    until: (pattern, stream = "stdout") =>
      expect.poll(() => printed[stream], { timeout: 15_000 }).toMatch(pattern),
    interrupt: () => child.kill("SIGINT"),
    ended,
  };
}

const rowsOf = ({ stdout }: Tail) => stdout().trim().split("\n").map((line) => JSON.parse(line));

describe("tdwire tail", () => {
  it("prints what is written from now on, and ends at Ctrl-C without leaving a group", async () => {
    const running = tail("tp_rows");
    await running.until(/tailing tp_rows from latest/, "stderr");
    await db.exec(`insert into c1 using st tags (1) values (${seconds}000002, 7, null)`);
    await running.until(/\n/);
    running.interrupt();
    expect(await running.ended).toBe(130);
    expect(rowsOf(running)).toEqual([{ ts: "2023-11-14T22:13:20.000002Z", v: 7, s: null }]);
    expect((await db.query("show subscriptions")).rows).toEqual([]);
    await expect.poll(() => server.connections()).toBe(1);
  });

  it("begins at the begin with --from earliest, names tables, and tells changes of them", async () => {
    const running = tail("--from", "earliest", "tp_tables");
    await running.until(/"tbname":"c0".*\n/);
    running.interrupt();
    expect(await running.ended).toBe(130);
    expect(running.stdout()).toMatch(
      /^\{"tbname":"c0","ts":"2023-11-14T22:13:20.000001Z","v":9007199254740993,"s":"字"\}$/m,
    );
    expect(running.stderr()).toContain(`"tableName":"c0"`);
  });

  it("goes on where its group has stopped", async () => {
    const first = tail("--group", "own", "--from", "earliest", "tp_rows");
    await first.until(/\n.*\n/);
    first.interrupt();
    await first.ended;
    await db.exec(`insert into c0 values (${seconds}000003, 8, 'x')`);
    const second = tail("--group", "own", "--from", "earliest", "tp_rows");
    await second.until(/\n/);
    second.interrupt();
    await second.ended;
    expect(rowsOf(second).map(({ v }) => v)).toEqual([8]);
  });

  it("comes back by itself when the connection was lost, and misses nothing", async () => {
    const running = tail("tp_rows");
    await running.until(/tailing/, "stderr");
    await db.exec(`insert into c0 values (${seconds}000004, 9, 'y')`);
    await running.until(/"v":9/);
    await db.close();
    await server.restart();
    db = await connect(server.url, { database: "d" }) as Connection;
    await db.exec(`insert into c0 values (${seconds}000005, 10, 'z')`);
    await running.until(/"v":10/);
    running.interrupt();
    expect(await running.ended).toBe(130);
  });

  it("prints tables for people", async () => {
    const running = tail("--format", "table", "--from", "earliest", "tp_tables");
    await running.until(/c0\n.*ts.*v.*s[^]*9007199254740993/);
    running.interrupt();
    expect(await running.ended).toBe(130);
  });

  it("teaches in its help, and refuses what it does not understand", async () => {
    const help = tail("--help");
    expect(await help.ended).toBe(0);
    expect(help.stdout()).toContain("create topic");
    const wrong = [tail(), tail("--from", "today", "tp_rows"), tail("--grup", "x", "tp_rows")];
    expect(await Promise.all(wrong.map(({ ended }) => ended))).toEqual([2, 2, 2]);
    expect(wrong[2]!.stderr()).toContain("--group");
    const missing = tail("nothing");
    expect(await missing.ended).toBe(1);
    expect(missing.stderr()).toContain("0x03E1");
  });
});
