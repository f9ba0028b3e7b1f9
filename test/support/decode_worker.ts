/**
 * Checks of the decode worker, for runtimes that have `Worker`.
 *
 * @module
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import process from "node:process";
import { connect } from "../../mod.ts";
import { workerDecoder } from "../../src/codec/block_decoder.ts";
import { initCodec } from "../../src/codec/load.ts";
import { resultFields, resultPrecision } from "../../src/transports/websocket/results.ts";
import type { Reply } from "../../src/transports/websocket/wire.ts";
import { goldenCases, type RecordedReply } from "./golden.ts";

const program = new URL("../../src/codec/decode_worker.ts", import.meta.url);

async function withWorker(url: URL, use: (worker: Worker) => Promise<void>): Promise<void> {
  const worker = new Worker(url, { type: "module" });
  try {
    await use(worker);
  } finally {
    worker.terminate();
  }
}

/** What a recorded reply says of the result. */
function announced(recorded: RecordedReply) {
  const reply: Reply = { action: "binary_query", message: "", reqId: 0n, ...recorded };
  return { fields: resultFields(reply), precision: resultPrecision(reply) };
}

/** Each by its name. */
export const decodeWorkerChecks: Readonly<Record<string, () => Promise<void>>> = {
  "workerDecoder() makes of every recorded block what the codec makes of it": () =>
    withWorker(program, async (worker) => {
      const codec = await initCodec();
      const decoder = workerDecoder(codec, worker);
      const cases = goldenCases();
      equal(cases.length > 10, true);
      for (const { reply, blocks } of cases) {
        const { fields, precision } = announced(reply);
        const result = { fields, precision, values: undefined };
        for (const block of blocks) {
          const here = codec.decode(block, fields, precision).toArrays();
          deepEqual((await decoder.decodeBlockOf(result, block.slice(), {})).toArrays(), here);
        }
      }
    }),

  "workerDecoder() tells where bytes that are no block break off, and goes on": () =>
    withWorker(program, async (worker) => {
      const codec = await initCodec();
      const decoder = workerDecoder(codec, worker);
      const { blocks: [block], reply } = goldenCases()[0]!;
      const { fields, precision } = announced(reply);
      const result = { fields, precision, values: undefined };
      const isSameFault = (error: unknown) => {
        const { name, message, offset, needed, available } = error as Record<string, unknown>;
        let here: unknown;
        try {
          codec.decode(block!.slice(0, 40), fields, precision);
        } catch (fault) {
          here = fault;
        }
        const { offset: at, needed: wanted, available: had } = here as Record<string, unknown>;
        deepEqual([name, offset, needed, available], ["CodecError", at, wanted, had]);
        equal(message, (here as Error).message);
        return true;
      };
      await rejects(
        async () => await decoder.decodeBlockOf(result, block!.slice(0, 40), {}),
        isSameFault,
      );
      equal((await decoder.decodeBlockOf(result, block!.slice(), {})).rowCount > 0, true);
    }),

  "connect() with a decodeWorker reads the same rows, in their order": () =>
    withWorker(program, async (decodeWorker) => {
      const url = process.env["TDENGINE_TEST_URL"];
      const database = "decode_worker";
      await using db = await connect(url, { decodeWorker });
      await db.exec(`drop database if exists ${database}`);
      await db.exec(`create database ${database}`);
      await db.use(database);
      await db.exec("create table t (ts timestamp, n int, s nchar(8))");
      const numbers = Array.from({ length: 20_000 }, (_, i) => i);
      const [ts, s] = [
        numbers.map((n) => new Date(1_700_000_000_000 + n)),
        numbers.map((n) => `é${n}`),
      ];
      await db.insert("t", { ts, n: numbers, s });
      await using plain = await connect(url, { database });
      const sql = "select * from t";
      deepEqual((await db.query(sql)).toArrays(), (await plain.query(sql)).toArrays());
      const both = await Promise.all([db.query(sql), db.query("select n from t limit 3")]);
      deepEqual(both.map(({ rowCount }) => rowCount), [20_000, 3]);
      await db.exec(`drop database ${database}`);
    }),

  "connect() with a decodeWorker that runs something else rejects at once, naming the option": () =>
    withWorker(
      new URL("data:text/javascript,onmessage = () => { throw new Error('no') }"),
      async (worker) => {
        await using db = await connect(process.env["TDENGINE_TEST_URL"], { decodeWorker: worker });
        const failure = {
          name: "CodecError",
          message: /decode worker failed.*no/,
          hint: /^decodeWorker must be/,
        };
        await rejects(async () => await db.query("select 1"), failure);
        // What has failed once is not asked again.
        await rejects(async () => await db.query("select 1"), failure);
      },
    ),

  "timeoutMs limits the wait for a decodeWorker that does not answer": () =>
    withWorker(new URL("data:text/javascript,onmessage = () => {}"), async (worker) => {
      await using db = await connect(process.env["TDENGINE_TEST_URL"], { decodeWorker: worker });
      const failure = { name: "TimeoutError", message: /decode worker/ };
      await rejects(async () => await db.query("select 1", [], { timeoutMs: 500 }), failure);
    }),
};
