/**
 * What is left on this side and on the server when calls have ended: nothing.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { numbers } from "./fake_result.ts";
import { placeholder } from "./placeholders.ts";

/** Counts listeners on a signal, and the most there were. */
function watchListeners(signal: AbortSignal) {
  const counts = { now: 0, most: 0 };
  const [add, remove] = [signal.addEventListener, signal.removeEventListener];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    counts.most = Math.max(counts.most, ++counts.now);
    return add.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    counts.now--;
    return remove.apply(signal, args);
  };
  return counts;
}

/** Notes timers with the given delay while work runs: how many were set, and which are left. */
async function watchTimers(delayMs: number, work: () => Promise<void>) {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const timers = { set: 0, left: new Set<unknown>() };
  globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
    const timer = set(...args);
    if (args[1] === delayMs) {
      timers.set++;
      timers.left.add(timer);
    }
    return timer;
  }) as typeof set;
  globalThis.clearTimeout = ((timer: Parameters<typeof clear>[0]) => {
    timers.left.delete(timer);
    clear(timer);
  }) as typeof clear;
  try {
    await work();
  } finally {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }
  return timers;
}

/** Cases about leaks. */
export const leakCases: readonly FailureCase[] = [
  {
    name: "a thousand calls leave no listener on their signal and no timer",
    async run({ connect, serve, equal, ok }) {
      const server = await serve({ placeholders: [placeholder("ts", 9, 8)] });
      const requestTimeoutMs = 54_321;
      await using connection = await connect(server.url, { requestTimeoutMs });
      const { signal } = new AbortController();
      const listeners = watchListeners(signal);
      const timers = await watchTimers(requestTimeoutMs, async () => {
        for (let i = 0; i < 200; i++) {
          await connection.ping({ signal });
          await connection.exec("drop table t", [], { signal });
          await connection.query("select v from t", [], { signal });
          await connection.query("select v from t where v > ?", [1], { signal }).value();
          await connection.insert("t", { ts: [1n] }, { signal });
        }
      });
      ok(listeners.most > 0 && timers.set >= 1_000);
      equal(listeners.now, 0);
      equal(timers.left.size, 0);
    },
  },
  {
    name: "results and statements that were opened are all freed, closed or read to their end",
    async run({ connect, serve, equal }) {
      const server = await serve({ result: numbers([1], [2], [3]) });
      await using connection = await connect(server.url);
      for (let i = 0; i < 20; i++) {
        await connection.query("select v from t");
        await connection.query("select v from t").first();
        await connection.query("select v from t where v > ?", [i]).first();
        await using statement = await connection.prepare("select v from t where v < ?");
        await statement.query([i]).value();
        await statement.query([i]);
      }
      await server.waitFor("free_result", 60);
      await connection.ping();
      equal(server.of("free_result").length, 60);
      const open = server.of("stmt2_init").length - server.of("stmt2_close").length;
      equal(open <= 1, true, `${open} statements are open, one may be kept`);
    },
  },
  {
    name: "stream() that is cancelled while its reader waits ends at once",
    async run({ connect, serve, equal }) {
      const server = await serve({ script: { fetch_raw_block: () => {} } });
      await using connection = await connect(server.url);
      const reader = connection.query("select v from t").stream().getReader();
      const reading = reader.read();
      await server.waitFor("fetch_raw_block");
      await reader.cancel();
      equal((await reading).done, true);
    },
  },
  {
    name: "stream() that is cancelled frees the result, and one that fails tells its reader",
    async run({ connect, serve, equal }) {
      let isBroken = false;
      const server = await serve({
        result: numbers([1], [2], [3]),
        script: {
          fetch_raw_block: (request, peer) =>
            isBroken ? peer.binary(new Uint8Array(3)) : peer.nextBlock(request),
        },
      });
      await using connection = await connect(server.url);
      const reader = connection.query("select v from t").stream().getReader();
      equal((await reader.read()).value!.rowCount, 1);
      await reader.cancel();
      await server.waitFor("free_result");
      isBroken = true;
      const broken = connection.query("select v from t").stream().getReader();
      equal((await failureOf(broken.read())).name, "CodecError");
      await server.waitFor("free_result", 2);
    },
  },
];
