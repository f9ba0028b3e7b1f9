/**
 * Several consumers of a group.
 *
 * @module
 */
import { type Connection, type Consumer, type Message, subscribe } from "../../mod.ts";
import type { Case, CaseTools } from "./case.ts";
import { patiently } from "./tmq_support.ts";

const startMs = 1_700_000_000_000;
const tables = 24;
const rowsPerTable = 500;
/** A real server takes some seconds to give vgroups to others. */
const balanceMs = 40_000;

/** Makes a topic of many rows, `v` = 0, 1, …; and a way to join its group. */
async function withRows(
  tools: CaseTools,
  work: (
    topic: string,
    join: (config?: Record<string, string>) => Promise<Consumer>,
  ) => Promise<void>,
): Promise<void> {
  await using db = await tools.open() as Connection;
  const topic = `${tools.database}_topic`;
  await patiently(() => db.exec(`drop topic if exists ${topic}`));
  await db.exec("create stable st (ts timestamp, v int) tags (g int)");
  await db.exec(`create topic ${topic} as select ts, v from st`);
  for (let i = 0; i < tables; i++) {
    const rows = Array.from({ length: rowsPerTable }, (_, n) => {
      const v = i * rowsPerTable + n;
      return `(${startMs + n}, ${v})`;
    });
    await db.exec(`insert into c${i} using st tags (${i}) values ${rows.join(" ")}`);
  }
  const join = (config: Record<string, string> = {}) =>
    subscribe(tools.url, {
      topics: [topic],
      groupId: `${topic}_group`,
      offsetReset: "earliest",
      autoCommit: false,
      config: { "min.poll.rows": "1", ...config },
    });
  try {
    await work(topic, join);
  } finally {
    await patiently(() => db.exec(`drop topic if exists ${topic}`));
  }
}

/** What consumers have been given. */
class Received {
  readonly values = new Set<number>();
  readonly vgroups = new Map<Consumer, Set<number>>();
  messages = 0;

  async take(consumer: Consumer, timeoutMs = 500): Promise<Message | null> {
    const message = await consumer.poll(timeoutMs);
    if (message === null) return null;
    this.messages++;
    for (const { v } of message.rows<{ v: number }>()) this.values.add(v);
    const vgroups = this.vgroups.get(consumer) ?? new Set();
    this.vgroups.set(consumer, vgroups.add(message.vgroupId));
    return message;
  }
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + balanceMs; !await isSo();) {
    if (performance.now() > end) throw new Error(`${what}: not within ${balanceMs / 1000} s`);
  }
}

const all = tables * rowsPerTable;

/** Cases about groups. */
export const tmqGroupCases: readonly Case[] = [
  {
    name: "two consumers of a group share the vgroups, and lose nothing when one of them leaves",
    needs: ["consumers"],
    databaseOptions: "vgroups 4",
    async run(tools) {
      await withRows(tools, async (topic, join) => {
        const received = new Received();
        await using stays = await join();
        await using leaves = await join();
        const idsOf = async (consumer: Consumer) =>
          (await consumer.assignment(topic)).map(({ vgroupId }) => vgroupId);
        await until("two vgroups each", async () => {
          // What one of them gets before the balance is nobody else's: it is finished and committed.
          for (const consumer of [stays, leaves]) {
            await (await received.take(consumer, 100))?.commit().catch(() => {});
          }
          const [one, two] = [await idsOf(stays), await idsOf(leaves)];
          return one.length === 2 && two.length === 2 && new Set([...one, ...two]).size === 4;
        });
        for (let i = 0; i < 3; i++) {
          for (const consumer of [stays, leaves]) await (await received.take(consumer))?.commit();
        }
        // The last message of the one that leaves is given, but not committed.
        const last = await received.take(leaves);
        const before = received.values.size;
        for (const { v } of last?.rows<{ v: number }>() ?? []) received.values.delete(v);
        await leaves.close();
        await until("all rows", async () => {
          await (await received.take(stays))?.commit();
          return received.values.size === all;
        });
        tools.equal((await idsOf(stays)).length, 4);
        const shares = [stays, leaves].map((consumer) => received.vgroups.get(consumer)?.size ?? 0);
        console.log(
          `two consumers: ${received.values.size} of ${all} rows in ${received.messages} messages, ${before} before one left; vgroups read ${shares}`,
        );
      });
    },
  },
  {
    name: "a consumer that does not poll for max.poll.interval.ms joins its group again",
    needs: ["consumers"],
    databaseOptions: "vgroups 1",
    async run(tools) {
      await withRows(tools, async (_topic, join) => {
        const received = new Received();
        await using consumer = await join({ "max.poll.interval.ms": "1000" });
        await (await received.take(consumer, 5_000))!.commit();
        consumer.pause();
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        consumer.resume();
        await until("all rows", async () => {
          await (await received.take(consumer))?.commit().catch(() => {});
          return received.values.size === all;
        });
      });
    },
  },
];
