/**
 * Writers whose server does not answer.
 *
 * @module
 */
import type { WriteError } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import { columnsOf } from "./fake_result.ts";
import { type Handler, pause, until } from "./fake_server.ts";
import { timeAndInt } from "./placeholders.ts";

/** Cases about writers. */
export const writerCases: readonly FailureCase[] = [
  {
    name: "close() of a connection does not wait longer than it is told for writers that are stuck",
    async run({ connect, serve, equal, rejects }) {
      const server = await serve({
        placeholders: timeAndInt,
        result: columnsOf([["ts", 9, 8], ["v", 4, 4]]),
        script: { stmt2_exec: () => {} },
      });
      const connection = await connect(server.url);
      const writer = connection.writer({ table: "t", retry: { attempts: 0 } });
      await writer.write({ ts: 1_700_000_000_000, v: 1 });
      const closing = connection.close({ timeoutMs: 100 });
      await rejects(closing, { name: "TimeoutError", message: /the connection's writers/ });
      // With the connection gone the writer comes to its end, and tells what it could not write.
      const error = await failureOf(writer.close());
      equal(error.name, "WriteError");
      equal((error["report"] as { refused: number }).refused, 1);
      await rejects(connection.ping(), { name: "ConnectionError", outcome: "not-sent" });
    },
  },
  {
    name:
      "writer() whose answer is late repeats its batch, and sends newer rows, when the server has done with it",
    async run({ connect, serve, equal, deepEqual }) {
      const late: (() => void)[] = [];
      const exec: Handler = (request, peer) => {
        const reply = () =>
          peer.reply(request, { stmt_id: Number(request.resourceId), affected: 1 });
        if (late.push(reply) > 1) reply();
      };
      const closes: (() => void)[] = [];
      const close: Handler = (request, peer) =>
        void closes.push(() => peer.reply(request, { stmt_id: Number(request.resourceId) }));
      const server = await serve({
        placeholders: timeAndInt,
        result: columnsOf([["ts", 9, 8], ["v", 4, 4]]),
        script: { stmt2_exec: exec, stmt2_close: close },
      });
      await using connection = await connect(server.url, { requestTimeoutMs: 200 });
      const writer = connection.writer({ table: "t", maxRows: 1, retry: { backoffMs: 1 } });
      await writer.write({ ts: 5, v: 1 });
      await writer.write({ ts: 5, v: 2 });
      await server.waitFor("stmt2_close");
      await pause(300);
      equal(server.of("stmt2_exec").length, 1);
      late[0]!();
      closes[0]!();
      const report = await writer.close();
      deepEqual([report.written, report.retried, report.refused], [2, 1, 0]);
      equal(server.of("stmt2_exec").length, 3);
    },
  },
  {
    name: "writer() whose answer is late does not wait for what others have given up",
    async run({ connect, serve, deepEqual, rejects }) {
      const exec: Handler = (request, peer) => {
        if (peer.server.of("stmt2_exec").length < 3) return;
        peer.reply(request, { stmt_id: Number(request.resourceId), affected: 1 });
      };
      const close: Handler = (request, peer) => {
        if (peer.server.of("stmt2_close").length === 1) return;
        peer.reply(request, { stmt_id: Number(request.resourceId) });
      };
      const server = await serve({
        placeholders: timeAndInt,
        result: columnsOf([["ts", 9, 8], ["v", 4, 4]]),
        script: { stmt2_exec: exec, stmt2_close: close },
      });
      await using connection = await connect(server.url, { requestTimeoutMs: 200 });
      await rejects(connection.insert("other", { ts: [1n], v: [1] }), { name: "TimeoutError" });
      const writer = connection.writer({ table: "t", retry: { attempts: 1, backoffMs: 1 } });
      await writer.write({ ts: 5, v: 1 });
      const report = await writer.close();
      deepEqual([report.written, report.retried, report.refused], [1, 1, 0]);
    },
  },
  {
    name:
      "writer() reports rows as unknown when the server never tells whether it has done with them",
    async run({ connect, serve, equal, deepEqual }) {
      const server = await serve({
        placeholders: timeAndInt,
        result: columnsOf([["ts", 9, 8], ["v", 4, 4]]),
        script: { stmt2_exec: () => {}, stmt2_close: () => {} },
      });
      const retry = { attempts: 2, backoffMs: 1 };
      for (const end of ["silence", "loss"]) {
        const connection = await connect(server.url, { requestTimeoutMs: 200 });
        const before = server.of("stmt2_exec").length;
        const writer = connection.writer({ table: "t", retry });
        await writer.write({ ts: 5, v: 1 });
        const closing = failureOf(writer.close());
        await until(() => server.of("stmt2_close").length > before, "the statement's close");
        if (end === "loss") server.dropAll();
        const { outcome, report } = await closing as unknown as WriteError;
        equal(outcome, "unknown", end);
        deepEqual([report.refused, report.retried], [1, end === "loss" ? 1 : 0], end);
        equal(server.of("stmt2_exec").length, before + 1);
        await connection.close();
      }
    },
  },
];
