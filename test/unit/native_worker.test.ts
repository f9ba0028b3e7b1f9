/** A native thread, seen from outside; what runs in it is played here. */

import { beforeEach, describe, expect, it } from "vitest";
import { NativeWorker, type WorkerRequest } from "../../src/transports/native/worker.ts";

class FakeThread {
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message: string; preventDefault(): void }) => void = () => {};
  readonly posted: WorkerRequest[] = [];
  isTerminated = false;

  postMessage(request: WorkerRequest): void {
    this.posted.push(request);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  async reply(reply: object): Promise<void> {
    this.onmessage({ data: { id: this.posted.at(-1)!.id, ...reply } });
    await Promise.resolve();
  }
}

let thread: FakeThread;
let worker: NativeWorker;

describe("NativeWorker", () => {
  beforeEach(() => {
    thread = new FakeThread();
    const calls = new Int32Array(new SharedArrayBuffer(8));
    const request = { paths: ["/a"], isFirst: false, configDir: undefined, calls };
    worker = new NativeWorker(thread as unknown as Worker, request);
  });

  it("is broken when its library does not load, and takes nothing", async () => {
    expect(worker.isBroken).toBe(false);
    await thread.reply({ failure: { kind: "load", tried: [] } });
    expect(worker.isBroken).toBe(true);
    await expect(worker.request("free", { result: 1 })).rejects.toThrow("load");
    expect(thread.posted).toHaveLength(1);
  });

  it("is broken when its thread breaks down, and fails what it has", async () => {
    const told = expect(worker.request("free", { result: 1 })).rejects.toThrow("bug");
    thread.onerror({ message: "out of memory", preventDefault() {} });
    await told;
    expect([worker.isBroken, worker.pendingCount]).toEqual([true, 0]);
  });

  it("has its thread close the library before it is ended", async () => {
    await thread.reply({ value: {} });
    worker.end();
    expect([thread.posted.at(-1)!.name, thread.isTerminated]).toEqual(["unload", false]);
    await thread.reply({});
    await Promise.resolve();
    expect(thread.isTerminated).toBe(true);
  });
});
