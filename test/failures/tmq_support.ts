/**
 * What the cases about subscriptions share.
 *
 * @module
 */
import { type Consumer, type Message, subscribe, type SubscribeOptions } from "../../mod.ts";
import type { FailureTools } from "./case.ts";
import type { FakeOptions, Script } from "./fake_server.ts";
import { FakeTopics } from "./fake_topics.ts";

/** Options of a subscription from the begin of the log, without automatic commits. */
export const base = {
  topics: ["t"],
  groupId: "g",
  offsetReset: "earliest",
  autoCommit: false,
} as const;

/** A topic with rows 0 … count − 1 in two vgroups, a server for it, and a way to subscribe. */
export async function start(
  { serve }: FailureTools,
  count: number,
  script: (topics: FakeTopics) => Script = () => ({}),
  options: Omit<FakeOptions, "script"> = {},
) {
  const topics = new FakeTopics();
  for (let i = 0; i < count; i++) topics.append(1 + i % 2, i);
  const server = await serve({ ...options, script: { ...topics.script, ...script(topics) } });
  const open = (options: Partial<SubscribeOptions> = {}) =>
    subscribe(server.url, { ...base, ...options });
  return { topics, server, open };
}

/** Values of messages' rows. */
export const valuesOf = (message: Message): number[] =>
  message.rows<{ v: number }>().map(({ v }) => v);

/** Messages until none has come for a while, so many times. */
export async function drain(consumer: Consumer, idle = 1): Promise<Message[]> {
  const messages: Message[] = [];
  for (let misses = 0; misses < idle;) {
    const message = await consumer.poll(150);
    if (message === null) misses++;
    else messages.push(message);
  }
  return messages;
}

/** Numbers in order. */
export const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
/** 0 … count − 1. */
export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
