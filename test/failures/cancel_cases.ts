/**
 * Queries that are cancelled, and killed on the server.
 *
 * @module
 */
import { encodeBlock } from "../support/block.ts";
import { type FailureCase, failureOf } from "./case.ts";
import type { Received } from "./fake_frames.ts";
import { columnsOf, numbers } from "./fake_result.ts";
import type { FakeOptions, FakeServer, Handler, Peer } from "./fake_server.ts";

const running = columnsOf([["kill_id", 8, 26], ["query_id", 14, 8], ["exec_usec", 5, 8], [
  "sql",
  8,
  1024,
]]);

/** Lists one running query to who asks for them; the rows of that list are its own. */
function listing(
  rowOf: (slow: Received) => [killId: string, queryId: bigint, sql: string, execUsec?: bigint],
): FakeOptions {
  let list: bigint | undefined;
  let block: Uint8Array | null = null;
  const query: Handler = (request, peer) => {
    if (/^kill/.test(request.sql)) {
      return peer.reply(request, { id: 0, is_update: true, affected_rows: 0 });
    }
    if (!/perf_queries/.test(request.sql)) return;
    const [killId, queryId, sql, execUsec = 0n] = rowOf(peer.server.of("binary_query")[0]!);
    const columns = [
      { type: 8, values: [killId] },
      { type: 14, values: [queryId] },
      { type: 5, values: [execUsec] },
      { type: 8, values: [sql] },
    ];
    block = encodeBlock(columns);
    list = BigInt(peer.server.nextId());
    peer.reply(request, { ...running.head, id: Number(list), is_update: false });
  };
  const fetch = (request: Received, peer: Peer) => {
    peer.server.replaceBlocks(
      request.resourceId,
      request.resourceId === list && block ? [block] : [],
    );
    block = null;
    peer.nextBlock(request);
  };
  return { script: { binary_query: query, fetch_raw_block: fetch } };
}

async function cancelSlow(
  server: FakeServer,
  connect: typeof import("../../mod.ts").connect,
  options?: { kill: boolean },
) {
  await using connection = await connect(server.url);
  const query = connection.query("select slow from t");
  const failing = failureOf(query);
  await server.waitFor("binary_query");
  const outcome = await query.cancel(options);
  return { outcome, error: await failing };
}

const sqlOf = (server: FakeServer) => server.of("binary_query").map(({ sql }) => sql);

/** Cases about `cancel()`. */
export const cancelCases: readonly FailureCase[] = [
  {
    name: "cancel() rejects the wait with an AbortError and abandons the query",
    async run({ connect, serve, equal }) {
      const server = await serve({ script: { binary_query: () => {} } });
      const { outcome, error } = await cancelSlow(server, connect);
      equal(outcome, "abandoned");
      equal(error.name, "AbortError");
      equal(server.of("binary_query").length, 1);
    },
  },
  {
    name: "cancel({ kill: true }) kills the query that has its request id",
    async run({ connect, serve, equal, deepEqual }) {
      const server = await serve(listing((slow) => ["12ab:7", slow.reqId, slow.sql]));
      const { outcome, error } = await cancelSlow(server, connect, { kill: true });
      equal(outcome, "stopped");
      equal(error.name, "AbortError");
      deepEqual(sqlOf(server).slice(2), ["kill query '12ab:7'"]);
    },
  },
  {
    name: "cancel({ kill: true }) kills no query that is another's",
    async run({ connect, serve, equal }) {
      for (const sql of ["", "select", "select other from t"]) {
        const server = await serve(listing((slow) => ["12ab:7", slow.reqId + 1n, sql]));
        const { outcome } = await cancelSlow(server, connect, { kill: true });
        equal(outcome, "abandoned", JSON.stringify(sql));
        equal(sqlOf(server).filter((text) => /^kill/.test(text)).length, 0);
      }
    },
  },
  {
    name:
      "cancel({ kill: true }) takes a query of the same text for its own only if it is no older",
    async run({ connect, serve, equal }) {
      for (const [execUsec, outcome] of [[0n, "stopped"], [60_000_000n, "abandoned"]] as const) {
        const server = await serve(listing((slow) => ["12ab:7", 1n, slow.sql, execUsec]));
        equal((await cancelSlow(server, connect, { kill: true })).outcome, outcome);
      }
    },
  },
  {
    name: "cancel({ kill: true }) of a query that was read to its end kills nothing",
    async run({ connect, serve, equal }) {
      const server = await serve(listing((slow) => ["12ab:7", 1n, slow.sql]));
      await using connection = await connect(server.url);
      const query = connection.query("select * from performance_schema.perf_queries");
      await query;
      equal(await query.cancel({ kill: true }), "stopped");
      equal(server.of("binary_query").length, 1);
    },
  },
  {
    name: "cancel() between two batches makes the next one reject, and frees the result",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: numbers([1], [2], [3]) });
      await using connection = await connect(server.url);
      const query = connection.query("select v from t");
      const batches = query.batches();
      await batches.next();
      await query.cancel();
      equal((await failureOf(batches.next())).name, "AbortError");
      await server.waitFor("free_result");
      await connection.ping();
      equal(server.of("free_result").length, 1);
    },
  },
  {
    name: "cancel() before the first use keeps the query from running",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve();
      await using connection = await connect(server.url);
      const query = connection.query("select v from t");
      equal(await query.cancel({ kill: true }), "stopped");
      await rejects(Promise.resolve(query), { name: "InterfaceError" });
      await rejects(query.fields(), { name: "InterfaceError" });
      await rejects(query.precision(), { name: "InterfaceError" });
      equal(server.of("binary_query").length, 0);
    },
  },
];
