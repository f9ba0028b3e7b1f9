/**
 * Memory of a server in its own process while results many times larger than its tables are read from it. A server that
 * made a whole result before it sent it would hold it all.
 */

import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type Connection } from "../../mod.ts";
import { type ServerProcess, startServer } from "./devserver_process.ts";

const rows = 200_000;
const textBytes = 200;
/** How often a row's text stands in a result. */
const copies = 8;
const resultBytes = rows * textBytes * copies;
/** What the server's runtime may leave uncollected for a while, and what waits to be sent. */
const allowance = resultBytes * 3 / 4;

describe.skipIf(!existsSync("/proc/self/status"))("a large result", () => {
  let server: ServerProcess;
  let db: Connection;
  let url: string;
  let heapBefore: number;

  beforeAll(async () => {
    server = startServer();
    url = await server.url;
    db = await connect(url);
    // Without a log for topics, which keeps the latest changes in memory.
    await db.exec("create database big keep 36500 wal_retention_period 0");
    await db.use("big");
    await db.exec("create stable st (ts timestamp, s varchar(200)) tags (g int)");
    const text = "x".repeat(textBytes);
    heapBefore = await server.heap();
    for (let table = 0; table < rows; table += 20_000) {
      const times = Array.from({ length: 20_000 }, (_, row) => new Date(1.7e12 + table + row));
      await db.insert(`t${table % 4}`, { ts: times, s: times.map(() => text) }, {
        using: "st",
        tags: { g: table % 4 },
      });
    }
  }, 60_000);
  afterAll(async () => {
    await db?.close();
    await server?.kill();
  });

  /** Most memory the server had while `read` ran, above what it had before. */
  async function growth(read: (sample: () => void) => Promise<void>): Promise<number> {
    const before = server.memory();
    let peak = before;
    await read(() => peak = Math.max(peak, server.memory()));
    return peak - before;
  }

  const texts = Array.from({ length: copies }, (_, copy) => `s as s${copy}`).join(", ");

  it("that was written before stays out of the heap", async () => {
    expect(await server.heap() - heapBefore).toBeLessThan(rows * textBytes / 10);
  });

  it("over WebSocket is streamed in blocks of at most 4096 rows", async () => {
    let [read, largest] = [0, 0];
    const grown = await growth(async (sample) => {
      for await (const batch of db.query(`select ts, ${texts} from st`).batches()) {
        read += batch.rowCount;
        largest = Math.max(largest, batch.rowCount);
        sample();
      }
    });
    expect(read).toBe(rows);
    expect(largest).toBeLessThanOrEqual(4096);
    expect(grown).toBeLessThan(allowance);
  }, 60_000);

  it("over REST is streamed", async () => {
    let bytes = 0;
    const grown = await growth(async (sample) => {
      const reply = await fetch(`${url.replace("ws:", "http:")}/rest/sql/big`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa("root:taosdata")}` },
        body: `select ts, ${texts} from st`,
      });
      for await (const piece of reply.body!) {
        bytes += piece.byteLength;
        sample();
      }
    });
    expect(bytes).toBeGreaterThan(resultBytes);
    expect(grown).toBeLessThan(allowance);
  }, 60_000);

  it("that the client stops reading stops being made", async () => {
    const reply = await fetch(`${url.replace("ws:", "http:")}/rest/sql/big`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("root:taosdata")}` },
      body: `select ts, ${texts} from st`,
    });
    const reader = reply.body!.getReader();
    await reader.read();
    const before = server.memory();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(server.memory() - before).toBeLessThan(allowance / 4);
    await reader.cancel();
    expect(await db.query("select count(*) from st").value()).toBe(BigInt(rows));
  }, 60_000);
});
