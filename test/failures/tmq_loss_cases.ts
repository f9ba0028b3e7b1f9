/**
 * Cases about subscriptions: lost connections.
 *
 * @module
 */
import type { ClientEvent, Message, SubscribeOptions } from "../../mod.ts";
import { type FailureCase, failureOf, type FailureTools } from "./case.ts";
import { type Handler, pause, type Script } from "./fake_server.ts";
import type { FakeTopics } from "./fake_topics.ts";
import { drain, sorted, start, upTo, valuesOf } from "./tmq_support.ts";

/** Cuts some connections before, within or after a request, by a seeded generator. */
function killing(topics: FakeTopics, seed: number, oneIn: number): Script {
  let state = seed * 2_654_435_761 >>> 0;
  const random = (bound: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
  const killed = Object.entries(topics.script).map((
    [action, handle],
  ): [string, Handler] => [action, (request, peer) => {
    const fate = random(3 * oneIn);
    if (fate === 0) return peer.drop();
    if (fate === 1) {
      // The request is carried out, and its reply is lost.
      peer.reply = () => {};
      peer.binary = () => {};
    }
    handle(request, peer);
    if (fate <= 2) peer.drop();
  }]);
  return Object.fromEntries(killed);
}

interface Law {
  readonly name: string;
  readonly options: Partial<SubscribeOptions>;
  readonly commitsItself: boolean;
}

const laws: readonly Law[] = [
  { name: "commits by message", options: {}, commitsItself: true },
  { name: "automatic commits", options: { autoCommit: { intervalMs: 1 } }, commitsItself: false },
  {
    name: "commits by message, from the end of the log",
    options: { offsetReset: "latest" },
    commitsItself: true,
  },
  {
    name: "automatic commits and a longer queue",
    options: { autoCommit: { intervalMs: 3 }, prefetch: 5 },
    commitsItself: false,
  },
];

/** Consumes under random kills until every value was seen. */
async function obey(
  tools: FailureTools,
  { options, commitsItself }: Law,
  seed: number,
): Promise<void> {
  const count = 40;
  const isLate = options.offsetReset === "latest";
  const { topics, open } = await start(
    tools,
    isLate ? 0 : count,
    (made) => killing(made, seed, 12),
  );
  topics.log(1);
  topics.log(2);
  const finished = new Map([[1, 0], [2, 0]]);
  topics.onCommit = (vgroupId, offset) => {
    tools.ok(
      offset <= finished.get(vgroupId)!,
      `vgroup ${vgroupId}: ${offset} committed, ${finished.get(vgroupId)} finished`,
    );
  };
  const seen = new Set<number>();
  let inWork: Message | null = null;
  const finish = () => {
    if (inWork === null) return;
    const { vgroupId, nextOffset } = inWork;
    finished.set(vgroupId, Math.max(finished.get(vgroupId)!, Number(nextOffset)));
  };
  await using consumer = await persistent(() => open(options));
  if (isLate) {
    await persistent(() => consumer.poll(100));
    for (let i = 0; i < count; i++) topics.append(1 + i % 2, i);
  }
  for (const end = performance.now() + 20_000; seen.size < count;) {
    tools.ok(performance.now() < end, `${seen.size} of ${count} seen`);
    finish();
    inWork = await persistent(() => consumer.poll(300));
    for (const value of inWork === null ? [] : valuesOf(inWork)) seen.add(value);
    if (!commitsItself || inWork === null) continue;
    finish();
    const message = inWork;
    await persistent(() => message.commit({ timeoutMs: 3_000 }));
  }
  tools.deepEqual(sorted([...seen]), upTo(count));
}

/** Tries again what the loss of a connection has ended. */
async function persistent<T>(work: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await work();
    } catch (error) {
      const { name } = error as Error;
      if (i >= 20 || name !== "ConnectionError" && name !== "TimeoutError") throw error;
    }
  }
}
/** Cases about lost connections. */
export const tmqLossCases: readonly FailureCase[] = [
  ...laws.map((law): FailureCase => ({
    name:
      `under random kills every message comes and no commit passes what is finished: ${law.name}`,
    async run(tools) {
      await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => obey(tools, law, seed)));
    },
  })),
  {
    name: "a consumer that lost its connection goes on from its commit, and tells of it",
    async run(tools) {
      let isCut = false;
      const { server, open } = await start(tools, 6, (topics) => ({
        poll: (request, peer) => {
          if (isCut) return isCut = false, peer.drop();
          topics.script["poll"]!(request, peer);
        },
      }));
      const events: ClientEvent[] = [];
      await using consumer = await open({ onEvent: (event) => void events.push(event) });
      const first = await consumer.poll();
      await first!.commit();
      isCut = true;
      const rest = await drain(consumer, 2);
      tools.deepEqual(
        sorted(rest.flatMap(valuesOf)).filter((value) => value === valuesOf(first!)[0]),
        [],
      );
      tools.deepEqual(sorted([...new Set([first!, ...rest].flatMap(valuesOf))]), upTo(6));
      tools.equal(server.handshakes.length, 2);
      tools.deepEqual(events.map(({ type }) => type).filter((type) => type !== "commit"), [
        "connect",
        "disconnect",
        "connect",
        "reconnect",
      ]);
      tools.deepEqual(
        server.of("subscribe").map(({ args }) => [args["group_id"], args["topics"]]),
        [["g", ["t"]], ["g", ["t"]]],
      );
    },
  },
  {
    name: "a consumer goes on where it has sought to, not from an older commit",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0);
      for (let i = 0; i < 6; i++) topics.append(1, i);
      await using consumer = await open({ prefetch: 0 });
      for (const message of await drain(consumer)) await message.commit();
      await consumer.seekToBeginning();
      tools.deepEqual(valuesOf((await consumer.poll())!), [0]);
      tools.deepEqual(valuesOf((await consumer.poll())!), [1]);
      server.dropAll();
      tools.deepEqual((await drain(consumer, 2)).flatMap(valuesOf), [2, 3, 4, 5]);
      tools.equal(topics.committed.get("g 1"), 6);
    },
  },
  {
    name:
      "consumer.poll() tells when the connection does not come back, and the next one tries again",
    async run(tools) {
      let refuses = false;
      const { server, open } = await start(tools, 2, (topics) => ({
        subscribe: (request, peer) =>
          refuses
            ? peer.fail(request, 0x03e1, "Topic not exist")
            : topics.script["subscribe"]!(request, peer),
      }));
      await using consumer = await open();
      await consumer.poll();
      refuses = true;
      server.dropAll();
      await pause(30);
      tools.equal((await failureOf(consumer.poll(5_000))).name, "TmqError");
      refuses = false;
      tools.equal((await drain(consumer, 2)).length, 2);
    },
  },
  {
    name:
      "a consumer that the server has removed, for it did not poll for long, joins its group again",
    async run(tools) {
      const removed = new Set<unknown>();
      let isLate = false;
      const { server, open } = await start(tools, 4, (topics) => ({
        poll: (request, peer) => {
          if (isLate) removed.add(peer);
          isLate = false;
          if (removed.has(peer)) return peer.fail(request, 0x03e6, "Consumer not exist");
          topics.script["poll"]!(request, peer);
        },
      }));
      const events: string[] = [];
      await using consumer = await open({
        prefetch: 0,
        onEvent: ({ type }) => void events.push(type),
      });
      const first = await consumer.poll();
      await first!.commit();
      const second = await consumer.poll();
      isLate = true;
      const rest = await drain(consumer, 2);
      tools.deepEqual(
        sorted(rest.flatMap(valuesOf)),
        upTo(4).filter((v) => v !== valuesOf(first!)[0]),
      );
      tools.ok(rest.some((message) => valuesOf(message)[0] === valuesOf(second!)[0]));
      tools.equal(server.of("subscribe").length, 2);
      tools.ok(events.includes("reconnect"));
    },
  },
  {
    name: "a rebalance is told of",
    async run(tools) {
      let assigned = [1, 2];
      const { open } = await start(tools, 2, () => ({
        assignment: (request, peer) =>
          peer.reply(request, {
            assignment: assigned.map((vgroup_id) => ({ vgroup_id, offset: 0, begin: 0, end: 1 })),
          }),
      }));
      const events: ClientEvent[] = [];
      await using consumer = await open({ onEvent: (event) => void events.push(event) });
      const told = () => events.filter(({ type }) => type === "rebalance");
      for (let i = 0; i < 60 && told().length === 0; i++) await consumer.poll(200);
      assigned = [2];
      for (let i = 0; i < 60 && told().length === 1; i++) await consumer.poll(200);
      tools.deepEqual(told(), [
        { type: "rebalance", topic: "t", gained: [1, 2], lost: [] },
        { type: "rebalance", topic: "t", gained: [], lost: [1] },
      ]);
    },
  },
];
