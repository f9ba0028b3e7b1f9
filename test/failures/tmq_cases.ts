/**
 * Cases about subscriptions.
 *
 * @module
 */
import {
  type ClientEvent,
  type Consumer,
  type Message,
  subscribe,
  type SubscribeOptions,
} from "../../mod.ts";
import { type FailureCase, failureOf, type FailureTools } from "./case.ts";
import type { FakeServer, Handler, Script } from "./fake_server.ts";
import { pause, until } from "./fake_server.ts";
import { FakeTopics } from "./fake_topics.ts";

const base = { topics: ["t"], groupId: "g", offsetReset: "earliest", autoCommit: false } as const;

/** A topic with rows 0 … count − 1 in two vgroups, a server for it, and a way to subscribe. */
async function start(
  { serve }: FailureTools,
  count: number,
  script: (topics: FakeTopics) => Script = () => ({}),
) {
  const topics = new FakeTopics();
  for (let i = 0; i < count; i++) topics.append(1 + i % 2, i);
  const server = await serve({ script: { ...topics.script, ...script(topics) } });
  const open = (options: Partial<SubscribeOptions> = {}) =>
    subscribe(server.url, { ...base, ...options });
  return { topics, server, open };
}

/** Values of messages' rows. */
const valuesOf = (message: Message): number[] => message.rows<{ v: number }>().map(({ v }) => v);

async function drain(consumer: Consumer, idle = 1): Promise<Message[]> {
  const messages: Message[] = [];
  for (let misses = 0; misses < idle;) {
    const message = await consumer.poll(150);
    if (message === null) misses++;
    else messages.push(message);
  }
  return messages;
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Whether a server's polls overlapped. */
function countPolls(topics: FakeTopics): { script: Script; most: () => number } {
  let open = 0;
  let most = 0;
  const poll: Handler = (request, peer) => {
    most = Math.max(most, ++open);
    const { reply } = peer;
    peer.reply = (...args) => {
      if (args[0] === request) open--;
      reply.apply(peer, args);
    };
    topics.script["poll"]!(request, peer);
  };
  return { script: { poll }, most: () => most };
}

const delivery: readonly FailureCase[] = [
  {
    name: "consumer.poll() gives each message once, with one poll under way, and fetches one ahead",
    async run(tools) {
      let polls: ReturnType<typeof countPolls> | undefined;
      const { server, open } = await start(
        tools,
        10,
        (topics) => (polls = countPolls(topics)).script,
      );
      await using consumer = await open();
      const first = await consumer.poll();
      await pause(60);
      tools.deepEqual(server.of("fetch_raw_data").length, 2, "one is fetched ahead, and no more");
      const rest = await drain(consumer);
      tools.deepEqual(sorted([first!, ...rest].flatMap(valuesOf)), upTo(10));
      tools.equal(polls!.most(), 1);
    },
  },
  {
    name: "consumer.poll() without prefetch fetches nothing before it is asked",
    async run(tools) {
      const { server, open } = await start(tools, 4);
      await using consumer = await open({ prefetch: 0 });
      await consumer.poll();
      await pause(40);
      tools.equal(server.of("fetch_raw_data").length, 1);
      tools.equal((await drain(consumer)).length, 3);
    },
  },
  {
    name: "consumer.poll() that is aborted loses no message and leaves no listener",
    async run(tools) {
      const { topics, open } = await start(tools, 0);
      topics.log(1);
      await using consumer = await open();
      const controller = new AbortController();
      const waiting = failureOf(consumer.poll(5_000, { signal: controller.signal }));
      await pause(20);
      const startMs = performance.now();
      controller.abort("enough");
      tools.equal(await waiting as unknown, "enough");
      tools.ok(performance.now() - startMs < 100, "the abort answers at once");
      topics.append(1, 7);
      tools.deepEqual(valuesOf((await consumer.poll(2_000))!), [7]);
    },
  },
  {
    name: "metadata is acknowledged like any message",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0);
      topics.appendMeta(1);
      topics.append(1, 1);
      topics.appendMeta(1);
      await using consumer = await open();
      const messages = await drain(consumer);
      tools.deepEqual(messages.map(({ kind, offset, nextOffset }) => [kind, offset, nextOffset]), [
        ["metadata", 1n, 1n],
        ["data", 1n, 2n],
        ["metadata", 3n, 3n],
      ]);
      tools.deepEqual(server.of("poll").slice(0, 4).map(({ args }) => args["message_id"]), [
        0,
        1,
        2,
        3,
      ]);
    },
  },
  {
    name:
      "consumer.poll() gets a message again whose fetch failed, and rejects with TmqError meanwhile",
    async run(tools) {
      let failures = 0;
      const { open } = await start(tools, 2, (topics) => ({
        fetch_raw_data: (request, peer) =>
          failures++ === 0
            ? peer.fail(request, 0x0102, "Out of Memory")
            : topics.script["fetch_raw_data"]!(request, peer),
      }));
      await using consumer = await open();
      const error = await failureOf(consumer.poll());
      tools.deepEqual([error.name, error["code"], error["fatal"]], ["TmqError", 0x0102, false]);
      tools.deepEqual(sorted((await drain(consumer)).flatMap(valuesOf)), [0, 1]);
    },
  },
  {
    name: "consumer.poll() after a fatal error rejects for ever, and close() works",
    async run(tools) {
      const { open } = await start(
        tools,
        2,
        () => ({ poll: (request, peer) => peer.fail(request, 0x03e6, "Consumer not exist") }),
      );
      await using consumer = await open();
      for (let i = 0; i < 2; i++) {
        const error = await failureOf(consumer.poll());
        tools.deepEqual([error.name, error["fatal"]], ["TmqError", true]);
      }
    },
  },
  {
    name: "a server that answers empty polls at once is not asked without end",
    async run(tools) {
      const none = { have_message: false };
      const { server, open } = await start(
        tools,
        0,
        () => ({ poll: (request, peer) => peer.reply(request, none) }),
      );
      await using consumer = await open();
      tools.equal(await consumer.poll(600), null);
      tools.ok(server.of("poll").length <= 4, `${server.of("poll").length} polls`);
    },
  },
  {
    name: "consumer.pause() stops messages, and resume() lets them come",
    async run(tools) {
      const { open } = await start(tools, 3);
      await using consumer = await open();
      consumer.pause();
      tools.equal(await consumer.poll(100), null);
      const waiting = consumer.poll(2_000);
      consumer.resume();
      tools.ok(await waiting);
    },
  },
];

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
        await pause(40);
        tools.equal(topics.committed.get("g 1"), i === 0 ? undefined : i);
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

const reconnects: readonly FailureCase[] = [
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

/** The server that a case needs for a version, told by `version`. */
function versioned(server: FakeServer): unknown[] {
  return server.of("poll").map(({ args }) => "message_id" in args);
}

const versions: readonly FailureCase[] = [
  {
    name: "a server before 3.3.6 gets no message ids, and one before 3.1.2 is refused by name",
    async run(tools) {
      const topics = new FakeTopics();
      topics.append(1, 5);
      const older = await tools.serve({
        version: "3.3.5.0",
        script: { ...topics.script, unsubscribe: (request, peer) => peer.reply(request) },
      });
      await using consumer = await subscribe(older.url, base);
      tools.deepEqual(valuesOf((await consumer.poll())!), [5]);
      tools.ok(versioned(older).every((has) => has === false));
      const oldest = await tools.serve({ version: "3.1.1.9", script: topics.script });
      await tools.rejects(subscribe(oldest.url, base), {
        name: "UnsupportedError",
        message: /3\.1\.2/,
      });
      const config = { "min.poll.rows": "1" };
      await tools.rejects(subscribe(older.url, { ...base, config }), {
        name: "UnsupportedError",
        message: /3\.3\.6/,
      });
    },
  },
  {
    name:
      "subscribe() sends configuration as the server needs it, and refuses a wrong password as such",
    async run(tools) {
      const { server, open } = await start(tools, 1, (topics) => ({
        subscribe: (request, peer) =>
          request.args["password"] === "wrong"
            ? peer.fail(request, 0xffff, "init tscObj failed")
            : topics.script["subscribe"]!(request, peer),
      }));
      const config = {
        "Session.Timeout.ms": "9000",
        "min.poll.rows": "500",
        "msg.enable.batchmeta": "true",
      };
      await (await open({ clientId: "c", config })).close();
      const { args } = server.of("subscribe")[0]!;
      tools.deepEqual(
        [
          args["client_id"],
          args["session_timeout_ms"],
          args["enable_batch_meta"],
          args["config"],
          args["offset_reset"],
        ],
        ["c", "9000", "1", { "min.poll.rows": "500" }, "earliest"],
      );
      await tools.rejects(open({ password: "wrong" }), {
        name: "ConnectionError",
        kind: "authentication",
      });
    },
  },
];

/** Cases about subscriptions. */
export const tmqCases: readonly FailureCase[] = [
  ...delivery,
  ...commits,
  ...places,
  ...reconnects,
  ...versions,
];
