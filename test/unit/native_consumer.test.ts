/** A native consumer whose thread is played here. */

import { beforeEach, describe, expect, it } from "vitest";
import type { Codec } from "../../src/codec/codec.ts";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { NativeConsumer } from "../../src/transports/native/consumers_link.ts";
import { RequestFailure } from "../../src/transports/native/failure.ts";
import type { Lease } from "../../src/transports/native/process.ts";
import type { NativeWorker } from "../../src/transports/native/worker.ts";

const call = { reqId: 1n, signal: undefined, timeoutMs: 0 };
const place = { topic: "t", vgroupId: 2, offset: 5n };
const held = { ...place, type: 2, database: "d", payload: undefined, rawType: 0, metadata: "{}" };

let asked: string[];
let polls: Deferred<unknown>[];
let consumer: NativeConsumer;

/** A poll whose wait is given up, and whose message then comes. */
async function holdMessage(): Promise<void> {
  const controller = new AbortController();
  const polled = consumer.poll(100, { ...call, signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(polled).rejects.toThrow("enough");
  polls[0]!.resolve(held);
}

describe("NativeConsumer", () => {
  beforeEach(() => {
    [asked, polls] = [[], []];
    const request = (name: string) => {
      asked.push(name);
      if (name !== "pollConsumer") return Promise.resolve();
      const poll = createDeferred<unknown>();
      polls.push(poll);
      return poll.promise;
    };
    consumer = new NativeConsumer({
      lease: { version: "3.3.7.5", release() {} } as unknown as Lease,
      worker: { request, end() {} } as unknown as NativeWorker,
      consumer: 1,
      codec: {} as Codec,
      values: {} as never,
      serverVersion: "3.3.7.5",
      structsByAddress: false,
      nextReqId: () => 1n,
      onClosed() {},
    });
  });

  it("gives a message whose wait was given up to the next poll", async () => {
    await holdMessage();
    expect(await consumer.poll(100, call)).toMatchObject(place);
    expect(polls).toHaveLength(1);
  });

  it("drops it when its vgroup has been moved meanwhile, or the subscription given up", async () => {
    await holdMessage();
    await consumer.seek({ ...place, offset: 9n }, call);
    expect(await consumer.poll(100, call)).toBeNull();
    polls.length = 0;
    await holdMessage();
    await consumer.unsubscribe(call);
    expect(await consumer.poll(100, call)).toBeNull();
  });

  it("keeps it when another vgroup has been moved", async () => {
    await holdMessage();
    await consumer.seek({ ...place, vgroupId: 3 }, call);
    expect(await consumer.poll(100, call)).toMatchObject(place);
  });

  it("closes itself when its thread breaks down in a poll: nobody knows what that has taken", async () => {
    const polled = consumer.poll(100, call);
    polls[0]!.reject(new RequestFailure({ kind: "bug", message: "out of memory" }));
    await expect(polled).rejects.toThrow("out of memory");
    expect(consumer.isOpen).toBe(false);
    expect(asked).toContain("closeConsumer");
  });

  it("stays open when libtaos fails a poll", async () => {
    const polled = consumer.poll(100, call);
    polls[0]!.reject(new RequestFailure({ kind: "taos", code: -7, message: "no", rows: 0 }));
    await expect(polled).rejects.toMatchObject({ name: "TmqError" });
    expect(consumer.isOpen).toBe(true);
  });
});
