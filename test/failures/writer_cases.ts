/**
 * Writers whose server does not answer.
 *
 * @module
 */
import { type FailureCase, failureOf } from "./case.ts";
import { columnsOf } from "./fake_result.ts";
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
];
