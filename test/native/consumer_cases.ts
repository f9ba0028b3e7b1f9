/**
 * Consumers of libtaos that are slow, interrupted or closed.
 *
 * @module
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { connect, type Message } from "../../mod.ts";
import type { NativeCase } from "./case.ts";
import { valuesOf, withReadings } from "./readings.ts";

/** Cases about the life of a consumer. */
export const consumerCases: readonly NativeCase[] = [
  {
    name: "consumer.poll() holds no query up, and queries hold no poll up",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const order: string[] = [];
        await using db = await connect(tools.url);
        await using consumer = await subscribe();
        tools.standIn.delay("tmq_consumer_poll", 500);
        const polled = consumer.poll(5_000).then(() => order.push("poll"));
        await db.query("select 1");
        order.push("query");
        await polled;
        tools.standIn.delay("tmq_consumer_poll", 0);
        deepEqual(order, ["query", "poll"]);
      }),
  },
  {
    name: "consumer.poll() that is aborted keeps the message for the next one",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        await using consumer = await subscribe();
        tools.standIn.delay("tmq_consumer_poll", 300);
        const reason = new Error("enough");
        const controller = new AbortController();
        const polled = consumer.poll(5_000, { signal: controller.signal });
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.abort(reason);
        await rejects(polled, reason);
        tools.standIn.delay("tmq_consumer_poll", 0);
        deepEqual(await valuesOf(consumer), [0, 1, 2, 3]);
      }),
  },
  {
    name: "consumer.close() waits for the poll under way, and what was polled is freed",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const consumer = await subscribe();
        tools.standIn.delay("tmq_consumer_poll", 400);
        const polled = consumer.poll(5_000).then(() => "message", (error: Error) => error.name);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await consumer.close();
        tools.standIn.delay("tmq_consumer_poll", 0);
        equal(await polled, "ConnectionError");
        equal(tools.standIn.live(), 0);
        await rejects(consumer.poll(), { name: "ConnectionError" });
        await consumer.close();
      }),
  },
  {
    name: "consumer.close() need not wait for the end of a long poll",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const consumer = await subscribe({ offsetReset: "latest", prefetch: 0 });
        const polled = consumer.poll(60_000).then(() => "message", (error: Error) => error.name);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await consumer.close();
        equal(await polled, "ConnectionError");
        equal(tools.standIn.live("consumer"), 0);
      }),
  },
  {
    name: "consumer of a loop that is broken off gives back what it had fetched ahead",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        const seen: Message[] = [];
        {
          await using consumer = await subscribe({ prefetch: 10 });
          for await (const message of consumer) {
            seen.push(message);
            break;
          }
          equal(tools.standIn.live("consumer"), 1);
        }
        equal(seen.length, 1);
        equal(tools.standIn.live(), 0);
      }),
  },
  {
    name: "subscribe() gives two consumers of one process a thread each",
    run: (tools) =>
      withReadings(tools, async ({ subscribe }) => {
        await using first = await subscribe({ groupId: `${tools.database}_1` });
        await using second = await subscribe({ groupId: `${tools.database}_2` });
        const values = await Promise.all([valuesOf(first), valuesOf(second)]);
        deepEqual(values, [[0, 1, 2, 3], [0, 1, 2, 3]]);
      }),
  },
];
