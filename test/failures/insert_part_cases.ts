/**
 * Inserts of several requests that end in the middle.
 *
 * @module
 */
import type { ExecuteOptions, WrittenParts } from "../../mod.ts";
import { type FailureCase, failureOf } from "./case.ts";
import type { Handler } from "./fake_server.ts";
import { tableTimeAndInt, timeAndInt } from "./placeholders.ts";

/** Cases about inserts of several requests. */
export const insertPartCases: readonly FailureCase[] = [
  {
    name: "insert() whose second part fails tells that it was done in part, and how much",
    async run({ connect, serve, equal, ok }) {
      const exec: Handler = (request, peer) => {
        const count = peer.server.of("stmt2_exec").length;
        if (count === 2) return peer.fail(request, 0x0903, "Sync leader is unreachable");
        peer.reply(request, { stmt_id: 1, affected: 32_767 });
      };
      for (const spread of [false, true]) {
        const server = await serve({
          placeholders: spread ? tableTimeAndInt : timeAndInt,
          script: { stmt2_exec: exec },
        });
        await using connection = await connect(server.url);
        const rows = 3 * 32_767;
        const ts = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i));
        const columns = { ts, v: new Int32Array(rows) };
        const data = spread ? { tbname: new Array(rows).fill("d1"), ...columns } : columns;
        const error = await failureOf(connection.insert("t", data));
        equal(error.name, "OperationalError");
        equal(error["code"], 0x0903);
        equal(error["outcome"], "partial");
        ok(/1 of 3 parts.*32767 rows/.test(String(error["hint"])), String(error["hint"]));
        equal(server.of("stmt2_exec").length, 2);
      }
    },
  },
  {
    name: "insert() of iterated rows tells the rows of earlier sets when a later one fails",
    async run({ connect, serve, equal, ok, rejects }) {
      const exec: Handler = (request, peer) =>
        peer.server.of("stmt2_exec").length > 1
          ? peer.fail(request, 0x060b, "success")
          : peer.reply(request, { stmt_id: 1, affected: 16_384 });
      const server = await serve({ placeholders: timeAndInt, script: { stmt2_exec: exec } });
      await using connection = await connect(server.url);
      const rowsOf = function* (count: number, last: unknown) {
        for (let i = 0; i < count; i++) yield { ts: BigInt(i), v: i };
        yield { ts: 0n, v: last };
      };
      const error = await failureOf(connection.insert("t", rowsOf(20_000, 1)));
      equal(error["outcome"], "partial");
      ok(/^16384 rows before/.test(String(error["hint"])), String(error["hint"]));
      ok(!/success/.test(error.message), error.message);
      const refusal = { name: "InterfaceError", outcome: "not-sent", message: /row 5/ };
      await rejects(connection.insert("t", rowsOf(5, "x")), refusal);
    },
  },
  {
    name: "insert() and execute() tell by onPart what stays written when they are aborted",
    async run({ connect, serve, deepEqual, rejects }) {
      let controller = new AbortController();
      const exec: Handler = (request, peer) => {
        if (peer.server.of("stmt2_exec").length % 3 === 0) {
          return controller.abort(new Error("enough"));
        }
        peer.reply(request, { stmt_id: Number(request.resourceId), affected: 32_767 });
      };
      const server = await serve({ placeholders: timeAndInt, script: { stmt2_exec: exec } });
      await using connection = await connect(server.url);
      const rows = 3 * 32_767;
      const columns = {
        ts: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
        v: new Int32Array(rows),
      };
      const statement = await connection.prepare("insert into t values(?, ?)");
      statement.bind({ columns });
      const calls = [
        (options: ExecuteOptions) => connection.insert("t", columns, options),
        (options: ExecuteOptions) => statement.execute(options),
      ];
      for (const call of calls) {
        controller = new AbortController();
        const told: WrittenParts[] = [];
        const onPart = (written: WrittenParts) => void told.push(written);
        await rejects(call({ signal: controller.signal, onPart }), { message: "enough" });
        deepEqual(told, [{ affectedRows: 32_767, parts: 1 }, { affectedRows: 65_534, parts: 2 }]);
      }
    },
  },
  {
    name: "insert() of iterated rows adds them up for onPart, and ends when that throws",
    async run({ connect, serve, equal, deepEqual, rejects }) {
      const exec: Handler = (request, peer) =>
        peer.reply(request, { stmt_id: Number(request.resourceId), affected: 16_384 });
      const server = await serve({ placeholders: timeAndInt, script: { stmt2_exec: exec } });
      await using connection = await connect(server.url);
      const rows = function* () {
        for (let i = 0; i < 40_000; i++) yield { ts: BigInt(i), v: i };
      };
      const told: WrittenParts[] = [];
      const onPart = (written: WrittenParts) => {
        told.push(written);
        if (told.length === 2) throw new Error("stop");
      };
      await rejects(connection.insert("t", rows(), { onPart }), { message: "stop" });
      deepEqual(told, [{ affectedRows: 16_384, parts: 1 }, { affectedRows: 32_768, parts: 2 }]);
      equal(server.of("stmt2_exec").length, 2);
    },
  },
  {
    name: "insert() is not repeated when onPart throws, whatever it throws",
    async run({ connect, serve, equal, ok }) {
      const server = await serve({ placeholders: timeAndInt });
      await using connection = await connect(server.url);
      const columns = { ts: [0n], v: [1] };
      await connection.insert("t", columns);
      // An error of this package, as a statement that was kept gets when its table is another one by now.
      const onPart = () => void connection.query("select v from t", [], { values: null as never });
      const error = await failureOf(connection.insert("t", columns, { onPart }));
      equal(error.name, "InterfaceError");
      equal(error["outcome"], "partial");
      ok(/1 of 1 parts.*1 rows/.test(String(error["hint"])), String(error["hint"]));
      equal(server.of("stmt2_exec").length, 2);
    },
  },
];
