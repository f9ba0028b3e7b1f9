/**
 * Cases about subscriptions: what is delivered, and versions of servers.
 *
 * @module
 */
import { subscribe } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import { type FakeServer, type Handler, pause, type Script } from "./fake_server.ts";
import { FakeTopics } from "./fake_topics.ts";
import { base, drain, sorted, start, upTo, valuesOf } from "./tmq_support.ts";

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
    name: "consumer.poll() gives its request id to the first request made for it, and to no other",
    async run(tools) {
      const { server, open } = await start(tools, 2);
      await using consumer = await open({ prefetch: 0 });
      const ids = () => server.of("poll").map(({ reqId }) => reqId);
      await consumer.poll(1_000, { reqId: 77n });
      await consumer.poll();
      await consumer.poll(400, { reqId: 78 });
      tools.deepEqual(ids().filter((id) => id === 77n || id === 78n), [77n, 78n]);
      tools.equal(ids()[0], 77n);
      const wrong = { name: "InterfaceError", message: /reqId/ };
      await tools.rejects(consumer.poll(0, { reqId: 0 }), wrong);
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
    name: "a message of an unknown type, and one that the server cannot describe, are passed on",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0, (made) => ({
        poll: (request, peer) => {
          const { reply } = peer;
          peer.reply = (to, fields = {}) => {
            const isFirst = fields["message_id"] === 1;
            reply.call(peer, to, isFirst ? { ...fields, message_type: 9, offset: 0 } : fields);
          };
          made.script["poll"]!(request, peer);
        },
        fetch_json_meta: (request, peer) => peer.reply(request, { data: null }),
      }));
      topics.append(1, 1);
      topics.appendMeta(1);
      topics.append(1, 2);
      await using consumer = await open({ prefetch: 0 });
      const messages = await drain(consumer);
      tools.deepEqual(
        messages.map(({ kind, nextOffset, metadata }) => [kind, nextOffset, metadata]),
        [
          ["metadata", 1n, [{ type: "unknown", raw: { message_type: 9 } }]],
          ["metadata", 2n, [{ type: "unknown", raw: null }]],
          ["data", 3n, []],
        ],
      );
      const acknowledged = server.of("poll").map(({ args }) => args["message_id"]);
      tools.deepEqual(acknowledged.slice(0, 4), [0, 1, 2, 3]);
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
/** Cases about what is delivered. */
export const tmqCases: readonly FailureCase[] = [...delivery, ...versions];
