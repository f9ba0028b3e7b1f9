/** Consumer groups: sharing vgroups, leaving, restarting, and 100,000 rows that must all arrive. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer, type DevServer } from "../../src/devserver/mod.ts";
import { blocksOf, type HandConsumer, runSql, subscribe, trySql } from "./devserver_tmq_client.ts";

const TABLES = 50;
const ROWS = 2000;
const START = 1700000000000;

let server: DevServer;

beforeAll(async () => {
  server = await createServer({ port: 0 });
  await runSql(
    server,
    "create database d vgroups 4 keep 36500",
    "create table d.st (ts timestamp, v int) tags(g int)",
    "create topic t as select tbname, ts, v from d.st",
  );
  for (let table = 0; table < TABLES; table++) {
    for (let part = 0; part < 4; part++) {
      const values = Array.from({ length: ROWS / 4 }, (_, i) => {
        const row = part * (ROWS / 4) + i;
        return `(${START + row}, ${row})`;
      });
      await runSql(
        server,
        `insert into d.t${table} using d.st tags(${table}) values${values.join("")}`,
      );
    }
  }
}, 120_000);
afterAll(() => server.close());

const small = { config: { "min.poll.rows": "1000" } };

/** Receives up to a number of messages and notes the rows. */
async function receive(
  consumer: HandConsumer,
  seen: Set<string>,
  messages: number,
  commit = true,
): Promise<{ received: number; rows: number; vgroups: Set<number> }> {
  const vgroups = new Set<number>();
  let received = 0, rows = 0;
  for (; received < messages; received++) {
    const item = await consumer.next(200);
    if (item === null) break;
    vgroups.add(item.poll.vgroup_id);
    for (const block of blocksOf([item])) {
      for (const [table, ts] of block.rows) {
        seen.add(`${table} ${ts}`);
        rows++;
      }
    }
    if (commit) {
      await consumer.ask("commit_offset", {
        topic: "t",
        vgroup_id: item.poll.vgroup_id,
        offset: Number(item.payload!.end),
      });
    }
  }
  return { received, rows, vgroups };
}

async function vgroupsOf(consumer: HandConsumer): Promise<number[]> {
  const { assignment } = await consumer.ask("assignment", { topic: "t" });
  return (assignment as { vgroup_id: number }[]).map(({ vgroup_id }) => vgroup_id).sort();
}

describe("consumer groups", () => {
  it("a consumer killed at any point and restarted gets each of 100,000 rows", async () => {
    const seen = new Set<string>();
    let total = 0, messages = 0;
    for (let run = 0; run < 40; run++) {
      const consumer = await subscribe(server, ["t"], "killed", small);
      // Killed between messages, and with a message that was received but not committed.
      const { received, rows } = await receive(consumer, seen, 1 + run % 4);
      if (run % 3 === 0) await consumer.next(200);
      consumer.close();
      total += rows;
      messages += received;
      if (received === 0) break;
    }
    expect(seen.size).toBe(TABLES * ROWS);
    expect(total).toBe(TABLES * ROWS);
    expect(messages).toBeGreaterThan(40);
  }, 60_000);

  it("without commits everything comes again", async () => {
    const seen = new Set<string>();
    for (let run = 0; run < 2; run++) {
      const consumer = await subscribe(server, ["t"], "uncommitted");
      const { rows } = await receive(consumer, seen, 1000, false);
      expect(rows).toBe(TABLES * ROWS);
      consumer.close();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it("two consumers share the vgroups, and nothing is lost when one leaves", async () => {
    const seen = new Set<string>();
    const first = await subscribe(server, ["t"], "shared", small);
    expect(await vgroupsOf(first)).toHaveLength(4);
    await receive(first, seen, 3);
    const second = await subscribe(server, ["t"], "shared", small);
    const [one, two] = [await vgroupsOf(first), await vgroupsOf(second)];
    expect([one.length, two.length, new Set([...one, ...two]).size]).toEqual([2, 2, 4]);
    const both = await Promise.all([receive(first, seen, 8), receive(second, seen, 8)]);
    expect([...both[0].vgroups].every((vgroup) => one.includes(vgroup))).toBe(true);
    expect([...both[1].vgroups].every((vgroup) => two.includes(vgroup))).toBe(true);
    // One is killed with a message it has not committed.
    await second.next();
    second.close();
    await expect.poll(() => vgroupsOf(first)).toHaveLength(4);
    await receive(first, seen, 1000);
    expect(seen.size).toBe(TABLES * ROWS);
    first.close();
  });

  it("a vgroup that changes hands can still be committed by who read it", async () => {
    const first = await subscribe(server, ["t"], "late commit", small);
    const item = (await first.next())!;
    const others = await Promise.all(
      [1, 2, 3].map(() => subscribe(server, ["t"], "late commit", small)),
    );
    const reply = await first.ask("commit_offset", {
      topic: "t",
      vgroup_id: item.poll.vgroup_id,
      offset: Number(item.payload!.end),
    });
    expect(reply.code).toBe(0);
    expect((await Promise.all([first, ...others].map(vgroupsOf))).map(({ length }) => length))
      .toEqual([1, 1, 1, 1]);
    const fifth = await subscribe(server, ["t"], "late commit", small);
    expect(await vgroupsOf(fifth)).toEqual([]);
    expect(await fifth.next(50)).toBeNull();
    others[0]!.close();
    await expect.poll(() => vgroupsOf(fifth)).toHaveLength(1);
    for (const consumer of [first, fifth, ...others]) consumer.close();
  });

  it("while rows are written, consumers that come and go lose none of them", async () => {
    await runSql(
      server,
      "create database l vgroups 4 keep 36500",
      "create table l.st (ts timestamp, v int) tags(g int)",
      "create topic live as select tbname, ts from l.st",
    );
    const seen = new Set<string>();
    let isWriting = true;
    const writing = (async () => {
      for (let i = 0; i < 300; i++) {
        const rows = [0, 1, 2].map((n) =>
          `l.t${(i * 7 + n * 11) % TABLES} using l.st tags(0) values(${START + i}, 0)`
        );
        await runSql(server, `insert into ${rows.join(" ")}`);
      }
      isWriting = false;
    })();
    const consume = async (stay: number) => {
      for (let idle = 0; idle < 2;) {
        const consumer = await subscribe(server, ["live"], "live", small);
        for (let i = 0; i < stay; i++) {
          const item = await consumer.next(100);
          if (item === null) {
            if (!isWriting) idle++;
            break;
          }
          idle = 0;
          for (const { rows } of blocksOf([item])) {
            for (const [table, ts] of rows) seen.add(`${table} ${ts}`);
          }
          await consumer.ask("commit_offset", {
            topic: "live",
            vgroup_id: item.poll.vgroup_id,
            offset: Number(item.payload!.end),
          });
        }
        consumer.close();
      }
    };
    await Promise.all([writing, consume(3), consume(5), consume(40)]);
    expect(seen.size).toBe(900);
  });

  it("groups do not disturb each other, and the size of messages follows min.poll.rows", async () => {
    const seen = new Set<string>();
    const consumer = await subscribe(server, ["t"], "large");
    const { received, rows } = await receive(consumer, seen, 1000);
    expect(rows).toBe(TABLES * ROWS);
    expect(received).toBeLessThan(40);
    consumer.close();
  });

  it("a topic with consumers cannot be dropped; their connections' end frees it", async () => {
    await runSql(server, "create topic short as database d");
    const consumer = await subscribe(server, ["short"], "g");
    expect(await trySql(server, "drop topic short")).toMatchObject({
      code: 0x03eb,
      desc: "Topic subscribed cannot be dropped",
    });
    expect(await trySql(server, "drop consumer group g on short")).toMatchObject({ code: 0x03ec });
    void consumer.ask("poll", { blocking_time: 60_000 }).catch(() => undefined);
    consumer.close();
    await expect.poll(async () => (await trySql(server, "drop topic short")).code).toBe(0);
    expect(await trySql(server, "drop topic short")).toMatchObject({ code: 0x03e1 });
  });

  it("a consumer that does not poll for max.poll.interval.ms loses its vgroups to the others", async () => {
    const late = await subscribe(server, ["t"], "late", { max_poll_interval_ms: "1000" });
    const other = await subscribe(server, ["t"], "late");
    expect(await vgroupsOf(other)).toHaveLength(2);
    await expect.poll(() => vgroupsOf(other), { timeout: 5_000 }).toHaveLength(4);
    expect(await late.ask("poll", { blocking_time: 10 })).toMatchObject({
      code: 0x03e6,
      message: "Consumer not exist",
    });
    late.close();
    other.close();
  });

  it("a restart of the server's listener keeps topics and what was committed", async () => {
    const seen = new Set<string>();
    const before = await subscribe(server, ["t"], "restart", small);
    await receive(before, seen, 10);
    await server.restart();
    const after = await subscribe(server, ["t"], "restart", small);
    await receive(after, seen, 1000);
    expect(seen.size).toBe(TABLES * ROWS);
    after.close();
  });
});
