import { afterEach, describe, expect, it } from "vitest";
import { connect, type Connection, WriteError, type WriteFailure } from "../../mod.ts";
import {
  createServer,
  type DevServer,
  type Fault,
  type FaultInfo,
} from "../../src/devserver/mod.ts";

const startMs = 1_700_000_000_000;
let server: DevServer;
let onMessage: (info: FaultInfo) => Fault = () => {};

async function openServer(): Promise<Connection> {
  onMessage = () => {};
  server = await createServer({ port: 0, faults: { onMessage: (info) => onMessage(info) } });
  const db = await connect(server.url);
  await db.exec("create database w");
  await db.use("w");
  await db.exec("create table t (ts timestamp, v int)");
  return db;
}

async function timesIn(db: Connection): Promise<Set<number>> {
  const { rows } = await db.query<{ ts: Date }>("select ts from w.t");
  return new Set(rows.map(({ ts }) => ts.getTime()));
}

/** Writes rows until `count` calls were made; gives the times of accepted rows and all failures told. */
async function writeMany(db: Connection, count: number, onRow: (i: number) => void) {
  const writer = db.writer({ table: "t", maxRows: 500, retry: { attempts: 2, backoffMs: 1 } });
  const accepted: number[] = [];
  const failures: WriteFailure[] = [];
  const keep = (error: unknown) => {
    if (!(error instanceof WriteError)) throw error;
    failures.push(...error.report.failures);
  };
  for (let i = 0; i < count; i++) {
    onRow(i);
    await writer.write({ ts: startMs + i, v: i }).then(() => accepted.push(startMs + i), keep);
  }
  await writer.close().catch(keep);
  return { accepted, failures };
}

function timesOf(failures: readonly WriteFailure[]): Set<number> {
  return new Set(
    failures.flatMap(({ columns }) => Array.from(columns["ts"] as BigInt64Array, Number)),
  );
}

describe("a writer on a server that fails", () => {
  afterEach(() => server.close());

  it("loses no row in silence when the server is killed in the middle and comes back", async () => {
    const db = await openServer();
    let down: Promise<void> | undefined;
    const { accepted, failures } = await writeMany(db, 20_000, (i) => {
      if (i === 8_000) down = server.restart(50);
    });
    await down;
    await using fresh = await connect(server.url);
    const written = await timesIn(fresh);
    const reported = timesOf(failures);
    expect(accepted.filter((time) => !written.has(time) && !reported.has(time))).toEqual([]);
    expect(written.size).toBeGreaterThan(0);
    expect(reported.size).toBeGreaterThan(0);
    expect(failures.every(({ table }) => table === "t")).toBe(true);
    await fresh.use("w");
    for (const { columns } of failures) await fresh.insert("t", columns);
    expect((await timesIn(fresh)).size).toBe(new Set([...accepted, ...reported]).size);
    await db.close().catch(() => {});
  });

  it("writes each row once when replies get lost and it has to repeat", async () => {
    const db = await openServer();
    let lost = 0;
    onMessage = ({ action }) => action === "stmt2_exec" && lost++ < 2 ? "drop" : undefined;
    const options = { requestTimeoutMs: 200 };
    await using other = await connect(`${server.url}/w`, options);
    const writer = other.writer({ table: "t", maxRows: 100, retry: { backoffMs: 1 } });
    for (let i = 0; i < 300; i++) await writer.write({ ts: startMs + i, v: i });
    expect(await writer.close()).toMatchObject({ written: 300, retried: 200, refused: 0 });
    expect(await db.query("select count(*) from t").value()).toBe(300n);
    await db.close();
  });

  it("repeats what the server cannot do at present", async () => {
    await using db = await openServer();
    let refusals = 0;
    onMessage = ({ action }) =>
      action === "stmt2_bind" && refusals++ < 3
        ? { code: 0x0914, message: "Sync leader is restoring" }
        : undefined;
    await using writer = db.writer({ table: "t", maxRows: 10, retry: { backoffMs: 1 } });
    for (let i = 0; i < 100; i++) await writer.write({ ts: startMs + i % 50, v: i });
    expect(await writer.flush()).toMatchObject({ written: 100, refused: 0 });
    expect(await db.query("select sum(v) from t").value()).toBe(BigInt(50 * (50 + 99) / 2));
  });

  it("keeps no statements open beyond those the connection keeps", async () => {
    await using db = await openServer();
    await using writer = db.writer({ table: "t", maxRows: 10 });
    for (let i = 0; i < 1_000; i++) await writer.write({ ts: startMs + i, v: i });
    await writer.flush();
    expect(server.openStatements()).toBeLessThanOrEqual(4);
  });
});
