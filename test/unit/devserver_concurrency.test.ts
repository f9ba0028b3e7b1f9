/** Many connections at once: every reply is its own, statements are atomic, and nothing is left behind. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { fetchFrame, openClient, readBlockReply, type TestClient } from "./devserver_client.ts";
import { type ServerProcess, startServer } from "./devserver_process.ts";

const connections = 200;
const statements = 50;
/** Statements of one connection under way at the same time. */
const width = 5;

async function logIn(url: string, database = ""): Promise<TestClient> {
  const client = await openClient(url);
  const login = { req_id: 1, user: "root", password: "taosdata", db: database };
  expect(await client.request("conn", login)).toMatchObject({ code: 0 });
  return client;
}

/** Fetches a result of one block with one BIGINT column. */
async function fetchNumbers(client: TestClient, reqId: bigint, id: bigint): Promise<bigint[]> {
  const reply = readBlockReply(await client.send(fetchFrame(reqId, id)));
  const end = readBlockReply(await client.send(fetchFrame(reqId, id)));
  expect(end).toMatchObject({ isFinished: true, resultId: id, code: 0 });
  expect(reply.resultId).toBe(id);
  const view = new DataView(reply.block!.buffer, reply.block!.byteOffset);
  const values = 28 + 9 + ((reply.rows + 7) >> 3);
  return Array.from({ length: reply.rows }, (_, row) => view.getBigInt64(values + 8 * row, true));
}

/** Sends one statement and checks that the reply is the one to it. */
async function runOne(client: TestClient, connection: number, number: number): Promise<void> {
  const reqId = 1000 + number;
  const own = connection * 1000 + number;
  const query = (sql: string): Promise<Record<string, unknown>> =>
    client.request("query", { req_id: reqId, sql });
  switch (number % 4) {
    case 0:
      expect(
        await query(
          `insert into c${connection} using st tags (${connection}) values (${own}, ${own})`,
        ),
      )
        .toMatchObject({ code: 0, is_update: true, affected_rows: 1, req_id: reqId });
      return;
    case 1:
      expect(await query(`select nosuch${own} from st`))
        .toMatchObject({ code: 0x2602, message: `Invalid column name: nosuch${own}` });
      return;
    case 2: {
      const reply = await query(`select cast(${own} as bigint) as c${own}`);
      expect(reply).toMatchObject({ code: 0, fields_names: [`c${own}`] });
      const found = await fetchNumbers(client, BigInt(reqId), BigInt(reply.id as bigint));
      expect(found).toEqual([BigInt(own)]);
      return;
    }
    default: {
      const reply = await query(`select v as v${own} from c${connection} order by ts limit 1`);
      expect(reply).toMatchObject({ code: 0, fields_names: [`v${own}`] });
      const found = await fetchNumbers(client, BigInt(reqId), BigInt(reply.id as bigint));
      expect(found).toEqual([BigInt(connection * 1000)]);
    }
  }
}

async function runConnection(url: string, connection: number): Promise<void> {
  const client = await logIn(url, "many");
  await runOne(client, connection, 0);
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next < statements) await runOne(client, connection, next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
  client.close();
}

describe("200 connections of 50 statements", () => {
  let server: ServerProcess;
  beforeEach(() => {
    server = startServer();
  });
  afterEach(() => server.kill());

  it("get each its own replies, and leave nothing behind", async () => {
    const url = await server.url;
    await using db = await connect(url);
    // Without a log for topics, which keeps the latest changes in memory.
    await db.exec("create database many keep 36500 wal_retention_period 0");
    await db.exec("create stable many.st (ts timestamp, v bigint) tags (g int)");
    const run = (count: number): Promise<void[]> =>
      Promise.all(Array.from({ length: count }, (_, i) => runConnection(url, i)));
    await run(20);
    const before = await server.heap();
    await run(connections);
    const inserts = connections * Math.ceil(statements / 4);
    expect(await db.query("select count(*) from many.st").value()).toBe(BigInt(inserts));
    const open = "select count(*) from performance_schema.perf_queries";
    await expect.poll(() => db.query(open).value()).toBe(1n);
    const grown = await server.heap() - before;
    console.log(`devserver_concurrency: heap grown by ${(grown / 2 ** 20).toFixed(1)} MiB`);
    // What stays are the 180 child tables more in the catalog.
    expect(grown).toBeLessThan(2 * 2 ** 20);
  }, 120_000);
});

describe("concurrent connections", () => {
  let server: DevServer;
  let db: Connection;
  beforeEach(async () => {
    server = await createServer({ port: 0 });
    db = await connect(server.url);
    await db.exec("create database shared keep 36500");
    await db.use("shared");
    await db.exec("create stable st (ts timestamp, v bigint) tags (g int)");
  });
  afterEach(async () => {
    await db.close();
    await server.close();
  });

  it("see each statement of others wholly or not at all", async () => {
    await db.exec("create table a using st tags (1) b using st tags (2)");
    let isDone = false;
    const write = async (writer: number): Promise<void> => {
      await using own = await connect(`${server.url}/shared`);
      for (let i = 0; i < 60; i++) {
        const ts = writer * 100_000 + i;
        await own.exec(`insert into a values (${ts}, ${i}) b values (${ts}, ${-i})`);
        if (i % 10 === 9) await own.exec(`delete from st where ts = ${ts}`);
      }
    };
    let reads = 0;
    const read = async (): Promise<void> => {
      await using own = await connect(`${server.url}/shared`);
      while (!isDone) {
        const sum = await own.query("select sum(v) from st").value();
        expect(sum ?? 0n).toBe(0n);
        const { rows } = await own.query("select g, count(*) c from st group by g order by g");
        if (rows.length > 0) expect(rows[0]!["c"]).toBe(rows[1]!["c"]);
        reads++;
      }
    };
    const writers = Promise.all([1, 2, 3, 4].map(write)).finally(() => isDone = true);
    await Promise.all([writers, read(), read(), read()]);
    expect(reads).toBeGreaterThan(10);
    expect(await db.query("select count(*) from st").value()).toBe(2n * 4n * 54n);
  });

  it("write the same table, and no row is lost", async () => {
    await db.exec("create table t using st tags (1)");
    const write = async (writer: number): Promise<void> => {
      await using own = await connect(`${server.url}/shared`);
      for (let i = 0; i < 50; i++) {
        await own.exec(`insert into t values (${i * 8 + writer}, ${writer})`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
    const { rows } = await db.query("select ts, v from t", [], { values: { timestamp: "bigint" } });
    expect(rows.map((row) => row["ts"])).toEqual(
      Array.from({ length: 400 }, (_, ts) => BigInt(ts)),
    );
    expect(rows.every((row) => row["v"] === (row["ts"] as bigint) % 8n)).toBe(true);
  });

  it("find a table there or not there while others create, alter and drop it", async () => {
    await db.exec("create table a (ts timestamp, v int)");
    let isDone = false;
    const change = async (number: number): Promise<void> => {
      await using own = await connect(`${server.url}/shared`);
      for (let i = 0; i < 25; i++) {
        await own.exec(`create table t${number} (ts timestamp, v int, w int)`);
        await own.exec(`insert into t${number} values (1, 1, 1) (2, 2, 2)`);
        if (number === 0) await own.exec("alter table a add column w int");
        if (number === 0) await own.exec("alter table a drop column w");
        await own.exec(`drop table t${number}`);
      }
    };
    const outcomes = new Set<string>();
    const read = async (number: number): Promise<void> => {
      await using own = await connect(`${server.url}/shared`);
      while (!isDone) {
        await own.query("select * from a");
        const outcome = await own.query(`select * from t${number}`).then(
          ({ rowCount }) => `${rowCount} rows`,
          (error: unknown) => `0x${(error as { code: number }).code.toString(16)}`,
        );
        outcomes.add(outcome);
      }
    };
    const changes = Promise.all([0, 1].map(change)).finally(() => isDone = true);
    await Promise.all([changes, ...[0, 0, 1, 1].map(read)]);
    expect(outcomes).toContain("0x2603");
    expect(["0 rows", "0x2603", "2 rows"]).toEqual(expect.arrayContaining([...outcomes]));
  });

  it("keep reading what was there when their query began", async () => {
    const times = Array.from({ length: 20_000 }, (_, row) => new Date(1.7e12 + row));
    await db.insert("big", { ts: times, v: times.map((_, row) => BigInt(row)) }, {
      using: "st",
      tags: { g: 1 },
    });
    const batches = db.query("select ts, v from big").batches()[Symbol.asyncIterator]();
    const first = await batches.next();
    await using other = await connect(`${server.url}/shared`);
    await other.exec("insert into big values (1700000000005, -1) (1699999999999, -2)");
    await other.exec("delete from big where ts >= 1700000010000");
    let [count, sum] = [0, 0n];
    for (let next = first; !next.done; next = await batches.next()) {
      const column = next.value.column("v");
      if (column.kind !== "fixed") throw new Error("not a fixed column");
      count += next.value.rowCount;
      for (const value of column.values as BigInt64Array) sum += value;
    }
    expect([count, sum]).toEqual([20_000, 20_000n * 19_999n / 2n]);
    expect(await other.query("select count(*) from big").value()).toBe(10_001n);
  });

  it("get rows by time although late ones are stored behind", async () => {
    await db.exec("create table o using st tags (1)");
    await db.exec("insert into o values (10, 1) (20, 2) (30, 3)");
    const times = async (sql: string): Promise<unknown[]> =>
      (await db.query(sql, [], { values: { timestamp: "bigint" } })).rows.map((row) => row["ts"]);
    expect(await times("select ts from o")).toEqual([10n, 20n, 30n]);
    expect((await db.query("select -v as ts from o order by ts")).toArrays().flat())
      .toEqual([-3, -2, -1]);
    await db.exec("insert into o values (20, 22)");
    expect(await times("select ts from o order by ts")).toEqual([10n, 20n, 30n]);
    await db.exec("insert into o values (15, 4)");
    expect(await times("select ts from o")).toEqual([10n, 15n, 20n, 30n]);
    expect(await times("select ts from o order by ts")).toEqual([10n, 15n, 20n, 30n]);
  });
});
