/**
 * Cases about subscriptions: limits of waits, options and defaults, as the contract has them.
 *
 * @module
 */
import type { Consumer, RequestOptions } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import { pause } from "./fake_server.ts";
import { drain, start, valuesOf } from "./tmq_support.ts";

const place = { topic: "t", vgroupId: 1, offset: 0n };

/** All requests of a consumer: each takes limits last. */
const requests: Readonly<
  Record<string, (consumer: Consumer, o: RequestOptions) => Promise<unknown>>
> = {
  commit: (consumer, o) => consumer.commit(undefined, o),
  commitOffsets: (consumer, o) => consumer.commitOffsets([place], o),
  assignment: (consumer, o) => consumer.assignment("t", o),
  committed: (consumer, o) => consumer.committed("t", [1], o),
  position: (consumer, o) => consumer.position("t", [1], o),
  seek: (consumer, o) => consumer.seek(place, o),
  seekToBeginning: (consumer, o) => consumer.seekToBeginning("t", o),
  seekToEnd: (consumer, o) => consumer.seekToEnd("t", o),
  lag: (consumer, o) => consumer.lag(o),
  topics: (consumer, o) => consumer.topics(o),
  unsubscribe: (consumer, o) => consumer.unsubscribe(o),
};

/** The action on the wire that a request begins with. */
const actions: Readonly<Record<string, string>> = {
  commit: "commit_offset",
  commitOffsets: "commit_offset",
  seekToBeginning: "assignment",
  seekToEnd: "assignment",
  lag: "assignment",
  topics: "list_topics",
};

/** Cases about the contract. */
export const tmqContractCases: readonly FailureCase[] = [
  {
    name: "each request of a consumer takes a signal, a time limit and a request id",
    async run(tools) {
      for (const [name, request] of Object.entries(requests)) {
        let isSilent = false;
        const action = actions[name] ?? name;
        const { topics, server, open } = await start(tools, 2, (made) => ({
          committed: (to, peer) => peer.reply(to, { committed: [-2147467247] }),
          [action]: (to, peer) => isSilent ? undefined : made.script[action]!(to, peer),
        }));
        topics.log(1);
        await using consumer = await open({ prefetch: 0 });
        await consumer.poll();
        isSilent = true;
        const gone = AbortSignal.abort("gone");
        tools.equal(await failureOf(request(consumer, { signal: gone })) as unknown, "gone", name);
        if (name !== "commit") {
          const reqId = 2n ** 60n + 1n;
          tools.equal(
            (await failureOf(request(consumer, { timeoutMs: 30, reqId }))).name,
            "TimeoutError",
            name,
          );
          tools.ok(server.of(action).some((received) => received.reqId === reqId), name);
        }
        await tools.rejects(request(consumer, { timeoutMs: -1 }), { name: "InterfaceError" });
        await tools.rejects(request(consumer, { reqId: 0 }), { name: "InterfaceError" });
        server.dropAll();
      }
    },
  },
  {
    name: "message.commit() and consumer.commit(message) take limits, too",
    async run(tools) {
      const { open } = await start(tools, 1, () => ({ commit_offset: () => {} }));
      await using consumer = await open();
      const message = (await consumer.poll())!;
      for (
        const commit of [
          (o: RequestOptions) => message.commit(o),
          (o: RequestOptions) => consumer.commit(message, o),
        ]
      ) {
        tools.equal((await failureOf(commit({ timeoutMs: 30 }))).name, "TimeoutError");
        tools.equal(
          await failureOf(commit({ signal: AbortSignal.abort("gone") })) as unknown,
          "gone",
        );
      }
    },
  },
  {
    name: "consumer.poll() waits a second unless said otherwise, and 0 takes what is there",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      topics.log(1);
      await using consumer = await open();
      const startMs = performance.now();
      tools.equal(await consumer.poll(), null);
      tools.ok(performance.now() - startMs >= 950, "it gave up early");
      tools.equal(await consumer.poll(0), null);
      await tools.rejects(consumer.poll(-1), { name: "InterfaceError" });
      tools.equal((await failureOf(consumer.poll(5_000, { timeoutMs: 40 }))).name, "TimeoutError");
    },
  },
  {
    name: "a group begins at the end of the log unless said otherwise",
    async run(tools) {
      const { topics, server, open } = await start(tools, 3);
      await using consumer = await open({ offsetReset: undefined });
      tools.equal(server.of("subscribe")[0]!.args["offset_reset"], "latest");
      tools.deepEqual(await drain(consumer), []);
      topics.append(1, 7);
      tools.deepEqual((await drain(consumer)).flatMap(valuesOf), [7]);
    },
  },
  {
    name: "close() ends loops, and leaving a loop leaves the consumer usable",
    async run(tools) {
      const { open } = await start(tools, 3);
      const consumer = await open();
      for await (const message of consumer) {
        tools.ok(message.blocks.length > 0);
        break;
      }
      tools.ok(await consumer.poll());
      const values: number[] = [];
      const loop = (async () => {
        for await (const message of consumer) values.push(...valuesOf(message));
      })();
      await pause(60);
      await consumer.close();
      await loop;
      tools.equal(values.length, 1);
    },
  },
  {
    name: "subscribe() that is aborted, before or while it connects, rejects with the reason",
    async run(tools) {
      const { open } = await start(tools, 0, () => ({ subscribe: () => {} }));
      const gone = AbortSignal.abort("gone");
      tools.equal(await failureOf(open({ signal: gone })) as unknown, "gone");
      const controller = new AbortController();
      const opening = failureOf(open({ signal: controller.signal }));
      await pause(40);
      controller.abort("enough");
      tools.equal(await opening as unknown, "enough");
      tools.equal((await failureOf(open({ requestTimeoutMs: 40 }))).name, "TimeoutError");
    },
  },
];
