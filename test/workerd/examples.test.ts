import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { testUrl } from "../conformance/env.ts";
import { patiently } from "../conformance/tmq_support.ts";
import { bundleWorker, startWorker } from "./workers.ts";

const database = "workerd_examples";
const topic = "power_all";
let db: Connection;
const workers: Miniflare[] = [];

async function start(name: string, bindings: object): Promise<Miniflare> {
  const worker = startWorker(await bundleWorker(`examples/edge/${name}.ts`, name), bindings);
  workers.push(worker);
  return worker;
}

beforeAll(async () => {
  db = await connect(testUrl);
  await db.exec(`drop topic if exists ${topic}`);
  await db.exec(`drop database if exists ${database}`);
  await db.exec(`create database ${database} wal_retention_period 3600`);
  await db.use(database);
  await db.exec("create stable meters (ts timestamp, voltage int) tags (site nchar(16))");
  await db.exec(`create topic ${topic} as database ${database}`);
});

afterAll(async () => {
  for (const worker of workers) await worker.dispose();
  await patiently(() => db.exec(`drop topic ${topic}`));
  await db.exec(`drop database ${database}`);
  await db.close();
});

const row = (second: number) => ({
  tbname: "d1",
  site: "north",
  ts: new Date(1_700_000_000_000 + second * 1_000).toISOString(),
  voltage: 220 + second,
});
const post = (rows: object[]) => ({ method: "POST", body: JSON.stringify(rows) });

describe("the worker examples/edge/query.ts", () => {
  it("writes behind its response, reads, and keeps no socket for the next request", async () => {
    const worker = await start("query", {
      bindings: { TDENGINE_URL: testUrl.replace(/\/*$/, `/${database}`) },
    });
    for (let second = 0; second < 3; second++) {
      const { status } = await worker.dispatchFetch("http://worker/", post([row(second)]));
      expect(status).toBe(202);
    }
    await expect.poll(async () => {
      const response = await worker.dispatchFetch("http://worker/?site=north");
      return ((await response.json()) as { voltage: number }[]).map(({ voltage }) => voltage);
    }).toEqual([222, 221, 220]);
    const response = await worker.dispatchFetch("http://worker/?site=nowhere");
    expect(await response.json()).toEqual([]);
  });
});

describe("the Durable Object examples/edge/consumer.ts", () => {
  it("follows a topic beyond the request that started it", async () => {
    const worker = await start("consumer", {
      bindings: { TDENGINE_URL: testUrl },
      durableObjects: { FOLLOWER: "Follower" },
    });
    const count = async () =>
      ((await (await worker.dispatchFetch("http://worker/")).json()) as { rows: number }).rows;
    await expect.poll(count, { timeout: 20_000 }).toBe(3);
    await db.exec("insert into d1 values (1700000100000, 1), (1700000101000, 2)");
    await expect.poll(count, { timeout: 20_000 }).toBe(5);
  });
});
