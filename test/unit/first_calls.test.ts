import { deepEqual } from "node:assert/strict";
import { test } from "vitest";
import { makeFirstCalls } from "../../src/codec/first_calls.ts";
import { initCodec } from "../../src/codec/mod.ts";

test("makeFirstCalls() decodes a block and encodes frames, none of which the codec refuses", async () => {
  const codec = await initCodec();
  const made: unknown[] = [];
  makeFirstCalls({
    decodeBlock: (bytes, options) => {
      const batch = codec.decodeBlock(bytes, options);
      made.push(batch.toArrays());
      return batch;
    },
    encodeQuery: (reqId, sql) => {
      const frame = codec.encodeQuery(reqId, sql);
      made.push(frame.length);
      return frame;
    },
    encodeFetch: (reqId, resultId) => {
      const frame = codec.encodeFetch(reqId, resultId);
      made.push(frame.length);
      return frame;
    },
  });
  // Heads are as long as protocol.md §2.8 says.
  deepEqual(made, [[[1]], 30 + "select 1".length, 26]);
});
