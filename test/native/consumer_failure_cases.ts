/**
 * Consumers of a libtaos whose calls fail: each failure is told, and nothing is left behind.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { ClientEvent, Consumer } from "../../mod.ts";
import type { NativeCase } from "./case.ts";
import { type Readings, valuesOf, withReadings } from "./readings.ts";

/** Out of memory: nothing that goes by itself. */
const outOfMemory = 0x80000102;
/** The connection is broken. */
const broken = 0x80000018;

const outOfMemoryError = { name: "TmqError", code: 0x0102 };

type Work = (consumer: Consumer, readings: Readings) => Promise<unknown>;

/** Work of a consumer, and the function of libtaos that it rests on. */
const works: readonly (readonly [work: string, functionName: string, run: Work])[] = [
  ["commit()", "tmq_commit_offset_sync", (consumer) => consumer.commit()],
  ["committed()", "tmq_committed", (consumer, { topic }) => consumer.committed(topic)],
  [
    "assignment()",
    "tmq_get_topic_assignment",
    (consumer, { topic }) => consumer.assignment(topic),
  ],
  ["topics()", "tmq_subscription", (consumer) => consumer.topics()],
  ["seekToBeginning()", "tmq_offset_seek", (consumer) => consumer.seekToBeginning()],
  ["unsubscribe()", "tmq_unsubscribe", (consumer) => consumer.unsubscribe()],
];

function failingWork([work, functionName, run]: (typeof works)[number]): NativeCase {
  return {
    name: `consumer.${work} whose call fails is a TmqError, and does its work the next time`,
    run: (tools) =>
      withReadings(tools, async (readings) => {
        await using consumer = await readings.subscribe({ prefetch: 0 });
        await valuesOf(consumer);
        tools.standIn.fail(functionName, 1, outOfMemory);
        await rejects(run(consumer, readings), outOfMemoryError);
        await run(consumer, readings);
      }),
  };
}

function failingOpening(functionName: string): NativeCase {
  return {
    name: `subscribe() whose ${functionName} fails leaves nothing behind`,
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        tools.standIn.fail(functionName, 1, outOfMemory);
        await rejects(subscribe(), outOfMemoryError);
        equal(tools.standIn.live(), 0);
        tools.standIn.fail(functionName, 1, broken);
        await rejects(subscribe(), { name: "ConnectionError", code: 0x0018 });
      }),
  };
}

/** Cases about failing calls. */
export const consumerFailureCases: readonly NativeCase[] = [
  ...works.map(failingWork),
  ...["tmq_consumer_new", "tmq_subscribe"].map(failingOpening),
  {
    name: "consumer.poll() whose message cannot be read tells so, joins anew and loses nothing",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const events: ClientEvent["type"][] = [];
        const onEvent = ({ type }: ClientEvent) => void events.push(type);
        await using consumer = await subscribe({ onEvent });
        tools.standIn.fail("tmq_get_raw", 1, outOfMemory);
        await rejects(valuesOf(consumer), outOfMemoryError);
        deepEqual(await valuesOf(consumer), [0, 1, 2, 3]);
        ok(events.includes("reconnect"));
      }),
  },
  {
    name: "consumer.close() whose call fails does it once more: else the consumer would live on",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const consumer = await subscribe();
        tools.standIn.fail("tmq_consumer_close", 1, outOfMemory);
        await consumer.close();
        equal(tools.standIn.live("consumer"), 0);
      }),
  },
  {
    name: "consumer.poll() that fails is a TmqError, and the consumer goes on",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        await using consumer = await subscribe({ prefetch: 0 });
        tools.standIn.fail("tmq_consumer_poll", 1, outOfMemory);
        await rejects(consumer.poll(5_000), outOfMemoryError);
        deepEqual(await valuesOf(consumer), [0, 1, 2, 3]);
      }),
  },
  {
    name: "consumer.poll() joins anew when the connection broke",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const events: ClientEvent["type"][] = [];
        const onEvent = ({ type }: ClientEvent) => void events.push(type);
        await using consumer = await subscribe({ onEvent });
        tools.standIn.fail("tmq_consumer_poll", 2, broken);
        deepEqual(await valuesOf(consumer), [0, 1, 2, 3]);
        ok(events.includes("reconnect"));
        equal(tools.standIn.live("consumer"), 1);
      }),
  },
  {
    name: "consumer.poll() that outlasts the time limit joins anew, and the late one is freed",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const events: ClientEvent["type"][] = [];
        const onEvent = ({ type }: ClientEvent) => void events.push(type);
        await using consumer = await subscribe({ requestTimeoutMs: 500, onEvent });
        tools.standIn.delay("tmq_consumer_poll", 1_000);
        const polled = consumer.poll(1_500);
        await new Promise((resolve) => setTimeout(resolve, 800));
        tools.standIn.delay("tmq_consumer_poll", 0);
        await polled;
        await valuesOf(consumer);
        ok(events.includes("reconnect"));
        equal(tools.standIn.live("consumer"), 1);
      }),
  },
];
