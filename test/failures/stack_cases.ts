/**
 * Stacks of errors: they lead to the caller's line, wherever the error was made.
 *
 * @module
 */
import type { Connection } from "../../mod.ts";
import type { FailureCase } from "./case.ts";
import type { Handler, Script } from "./fake_server.ts";
import type { FakeTopics } from "./fake_topics.ts";
import { timeAndInt } from "./placeholders.ts";
import { start } from "./tmq_support.ts";

const refuse: Handler = (request, peer) => peer.fail(request, 0x2603, "Table does not exist");
const ignore: Handler = () => {};
const drop: Handler = (_, peer) => peer.drop();

const makeWriter = (connection: Connection) =>
  connection.writer({ table: "t", retry: { attempts: 0 } });

/** Public calls by name; each comes to a request that the script fails. */
const calls: readonly [name: string, call: (connection: Connection) => PromiseLike<unknown>][] = [
  ["exec", (connection) => connection.exec("drop table t")],
  ["exec with a parameter", (connection) => connection.exec("insert into t values(?, ?)", [1, 2])],
  ["query", (connection) => connection.query("select v from t")],
  ["query with a parameter", (connection) => connection.query("select v from t where v > ?", [1])],
  ["first", (connection) => connection.query("select v from t").first()],
  ["value", (connection) => connection.sql`select v from t`.value()],
  ["fields", (connection) => connection.query("select v from t").fields()],
  ["prepare", (connection) => connection.prepare("insert into t values(?, ?)")],
  ["insert", (connection) => connection.insert("t", { ts: [1n], v: [1] })],
  ["use", (connection) => connection.use("other")],
  ["currentDatabase", (connection) => connection.currentDatabase()],
  ["write", (connection) => makeWriter(connection).write({ ts: 1n, v: 1 })],
];

async function theLineOfTheCaller(call: () => PromiseLike<unknown>): Promise<Error | undefined> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

async function theLoopOfTheCaller(connection: Connection): Promise<Error | undefined> {
  try {
    for await (const row of connection.query("select v from t")) void row;
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

const failed: Script = { query: refuse, binary_query: refuse, stmt2_init: refuse };
const silent: Script = { query: ignore, binary_query: ignore, stmt2_init: ignore };
const lost: Script = { query: drop, binary_query: drop, stmt2_init: drop };

const patienceMs = 5_000;
const ways: readonly [what: string, script: Script, name: RegExp, timeoutMs: number][] = [
  ["the server refuses", failed, /^(Programming|Statement)Error$/, patienceMs],
  ["runs into its time limit", silent, /^TimeoutError$/, 20],
  ["loses its connection", lost, /^ConnectionError$/, patienceMs],
];

/** Cases about stacks. */
export const stackCases: readonly FailureCase[] = [
  ...ways.map(([what, script, name, requestTimeoutMs]): FailureCase => ({
    name: `stack of a call that ${what} names the caller`,
    async run({ connect, serve, ok }) {
      for (const [called, call] of calls) {
        const server = await serve({ script, placeholders: timeAndInt });
        const connection = await connect(server.url, { requestTimeoutMs });
        const error = await theLineOfTheCaller(() => call(connection));
        ok(name.test(error?.name ?? ""), `${called}: ${error}`);
        ok(error?.stack?.startsWith(`${error.name}: ${error.message}`), called);
        ok(/theLineOfTheCaller/.test(error?.stack ?? ""), `${called}: ${error?.stack}`);
        await connection.close().catch(() => {});
      }
      const server = await serve({ script });
      await using connection = await connect(server.url, { requestTimeoutMs });
      const error = await theLoopOfTheCaller(connection);
      ok(/theLoopOfTheCaller/.test(error?.stack ?? ""), error?.stack);
    },
  })),
  {
    name: "stack of a refused call names the caller: wrong values, an open and a closed connection",
    async run({ connect, serve, ok }) {
      const server = await serve({ placeholders: timeAndInt });
      const connection = await connect(server.url);
      const refused: readonly (() => PromiseLike<unknown>)[] = [
        () => connect("nope://localhost"),
        () => connection.insert("t", { ts: [1n], v: ["x"] }),
        () => connection.insert("t", [{ ts: 1n, v: "x" }].values()),
        () => connection.exec("insert into t values(?, ?)", [1]),
        () => connection.query("select ? from t", [1, 2]),
      ];
      const check = async (call: () => PromiseLike<unknown>) => {
        const error = await theLineOfTheCaller(call);
        ok(/theLineOfTheCaller/.test(error?.stack ?? ""), `${error?.stack}`);
      };
      for (const call of refused) await check(call);
      await connection.close();
      for (const [, call] of calls) await check(() => call(connection));
      await check(() => connect(server.url.replace(/:\d+$/, ":1")));
    },
  },
  {
    name: "stack in another form, which a program may choose, leaves an error what it is",
    async run({ connect, serve, rejects }) {
      const server = await serve({ script: failed });
      await using connection = await connect(server.url);
      const engine = Error as { prepareStackTrace?: unknown };
      const { prepareStackTrace } = engine;
      engine.prepareStackTrace = (_: Error, frames: unknown) => frames;
      try {
        const refusal = { name: "ProgrammingError", code: 0x2603 };
        await rejects(connection.query("select v from t").first(), refusal);
        await rejects(connection.exec("drop table t"), refusal);
      } finally {
        engine.prepareStackTrace = prepareStackTrace;
      }
    },
  },
  {
    name: "stack of a consumer's call names the caller",
    async run(tools) {
      const outOfMemory: Handler = (request, peer) => peer.fail(request, 0x0102, "Out of Memory");
      let isFailing = false;
      const failing = ({ script }: FakeTopics): Script =>
        Object.fromEntries(
          ["poll", "seek", "assignment", "committed", "commit_offset"].map((
            action,
          ): [string, Handler] => [
            action,
            (request, peer) => (isFailing ? outOfMemory : script[action]!)(request, peer),
          ]),
        );
      const { open } = await start(tools, 2, failing);
      await using consumer = await open({ prefetch: 0 });
      const message = await consumer.poll();
      isFailing = true;
      const place = { topic: "t", vgroupId: 1, offset: 1n };
      const calls: readonly (() => PromiseLike<unknown>)[] = [
        () => consumer.poll(),
        () => message!.commit(),
        () => consumer.commit(),
        () => consumer.commitOffsets([place]),
        () => consumer.seek(place),
        () => consumer.assignment(),
        () => consumer.committed("t", [1]),
      ];
      for (const call of calls) {
        const error = await theLineOfTheCaller(call);
        tools.equal(error?.name, "TmqError", `${call}: ${error}`);
        tools.ok(/theLineOfTheCaller/.test(error?.stack ?? ""), `${call}: ${error?.stack}`);
      }
      isFailing = false;
    },
  },
];
