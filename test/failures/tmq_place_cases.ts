/**
 * Cases about subscriptions: commits and places in the log.
 *
 * @module
 */
import type { ClientEvent } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import { pause, until } from "./fake_server.ts";
import { drain, sorted, start, upTo, valuesOf } from "./tmq_support.ts";

const commits: readonly FailureCase[] = [
  {
    name: "message.commit() commits up to itself, not what was fetched ahead, and never back",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      for (let i = 0; i < 5; i++) topics.append(1, i);
      await using consumer = await open();
      const messages = [await consumer.poll(), await consumer.poll(), await consumer.poll()];
      await pause(30);
      await messages[1]!.commit();
      tools.equal(topics.committed.get("g 1"), 2);
      await messages[0]!.commit();
      tools.equal(topics.committed.get("g 1"), 2);
      tools.deepEqual(await consumer.committed("t"), [{ vgroupId: 1, offset: 2n }]);
      await consumer.commit();
      tools.equal(topics.committed.get("g 1"), 3);
      await consumer.commitOffsets([{ topic: "t", vgroupId: 1, offset: 1n }]);
      tools.deepEqual(await consumer.committed("t", [1]), [{ vgroupId: 1, offset: 1n }]);
    },
  },
  {
    name: "automatic commits pass neither the message in work nor those fetched ahead",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0);
      for (let i = 0; i < 4; i++) topics.append(1, i);
      const events: ClientEvent[] = [];
      const consumer = await open({
        autoCommit: { intervalMs: 5 },
        onEvent: (event) => void events.push(event),
      });
      for (let i = 0; i < 3; i++) {
        await consumer.poll();
        const finished = i === 0 ? undefined : i;
        await until(() => topics.committed.get("g 1") === finished, `a commit of ${i}`);
        await pause(40);
        tools.equal(topics.committed.get("g 1"), finished);
      }
      await consumer.close();
      tools.equal(topics.committed.get("g 1"), 2, "the third message was not finished");
      tools.ok(server.of("subscribe").every(({ args }) => args["auto_commit"] === "false"));
      tools.ok(
        events.some((event) => event.type === "commit" && event.automatic && event.offset === 2n),
      );
    },
  },
  {
    name:
      "a loop that is left does not finish its message; the next loop does, and close() commits it",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      for (let i = 0; i < 4; i++) topics.append(1, i);
      const consumer = await open({ autoCommit: true });
      for await (const message of consumer) if (valuesOf(message)[0] === 1) break;
      await consumer.close();
      tools.equal(topics.committed.get("g 1"), 1);
      const again = await open({ autoCommit: true });
      const seen: number[] = [];
      for await (const message of again) {
        seen.push(...valuesOf(message));
        if (seen.length === 2) break;
      }
      tools.deepEqual(seen, [1, 2]);
      for await (const message of again) {
        seen.push(...valuesOf(message));
        break;
      }
      await again.close();
      tools.deepEqual(seen, [1, 2, 3]);
      tools.equal(topics.committed.get("g 1"), 3);
    },
  },
  {
    name: "two loops share the messages, and the slower one holds back the commit of its vgroup",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      for (let i = 0; i < 6; i++) topics.append(1, i);
      await using consumer = await open({ autoCommit: { intervalMs: 1 } });
      const [slow, fast] = [consumer[Symbol.asyncIterator](), consumer[Symbol.asyncIterator]()];
      await slow.next();
      for (let i = 0; i < 3; i++) await fast.next();
      await pause(40);
      tools.equal(topics.committed.get("g 1"), undefined);
      await slow.next();
      await until(() => topics.committed.get("g 1") === 3, "the commit of what both have finished");
    },
  },
];
const places: readonly FailureCase[] = [
  {
    name:
      "position(), assignment() and lag() tell where the application is, not what was fetched ahead",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      for (let i = 0; i < 5; i++) topics.append(1, i);
      await using consumer = await open();
      await consumer.poll();
      await pause(40);
      tools.deepEqual(await consumer.position("t"), [{ vgroupId: 1, offset: 1n }]);
      tools.deepEqual(await consumer.assignment(), [{
        topic: "t",
        vgroupId: 1,
        offset: 1n,
        begin: 0n,
        end: 5n,
      }]);
      tools.equal(await consumer.lag(), 4n);
      tools.deepEqual(await consumer.topics(), ["t"]);
    },
  },
  {
    name: "seek(), seekToBeginning() and seekToEnd() drop what was fetched ahead",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      for (let i = 0; i < 6; i++) topics.append(1, i);
      await using consumer = await open();
      await consumer.poll();
      await pause(20);
      await consumer.seek({ topic: "t", vgroupId: 1, offset: 4n });
      tools.deepEqual((await drain(consumer)).flatMap(valuesOf), [4, 5]);
      await consumer.seekToBeginning();
      tools.deepEqual((await drain(consumer, 2)).flatMap(valuesOf), upTo(6));
      await consumer.seekToBeginning("t");
      await consumer.seekToEnd();
      tools.deepEqual(await drain(consumer), []);
      const refused = { name: "TmqError", code: 0x4007, fatal: false };
      await tools.rejects(consumer.seek({ topic: "t", vgroupId: 1, offset: 1_000n }), refused);
      await tools.rejects(consumer.seek({ topic: "t", vgroupId: 1, offset: -1n }), {
        name: "InterfaceError",
      });
    },
  },
  {
    name: "unsubscribe() ends loops and makes poll() an error until subscribe()",
    async run(tools) {
      const { topics, server, open } = await start(tools, 2);
      await using consumer = await open();
      const loop = (async () => {
        let count = 0;
        for await (const message of consumer) count += message.blocks.length;
        return count;
      })();
      await pause(80);
      await consumer.unsubscribe();
      tools.equal(await loop, 2);
      await tools.rejects(consumer.poll(), { name: "InterfaceError" });
      await tools.rejects(consumer.unsubscribe(), { name: "InterfaceError" });
      await tools.rejects(consumer.subscribe([]), { name: "InterfaceError" });
      topics.append(1, 9);
      await consumer.subscribe(["t"]);
      await tools.rejects(consumer.subscribe(["t"]), { name: "InterfaceError" });
      tools.deepEqual(sorted((await drain(consumer)).flatMap(valuesOf)), [0, 1, 9]);
      tools.equal(server.handshakes.length, 1);
    },
  },
  {
    name: "close() leaves the group before the socket, answers a waiting poll, and is final",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0);
      topics.log(1);
      const consumer = await open();
      const waiting = failureOf(consumer.poll(10_000));
      await pause(10);
      const startMs = performance.now();
      await Promise.all([consumer.close(), consumer.close()]);
      tools.ok(performance.now() - startMs < 1_000);
      tools.equal((await waiting)["codeName"], "TDWIRE_CODE_CONNECTION_CLOSED");
      tools.equal(server.of("unsubscribe").length, 1);
      await tools.rejects(consumer.poll(), { name: "ConnectionError" });
      await tools.rejects(consumer.lag(), { name: "ConnectionError" });
      await tools.rejects(consumer[Symbol.asyncIterator]().next(), { name: "ConnectionError" });
    },
  },
];
/** Cases about commits and places. */
export const tmqPlaceCases: readonly FailureCase[] = [...commits, ...places];
