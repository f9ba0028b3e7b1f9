/**
 * What the cases about subscriptions share.
 *
 * @module
 */
import {
  type Connection,
  type Consumer,
  type Message,
  type MessageBlock,
  subscribe,
  type SubscribeOptions,
} from "../../mod.ts";
import type { CaseTools } from "./case.ts";

/** Time of the first row. */
export const startMs = 1_700_000_000_000;

/** Does something that the server may refuse while it still lets go of a consumer. */
export async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let i = 0;; i++) {
    try {
      return void await work();
    } catch (error) {
      if (i >= 15) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Runs work with a topic of the case's database, and drops the topic behind it. */
export async function withTopic(
  tools: CaseTools,
  definition: string,
  work: (topic: string, db: Connection) => Promise<void>,
): Promise<void> {
  await using db = await tools.open();
  const topic = `${tools.database}_topic`;
  await patiently(() => db.exec(`drop topic if exists ${topic}`));
  await db.exec(`create topic ${topic} ${definition}`);
  try {
    await work(topic, db as Connection);
  } finally {
    await patiently(() => db.exec(`drop topic if exists ${topic}`));
  }
}

/** Subscribes from the begin of the log, without automatic commits. */
export async function open(
  { url }: CaseTools,
  topic: string,
  options: Partial<SubscribeOptions> = {},
): Promise<Consumer> {
  const groupId = `${topic}_group`;
  const base = { topics: [topic], groupId, offsetReset: "earliest", autoCommit: false } as const;
  // With the server's default all rows of a small vgroup come as one message.
  return await subscribe(url, { ...base, config: { "min.poll.rows": "1" }, ...options });
}

/** Messages until none has come for a while. */
export async function drain(consumer: Consumer, idle = 3): Promise<Message[]> {
  const messages: Message[] = [];
  for (let misses = 0; misses < idle;) {
    const message = await consumer.poll(700);
    if (message === null) misses++;
    else {
      messages.push(message);
      misses = 0;
    }
  }
  return messages;
}

/** All blocks. */
export const blocksOf = (messages: readonly Message[]): MessageBlock[] =>
  messages.flatMap(({ blocks }) => blocks);
/** Values `v` of all rows, in order. */
export const valuesOf = (messages: readonly Message[]): number[] =>
  messages.flatMap((message) => message.rows<{ v: number }>().map(({ v }) => v)).sort((a, b) =>
    a - b
  );

/** Rows `v` = from … to − 1 in two child tables of `st`. */
export async function fill(db: Connection, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    await db.exec(`insert into c${i % 2} using st tags (${i % 2}) values (${startMs + i}, ${i})`);
  }
}
