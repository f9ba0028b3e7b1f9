import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TimeoutError } from "../../src/errors.ts";
import { followSignal, withDeadline } from "../../src/internal/abort.ts";
import { createDeferred } from "../../src/internal/deferred.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

function expectClean(signal: AbortSignal): void {
  expect(vi.getTimerCount()).toBe(0);
  expect(listenersOf(signal)).toBe(0);
}

describe("withDeadline()", () => {
  it("gives what the work gives and leaves no timer and no listener", async () => {
    const { signal } = new AbortController();
    const { promise, resolve } = createDeferred<number>();
    const waiting = withDeadline({ signal, timeoutMs: 100, what: "x" }, () => promise);
    expect(vi.getTimerCount()).toBe(1);
    expect(listenersOf(signal)).toBe(1);
    resolve(7);
    expect(await waiting).toBe(7);
    expectClean(signal);
  });

  it("rejects when what is waited for has ended, also before the wait, and leaves no listener", async () => {
    const [mine, theirs] = [new AbortController(), new AbortController()];
    const limits = { signal: mine.signal, ended: theirs.signal, timeoutMs: 100, what: "x" };
    expect(await withDeadline(limits, () => Promise.resolve(7))).toBe(7);
    expect(listenersOf(theirs.signal)).toBe(0);
    const waiting = withDeadline(limits, never);
    const reason = new Error("gone");
    theirs.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expectClean(mine.signal);
    const work = vi.fn(never);
    await expect(withDeadline(limits, work)).rejects.toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });

  it("rejects with what the work rejects with or throws", async () => {
    const { signal } = new AbortController();
    const failure = new Error("work");
    const limits = { signal, timeoutMs: 9, what: "x" };
    await expect(withDeadline(limits, () => Promise.reject(failure))).rejects.toBe(failure);
    const thrower = () => {
      throw failure;
    };
    await expect(withDeadline(limits, thrower)).rejects.toBe(failure);
    expectClean(signal);
  });

  it("rejects with signal.reason when aborted, and tells the work", async () => {
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const limits = { signal: controller.signal, timeoutMs: 9, what: "x" };
    const waiting = withDeadline(limits, (signal) => {
      seen = signal;
      return never();
    });
    const reason = { any: "value" };
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(seen?.reason).toBe(reason);
    expectClean(controller.signal);
  });

  it("does not start when the signal is aborted already", async () => {
    const work = vi.fn(() => Promise.resolve(1));
    const reason = new Error("early");
    const waiting = withDeadline({ signal: AbortSignal.abort(reason), what: "x" }, work);
    await expect(waiting).rejects.toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });

  it("rejects with signal.reason when the work itself aborts the signal", async () => {
    const controller = new AbortController();
    const waiting = withDeadline({ signal: controller.signal, what: "x" }, () => {
      controller.abort("inner");
      return never();
    });
    await expect(waiting).rejects.toBe("inner");
    expectClean(controller.signal);
  });

  it("rejects with a TimeoutError that names the wait and its limit", async () => {
    const { signal } = new AbortController();
    let seen: AbortSignal | undefined;
    const limits = {
      signal,
      timeoutMs: 250,
      what: "the reply to query",
      reqId: 5n,
      outcome: "not-sent",
    } as const;
    const waiting = withDeadline(limits, (inner) => {
      seen = inner;
      return never();
    });
    const check = expect(waiting).rejects.toMatchObject({
      name: "TimeoutError",
      message: "the reply to query: not done within 250 ms",
      reqId: 5n,
      outcome: "not-sent",
    });
    await vi.advanceTimersByTimeAsync(250);
    await check;
    expect(seen?.reason).toBeInstanceOf(TimeoutError);
    expectClean(signal);
  });

  it("hands a late value to onLate and swallows a late failure", async () => {
    const onLate = vi.fn();
    for (const finish of ["resolve", "reject"] as const) {
      const late = createDeferred<string>();
      const waiting = withDeadline({ timeoutMs: 5, what: "x", onLate }, () => late.promise);
      const check = expect(waiting).rejects.toBeInstanceOf(TimeoutError);
      await vi.advanceTimersByTimeAsync(5);
      await check;
      late[finish]("late");
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(onLate.mock.calls).toEqual([["late"]]);
  });

  it("has no limit at 0, and leaves the work's signal alone", async () => {
    let seen: AbortSignal | undefined;
    const { promise, resolve } = createDeferred<string>();
    const waiting = withDeadline({ timeoutMs: 0, what: "x" }, (signal) => {
      seen = signal;
      return promise;
    });
    expect(vi.getTimerCount()).toBe(0);
    resolve("done");
    expect(await waiting).toBe("done");
    expect(seen?.aborted).toBe(false);
  });
});

describe("followSignal()", () => {
  it("aborts with the other's reason, at once when that is aborted already, and lets go", () => {
    const [leader, controller] = [new AbortController(), new AbortController()];
    followSignal(controller, leader.signal);
    leader.abort("why");
    expect(controller.signal.reason).toBe("why");
    const late = new AbortController();
    followSignal(late, leader.signal);
    expect(late.signal.reason).toBe("why");
    const [other, free] = [new AbortController(), new AbortController()];
    followSignal(free, other.signal)();
    other.abort();
    expect(free.signal.aborted).toBe(false);
    followSignal(free, undefined)();
  });
});
