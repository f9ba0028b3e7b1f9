/** How `tdwire write` ends, and when it goes on, in real processes against the embedded server. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { run, start } from "./cli_process.ts";

let server: DevServer;
let url: string;
/** So many inserts answer that the server cannot at present. */
let failures = 0;
let connections = 0;
let db: Connection;

beforeAll(async () => {
  server = await createServer({
    port: 0,
    faults: {
      onMessage: ({ action }) => {
        if (action === "conn") connections++;
        if (action !== "stmt2_exec" || failures === 0) return;
        failures--;
        return { code: 0x0914, message: "Sync leader is restoring" };
      },
    },
  });
  db = await connect(server.url);
  await db.exec("create database power keep 36500");
  await db.use("power");
  await db.exec("create stable meters (ts timestamp, voltage int) tags (site nchar(16))");
  url = `${server.url}/power`;
});

afterAll(async () => {
  await db.close();
  await server.close();
});

describe("tdwire write", () => {
  it("tdwire write stops when too many rows are refused", async () => {
    const stdin = `ts,voltage\n${"x,1\n".repeat(50)}`;
    const args = ["write", "--format", "csv", "--table", "stopped", "--using", "meters"];
    const outcome = await run([...args, "--max-refused", "30", "-"], { url, stdin });
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written, 31 refused\n" });
    expect(outcome.stderr.match(/^line/gm)).toHaveLength(20);
    expect(outcome.stderr).toContain("--max-refused");
  });

  it.each(["node", "bun", "deno"] as const)(
    "tdwire write tells in %s by its exit code what was refused, also when nobody reads its summary",
    async (runtime) => {
      const args = ["write", "--format", "csv", "--table", "unread", "--using", "meters", "-"];
      const { child, ended } = start(args, { url, runtime, keepsInputOpen: true });
      child.stdout.destroy();
      child.stdin.end("ts,voltage\nx,1\n");
      expect((await ended).code).toBe(1);
    },
  );

  it("tdwire write goes on when the server can again, and says so", async () => {
    failures = 2;
    const args = ["write", "--format", "csv", "--table", "patient", "--using", "meters", "-"];
    const outcome = await run(args, { url, stdin: "ts,voltage\n1700000000000,1\nx,2\n" });
    expect(failures).toBe(0);
    expect(outcome).toMatchObject({ code: 1, stdout: "1 row written, 1 refused\n" });
    expect(outcome.stderr.match(/Sync leader is restoring; trying again$/gm)).toHaveLength(2);
  });

  it("tdwire write ends when the server cannot take rows, though its input stays open", async () => {
    failures = 100;
    const args = ["write", "--format", "csv", "--table", "meters", "-"];
    const { child, ended } = start(args, { url, keepsInputOpen: true });
    child.stdin.write("tbname,ts,voltage\nd,1700000000000,1\n");
    const outcome = await ended;
    failures = 0;
    expect(outcome).toMatchObject({ code: 1, stdout: "0 rows written\n" });
    expect(outcome.stderr).toMatch(/^tdwire: .*Sync leader is restoring$/m);
  });

  it.each(
    (["node", "bun", "deno"] as const).flatMap((runtime) =>
      (["csv", "arrow", "line"] as const).map((format) => [format, runtime] as const)
    ),
  )(
    "tdwire write ends at the first Ctrl-C while it waits for %s in %s",
    async (format, runtime) => {
      connections = 0;
      const target = format === "line" ? [] : ["--table", "meters"];
      const { child, ended } = start(["write", "--format", format, ...target, "-"], {
        url,
        runtime,
        keepsInputOpen: true,
      });
      while (connections === 0) await new Promise((next) => setTimeout(next, 20));
      child.kill("SIGINT");
      expect(await ended).toEqual({ code: 130, stdout: "0 rows written\n", stderr: "" });
    },
  );

  it("tdwire write does not hold back the rows of an input that pauses", async () => {
    const args = ["write", "--format", "csv", "--table", "live", "--using", "meters", "-"];
    const { child, ended } = start(args, { url, keepsInputOpen: true });
    for (const row of [1n, 2n, 3n]) {
      child.stdin.write(`${row === 1n ? "ts,voltage\n" : ""}${1_700_000_000_000n + row},${row}\n`);
      while (await writtenInto("live") < row) await new Promise((next) => setTimeout(next, 20));
    }
    child.stdin.end();
    expect(await ended).toEqual({ code: 0, stdout: "3 rows written\n", stderr: "" });
  });

  it("tdwire write writes at Ctrl-C what it has read of an input that never pauses", async () => {
    const args = ["write", "--format", "csv", "--table", "steady", "--using", "meters", "-"];
    const { child, ended } = start(args, { url, keepsInputOpen: true });
    let row = 0;
    child.stdin.write("ts,voltage\n");
    const feeding = setInterval(() => child.stdin.write(`${1_700_000_000_000 + ++row},1\n`), 50);
    while (await writtenInto("steady") === 0n) await new Promise((next) => setTimeout(next, 20));
    clearInterval(feeding);
    const fed = row;
    // Time enough to read them, and less than the second after which they would be written without the signal.
    await new Promise((next) => setTimeout(next, 400));
    child.kill("SIGINT");
    expect(await ended).toEqual({ code: 130, stdout: `${fed} rows written\n`, stderr: "" });
    expect(await writtenInto("steady")).toBe(BigInt(fed));
  });

  it("tdwire write stops at Ctrl-C behind the batch on its way, and tells what was written", async () => {
    const args = ["write", "--format", "csv", "--table", "cut", "--using", "meters", "-"];
    const { child, ended } = start(args, { url, runtime: "node", keepsInputOpen: true });
    const rows = Array.from({ length: 25_000 }, (_, i) => `${1_700_000_000_000 + i},${i}\n`);
    child.stdin.write(`ts,voltage\n${rows.join("")}`);
    while (await writtenInto("cut") < 10_000n) await new Promise((next) => setTimeout(next, 20));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([130, ""]);
    const written = Number(/^(\d+) rows written\n$/.exec(stdout)?.[1]);
    expect(await writtenInto("cut")).toBe(BigInt(written));
  });
});

/** Rows of a table; 0 when it is not there so far. */
async function writtenInto(table: string): Promise<bigint> {
  const count = await db.query(`select count(*) from ${table}`).value<bigint>().catch(() => 0n);
  return count ?? 0n;
}
