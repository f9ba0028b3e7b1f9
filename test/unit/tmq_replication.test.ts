/** Copies under a random life of the source, stopped and resumed at random points: in the end both are the same. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyMessage, connect, type Connection, subscribe } from "../../mod.ts";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { RandomLife } from "../support/random_life.ts";
import { randomOf, testSeed } from "../support/seed.ts";

const lives = 4;
const seed = testSeed();

let origin: DevServer;
let copy: DevServer;
let source: Connection;
let target: Connection;

beforeAll(async () => {
  [origin, copy] = [await createServer({ port: 0 }), await createServer({ port: 0 })];
  source = await connect(origin.url);
  target = await connect(copy.url);
});
afterAll(async () => {
  for (const db of [source, target]) await db.close();
  for (const server of [origin, copy]) await server.close();
});

/** Applies up to so many messages; the last of them is not committed. */
async function resume(topic: string, most: number): Promise<number> {
  await using consumer = await subscribe(origin.url, {
    topics: [topic],
    groupId: "copy",
    offsetReset: "earliest",
    autoCommit: false,
    config: { "min.poll.rows": "1" },
  });
  let count = 0;
  while (count < most) {
    const message = await consumer.poll(300);
    if (message === null) {
      // A busy machine may be late with a message.
      if (await consumer.lag() === 0n) break;
      continue;
    }
    const { skipped } = await applyMessage(message, { source, target });
    expect(skipped).toEqual([]);
    if (++count < most) await message.commit();
  }
  return count;
}

async function read(db: Connection, sql: string): Promise<unknown[][]> {
  return (await db.query(sql)).toArrays();
}

/** Rows in the order of their first value: a copy may have columns in another order. */
async function sorted(db: Connection, sql: string): Promise<unknown[][]> {
  const rows = await read(db, sql);
  return rows.sort(([one], [other]) => String(one) < String(other) ? -1 : 1);
}

describe("applyMessage()", () => {
  it.each(Array.from({ length: lives }, (_, life) => (seed + life) % 2 ** 32))(
    "makes the same of a random life (TDWIRE_TEST_SEED=%i)",
    async (start) => {
      const [name, random] = [`life${start}`, randomOf(start)];
      for (const db of [source, target]) {
        await db.exec(`create database ${name} vgroups 3 wal_retention_period 3600`);
        await db.use(name);
      }
      await source.exec(`create topic ${name} with meta as database ${name}`);
      const life = new RandomLife(source, random);
      for (let round = 0; round < 12; round++) {
        for (let i = 0; i < 12; i++) await life.step();
        await resume(name, 1 + random(12));
      }
      while (await resume(name, 1_000) > 0);
      for (
        const sql of [
          "show stables",
          "show tables",
          ...[...life.superTables, ...life.tables].map((table) => `describe ${table.name}`),
          ...life.superTables.map(({ name, tags }) =>
            `select distinct tbname, ${[...tags].join(", ")} from ${name}`
          ),
          ...life.tables.map(({ name, columns }) =>
            `select ts, ${[...columns.keys()].join(", ")} from ${name}`
          ),
        ]
      ) {
        expect([sql, await sorted(target, sql)]).toEqual([sql, await sorted(source, sql)]);
      }
    },
    60_000,
  );
});
