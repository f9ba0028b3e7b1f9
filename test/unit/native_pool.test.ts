import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { WorkerPool } from "../../src/transports/native/pool.ts";
import type { NativeWorker } from "../../src/transports/native/worker.ts";

/** A thread whose requests are finished by hand, in order. */
class FakeWorker {
  readonly starting: Deferred<void> = createDeferred<void>();
  readonly loaded: Promise<void> = this.starting.promise;
  readonly running: Deferred<unknown>[] = [];
  isStarting = true;
  isEnded = false;
  isBroken = false;

  get pendingCount(): number {
    return this.running.length + Number(this.isStarting);
  }

  request(): Promise<unknown> {
    const deferred = createDeferred<unknown>();
    this.running.push(deferred);
    return deferred.promise.finally(() => this.running.shift());
  }

  end(): void {
    this.isEnded = true;
  }

  async start(): Promise<void> {
    this.isStarting = false;
    this.starting.resolve();
    await vi.advanceTimersByTimeAsync(0);
  }

  async refuse(): Promise<void> {
    this.isStarting = false;
    this.isBroken = true;
    this.starting.reject(new Error("no library"));
    await vi.advanceTimersByTimeAsync(0);
  }

  async finish(): Promise<void> {
    this.running[0]!.resolve("done");
    await vi.advanceTimersByTimeAsync(0);
  }
}

let workers: FakeWorker[];
let pool: WorkerPool;
/** Why no thread starts. */
let cannotStart: Error | undefined;

const ask = (behind?: Parameters<WorkerPool["request"]>[3]) =>
  pool.request("free", { result: 1 }, [], behind);
const runningCounts = () => workers.map(({ running }) => running.length);

async function startAll(): Promise<void> {
  for (let i = 0; i < workers.length; i++) await workers[i]!.start();
}

describe("WorkerPool", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    cannotStart = undefined;
    pool = new WorkerPool(() => {
      if (cannotStart !== undefined) throw cannotStart;
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as NativeWorker;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("starts threads one by one, up to four at once", async () => {
    for (let i = 0; i < 6; i++) ask();
    expect(workers).toHaveLength(1);
    await startAll();
    expect(runningCounts()).toEqual([1, 1, 1, 1]);
  });

  it("starts a further one when requests have waited for two seconds", async () => {
    for (let i = 0; i < 5; i++) ask();
    await startAll();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(workers).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(1);
    await workers[4]!.start();
    expect(runningCounts()).toEqual([1, 1, 1, 1, 1]);
  });

  it("gives a thread that is free the next request", async () => {
    const first = ask();
    await startAll();
    await workers[0]!.finish();
    expect(await first.value).toBe("done");
    ask();
    expect(runningCounts()).toEqual([1]);
  });

  it("puts a request behind another on the same thread, though others are free", async () => {
    for (let i = 0; i < 4; i++) ask();
    await startAll();
    await workers[2]!.finish();
    const first = ask();
    expect(first.worker).toBe(workers[2]);
    await workers[0]!.finish();
    ask(first);
    expect(runningCounts()).toEqual([0, 1, 2, 1]);
  });

  it("takes back what waits, and not what a thread has", async () => {
    const [running, waiting] = [ask(), ask()];
    await workers[0]!.start();
    expect(pool.withdraw(running)).toBe(false);
    expect(pool.withdraw(waiting)).toBe(true);
    await expect(waiting.value).rejects.toThrow("withdrawn");
    await workers[0]!.finish();
    expect(runningCounts()[0]).toBe(0);
  });

  it("gives a thread that broke down nothing, ends it and starts another", async () => {
    ask();
    await startAll();
    await workers[0]!.finish();
    workers[0]!.isBroken = true;
    ask();
    expect([runningCounts()[0], workers[0]!.isEnded, workers.length]).toEqual([0, true, 2]);
    await workers[1]!.start();
    expect(runningCounts()).toEqual([0, 1]);
  });

  it("rejects what waits when the only thread does not load, and starts one for the next", async () => {
    const waiting = ask();
    const told = expect(waiting.value).rejects.toThrow("no library");
    await workers[0]!.refuse();
    await told;
    expect(workers[0]!.isEnded).toBe(true);
    ask();
    expect(workers).toHaveLength(2);
  });

  it("lets requests wait for the threads there are when no further one loads", async () => {
    const [, second] = [ask(), ask()];
    await workers[0]!.start();
    await workers[1]!.refuse();
    expect(workers).toHaveLength(2);
    await workers[0]!.finish();
    expect(second.worker).toBe(workers[0]);
  });

  it("rejects what waits when no thread can be started at all", async () => {
    cannotStart = new Error("not allowed");
    await expect(ask().value).rejects.toThrow("not allowed");
  });

  it("outlives that a further thread cannot be started, and tries again later", async () => {
    for (let i = 0; i < 5; i++) ask();
    await startAll();
    cannotStart = new Error("not allowed");
    await vi.advanceTimersByTimeAsync(2_000);
    cannotStart = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(workers).toHaveLength(5);
    await startAll();
    expect(runningCounts()).toEqual([1, 1, 1, 1, 1]);
  });

  it("starts no thread behind its end", async () => {
    for (let i = 0; i < 5; i++) ask();
    await startAll();
    pool.end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(workers).toHaveLength(4);
  });

  it("ends its threads", async () => {
    ask();
    await startAll();
    await workers[0]!.finish();
    pool.end();
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true]);
  });
});
