/**
 * Cases about subscriptions to old servers, and to snapshots.
 *
 * @module
 */
import type { FailureCase } from "./case.ts";
import type { Received } from "./fake_frames.ts";
import { dataPayload } from "./fake_payload.ts";
import type { Peer, Script } from "./fake_server.ts";
import type { FakeTopics } from "./fake_topics.ts";
import { drain, start, valuesOf } from "./tmq_support.ts";

/** The payload under another head; its own takes 23 bytes (protocol.md §5.6). */
function withHead(payload: Uint8Array, ...head: number[]): Uint8Array {
  return Uint8Array.from([...head, ...payload.subarray(23)]);
}

const i64 = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];

/** A `fetch_raw` reply (protocol.md §5.4). */
function rawFrame({ reqId, args }: Received, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(38 + payload.length);
  const view = new DataView(frame.buffer);
  view.setBigUint64(8, reqId, true);
  view.setBigUint64(16, BigInt(Number(args["message_id"])), true);
  view.setBigUint64(24, 3n, true);
  view.setUint32(32, payload.length, true);
  view.setUint16(36, 2, true);
  frame.set(payload, 38);
  return frame;
}

/** A server that knows `fetch_raw` only, with the head of that time. */
function oldFetch(topics: FakeTopics): Script {
  return {
    fetch_raw_data: () => {},
    fetch_raw: (request, peer) => {
      const values = topics.log(1)[Number(request.args["message_id"]) - 1]!.values!;
      const at = Number(request.args["message_id"]) - 1;
      const head = [1, ...i64(at), 1, ...i64(at + 1)];
      peer.binary(rawFrame(request, withHead(dataPayload("d1", values, 0, 0), ...head)));
    },
  };
}

/** A server in a snapshot: no place in the log, neither in polls nor in payloads. */
function snapshot(topics: FakeTopics): Script {
  const inSnapshot = (request: Received, peer: Peer) =>
    peer.fail(request, 0x4006, "Can not operate in snapshot mode");
  return {
    poll: (request, peer) => {
      const { reply } = peer;
      peer.reply = (to, fields = {}) =>
        reply.call(peer, to, fields["have_message"] === true ? { ...fields, offset: -2 } : fields);
      topics.script["poll"]!(request, peer);
    },
    fetch_raw_data: (request, peer) => {
      const { binary } = peer;
      peer.binary = (frame) => {
        const copy = frame.slice();
        // 0x12: a snapshot's place, which is a table and a time.
        copy[61] = copy[70] = 0x12;
        binary.call(peer, copy);
      };
      topics.script["fetch_raw_data"]!(request, peer);
    },
    commit_offset: inSnapshot,
    position: inSnapshot,
    seek: inSnapshot,
  };
}

/** Cases about old servers and snapshots. */
export const tmqOldCases: readonly FailureCase[] = [
  {
    name: "a server before 3.3.2 gives messages by fetch_raw, under the head of that time",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0, oldFetch, { version: "3.1.2.0" });
      for (let i = 0; i < 3; i++) topics.append(1, i, 10 + i);
      await using consumer = await open({ prefetch: 0 });
      const messages = await drain(consumer);
      tools.deepEqual(messages.map(valuesOf), [[0, 10], [1, 11], [2, 12]]);
      tools.deepEqual(messages.map(({ nextOffset }) => nextOffset), [1n, 2n, 3n]);
      await messages[1]!.commit();
      tools.equal(topics.committed.get("g 1"), 2);
      tools.equal(server.of("fetch_raw_data").length, 0);
    },
  },
  {
    name: "a message of a snapshot has no offset; the newest one can be committed, and no other",
    async run(tools) {
      const { topics, server, open } = await start(tools, 0, snapshot);
      for (let i = 0; i < 3; i++) topics.append(1, i);
      const config = { "experimental.snapshot.enable": "true" };
      await using consumer = await open({ config });
      const first = (await consumer.poll())!;
      const second = (await consumer.poll())!;
      tools.deepEqual([first.nextOffset, second.nextOffset], [null, null]);
      tools.equal(server.of("subscribe")[0]!.args["snapshot_enable"], "true");
      tools.equal(server.of("fetch_raw_data").length, 2, "nothing is fetched ahead");
      await tools.rejects(first.commit(), { name: "UnsupportedError" });
      await second.commit();
      await consumer.commit();
      tools.equal(server.of("commit").length, 2);
      await tools.rejects(consumer.lag(), { name: "TmqError", code: 0x4006, fatal: false });
      tools.deepEqual((await drain(consumer)).flatMap(valuesOf), [2]);
    },
  },
];
