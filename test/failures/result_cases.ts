/**
 * Results that end early, come late or are left, and what the server sees of it.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import type { Received } from "./fake_frames.ts";
import { fetchFrame } from "./fake_frames.ts";
import { numbers, recorded } from "./fake_result.ts";
import { type Handler, pause, type Peer, until } from "./fake_server.ts";

const threeBlocks = numbers([1, 2], [3, 4], [5, 6]);

/** Answers the fetch with this number by `special`, the others as usual. */
function onFetch(number: number, special: Handler): Handler {
  return (request, peer) => {
    const isIt = peer.server.of("fetch_raw_block").length === number;
    return isIt ? special(request, peer) : peer.nextBlock(request);
  };
}

/** A fetch that fails as the server says it. */
const failFetch: Handler = ({ reqId, resourceId }, peer) =>
  peer.binary(
    fetchFrame({ reqId, resultId: resourceId, block: null, code: 0x022d, message: "Query killed" }),
  );

/** Holds requests back until they are released. */
function holding() {
  const held: { request: Received; peer: Peer }[] = [];
  return {
    held,
    hold: ((request, peer) => void held.push({ request, peer })) as Handler,
    release: () => held.splice(0).forEach(({ request, peer }) => peer.nextBlock(request)),
  };
}

const fetching: readonly FailureCase[] = [
  {
    name:
      "query() has one fetch of a result outstanding, and asks for the next block before it decodes",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: recorded("meters_12000") });
      await using connection = await connect(server.url);
      let batches = 0;
      for await (const batch of connection.query("select * from meters").batches()) {
        batches++;
        equal(batch.column("ts").nullCount, 0);
        await server.waitFor("fetch_raw_block", batches + 1);
      }
      equal(batches, 12);
      equal(server.mostFetches, 1);
      equal(server.of("fetch_raw_block").length, 13);
      equal(server.of("free_result").length, 0, "the server frees what is read to its end");
    },
  },
  {
    name: "query() fetches of different results at the same time",
    async run({ connect, serve, equal, deepEqual }) {
      const { held, hold, release } = holding();
      const server = await serve({ script: { fetch_raw_block: hold } });
      await using connection = await connect(server.url);
      const values = ["a", "b", "c"].map((name) => connection.query(`select ${name}`).value());
      await until(() => held.length === 3, "three fetches");
      equal(server.mostFetches, 1);
      release();
      await until(() => held.length === 3, "three fetches ahead");
      release();
      deepEqual(await Promise.all(values), [1, 1, 1]);
    },
  },
  {
    name:
      "query() rejects with a ResultError when a fetch in the middle fails, and the connection goes on",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({
        result: threeBlocks,
        script: { fetch_raw_block: onFetch(2, failFetch) },
      });
      await using connection = await connect(server.url);
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const { v } of connection.query("select v from t")) seen.push(v);
      })();
      await rejects(reading, { name: "ResultError", code: 0x022d, message: /Query killed/ });
      equal(seen.join(), "1,2");
      equal(server.of("free_result").length, 0, "the server has freed it with the error");
      equal((await connection.query("select v from t")).rowCount, 6);
    },
  },
  {
    name:
      "query() rejects with a ConnectionError when the server closes in the middle, as do later calls",
    async run({ connect, serve, equal }) {
      const close: Handler = (_, peer) => peer.close(1001, "restart");
      const server = await serve({
        result: threeBlocks,
        script: { fetch_raw_block: onFetch(3, close) },
      });
      const connection = await connect(server.url);
      const error = await failureOf(connection.query("select v from t"));
      equal(error.name, "ConnectionError");
      equal(error["kind"], "connection");
      equal(error["outcome"], "unknown");
      equal(error["codeName"], "TDWIRE_CODE_CONNECTION_LOST");
      for (
        const later of [
          connection.query("select 1"),
          connection.ping(),
          connection.exec("drop table t"),
        ]
      ) {
        const failure = await failureOf(later);
        equal(failure.name, "ConnectionError");
        equal(failure["kind"], "connection");
        equal(failure["outcome"], "not-sent");
      }
      await connection.close();
    },
  },
];

const left: readonly FailureCase[] = [
  {
    name:
      "query() left with the next fetch under way frees the result exactly once, behind that fetch",
    async run({ connect, serve, equal }) {
      const { held, hold, release } = holding();
      const server = await serve({
        result: threeBlocks,
        script: { fetch_raw_block: onFetch(2, hold) },
      });
      await using connection = await connect(server.url);
      for await (const { v } of connection.query("select v from t")) {
        equal(v, 1);
        await until(() => held.length === 1, "the fetch ahead");
        break;
      }
      await pause(20);
      equal(server.of("free_result").length, 0, "the order of the two would be open");
      release();
      const free = await server.waitFor("free_result");
      equal(free.resourceId, server.of("fetch_raw_block")[0]!.resourceId);
      await connection.ping();
      equal(server.of("free_result").length, 1);
      equal(server.of("fetch_raw_block").length, 2);
    },
  },
  {
    name:
      "query() left during the last fetch sends no free_result: the server has freed the result",
    async run({ connect, serve, equal }) {
      const server = await serve();
      await using connection = await connect(server.url);
      equal(await connection.query("select v from t").value(), 1);
      await server.waitFor("fetch_raw_block", 2);
      await connection.ping();
      equal(server.of("free_result").length, 0);
    },
  },
  {
    name: "query() whose row building fails frees the result",
    async run({ connect, serve, rejects }) {
      const server = await serve({ result: { ...recorded("all_types_ms"), blocks: [] } });
      await using connection = await connect(server.url, { values: { bigint: "number" } });
      const query = connection.query("select * from allt");
      await query.fields();
      await query[Symbol.asyncDispose]();
      await server.waitFor("free_result");
      await rejects(Promise.resolve(query), { name: "InterfaceError" });
    },
  },
  {
    name:
      "query() that is disposed of while it is read rejects, and does not end as if it had no more rows",
    async run({ connect, serve, equal }) {
      const { held, hold, release } = holding();
      for (const slow of [1, 2]) {
        const server = await serve({
          result: threeBlocks,
          script: { fetch_raw_block: onFetch(slow, hold) },
        });
        await using connection = await connect(server.url);
        const query = connection.query("select v from t");
        const reading = failureOf(query);
        await until(() => held.length === 1, "the fetch");
        await query[Symbol.asyncDispose]();
        release();
        equal((await reading).name, "AbortError");
        await server.waitFor("free_result");
      }
    },
  },
  {
    name: "query() that was read or left may be disposed of: await using does",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: threeBlocks });
      await using connection = await connect(server.url);
      {
        await using query = connection.query("select v from t");
        equal((await query).rowCount, 6);
      }
      await using query = connection.query("select v from t");
      for await (const _ of query) break;
    },
  },
  {
    name: "exec() of a SELECT frees the result without a fetch",
    async run({ connect, serve, equal }) {
      const server = await serve();
      await using connection = await connect(server.url);
      await connection.exec("select v from t");
      await server.waitFor("free_result");
      equal(server.of("fetch_raw_block").length, 0);
    },
  },
];

const aborted: readonly FailureCase[] = [
  {
    name:
      "query() aborted during a fetch rejects with signal.reason, and its late block frees the result",
    async run({ connect, serve, equal }) {
      const { held, hold, release } = holding();
      const server = await serve({
        result: threeBlocks,
        script: { fetch_raw_block: onFetch(1, hold) },
      });
      await using connection = await connect(server.url);
      const controller = new AbortController();
      const reason = new Error("enough");
      const reading = failureOf(
        connection.query("select v from t", [], { signal: controller.signal }),
      );
      await until(() => held.length === 1, "the fetch");
      controller.abort(reason);
      equal(await reading, reason);
      equal(server.of("free_result").length, 0);
      release();
      await server.waitFor("free_result");
      equal(await connection.query("select 1").value(), 1);
      // That of the second query too, left after its first block.
      await server.waitFor("free_result", 2);
    },
  },
  {
    name: "query() whose signal aborts between two fetches frees the result",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: threeBlocks });
      await using connection = await connect(server.url);
      const controller = new AbortController();
      const batches = connection.query("select v from t", [], { signal: controller.signal })
        .batches();
      await batches.next();
      await server.waitFor("fetch_raw_block", 2);
      controller.abort(new Error("enough"));
      equal((await failureOf(batches.next())).message, "enough");
      await server.waitFor("free_result");
      await connection.ping();
      equal(server.of("free_result").length, 1);
    },
  },
  {
    name: "query() times out when a block never comes, and a late error block frees nothing",
    async run({ connect, serve, equal, rejects }) {
      const { held, hold } = holding();
      const server = await serve({ script: { fetch_raw_block: onFetch(1, hold) } });
      await using connection = await connect(server.url);
      const reading = connection.query("select v from t", [], { timeoutMs: 40 });
      await rejects(Promise.resolve(reading), {
        name: "TimeoutError",
        kind: "timeout",
        outcome: "unknown",
      });
      failFetch(held[0]!.request, held[0]!.peer);
      await connection.ping();
      equal(server.of("free_result").length, 0);
    },
  },
];

/** Cases about reading results. */
export const resultCases: readonly FailureCase[] = [...fetching, ...left, ...aborted];
