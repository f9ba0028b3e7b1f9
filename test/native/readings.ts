/**
 * A topic with four readings, for cases about consumers.
 *
 * @module
 */
import type { Consumer, SubscribeOptions } from "../../mod.ts";
import type { NativeTools } from "./case.ts";

const startMs = 1_700_000_000_000;
const maxMisses = 4;

/** A topic, and how to subscribe to it. */
export interface Readings {
  readonly topic: string;
  /** Subscribes natively, from the begin of the log. */
  subscribe(options?: Partial<SubscribeOptions>): Promise<Consumer>;
}

/** Runs work with a topic of four rows in two tables; drops the topic behind it. */
export async function withReadings(
  { admin, database, url, subscribe }: NativeTools,
  work: (readings: Readings) => Promise<void>,
): Promise<void> {
  const topic = `${database}_topic`;
  await admin.exec("create stable st (ts timestamp, v int) tags (g int)");
  await admin.exec(`create topic ${topic} with meta as stable st`);
  for (let i = 0; i < 4; i++) {
    await admin.exec(
      `insert into c${i % 2} using st tags (${i % 2}) values (${startMs + i}, ${i})`,
    );
  }
  const base = {
    topics: [topic],
    groupId: `${topic}_group`,
    offsetReset: "earliest",
    autoCommit: false,
    // With the server's default all rows of a small vgroup come as one message.
    config: { "min.poll.rows": "1" },
  } as const;
  try {
    await work({ topic, subscribe: (options) => subscribe(url, { ...base, ...options }) });
  } finally {
    await admin.exec(`drop topic if exists ${topic}`);
  }
}

/** The readings that come until none has come for a while, each once, in their order. */
export async function valuesOf(consumer: Consumer): Promise<number[]> {
  const values = new Set<number>();
  for (let misses = 0; misses < maxMisses;) {
    const message = await consumer.poll(400);
    if (message === null) misses++;
    else message.rows<{ v: number }>().forEach(({ v }) => values.add(v));
  }
  return [...values].sort((a, b) => a - b);
}
