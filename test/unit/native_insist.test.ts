import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDeferred } from "../../src/internal/deferred.ts";
import { insist } from "../../src/transports/native/insist.ts";

describe("insist()", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  for (const end of ["resolve", "reject"] as const) {
    it(`stops a call again until it has returned, here by ${end}`, async () => {
      const stop = vi.fn();
      const returned = createDeferred<void>();
      insist(stop, returned.promise);
      expect(stop).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(400);
      expect(stop).toHaveBeenCalledTimes(3);
      returned[end](undefined);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(stop).toHaveBeenCalledTimes(3);
      expect(vi.getTimerCount()).toBe(0);
    });
  }
});
