import { describe, expect, it } from "vitest";
import { createDeferred } from "../../src/internal/deferred.ts";
import { Gate } from "../../src/internal/gate.ts";

const limits = { what: "the gate" };
const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** Work that notes when it begins, and ends when told. */
function work(name: string, log: string[]) {
  const { promise, resolve } = createDeferred<string>();
  return {
    run: () => {
      log.push(name);
      return promise;
    },
    end: () => resolve(name),
  };
}

describe("Gate", () => {
  it("lets shared work in side by side and work alone by itself, in the order of asking", async () => {
    const gate = new Gate();
    const log: string[] = [];
    const works = ["a", "b", "C", "d", "E", "F", "g"].map((name) => ({ name, ...work(name, log) }));
    const passing = works.map(({ name, run }) =>
      name < "a" ? gate.alone(limits, run) : gate.shared(limits, run)
    );
    const steps = ["ab", "abC", "abCd", "abCdE", "abCdEF", "abCdEFg"];
    for (const step of steps) {
      await turns();
      expect(log.join("")).toBe(step);
      works.filter(({ name }) => step.includes(name)).forEach(({ end }) => end());
    }
    expect(await Promise.all(passing)).toEqual(works.map(({ name }) => name));
  });

  it("opens again when work fails", async () => {
    const gate = new Gate();
    const failure = new Error("work");
    await expect(gate.alone(limits, () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(gate.hold(limits, () => Promise.reject(failure))).rejects.toBe(failure);
    await expect(gate.shared(limits, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await gate.alone(limits, () => Promise.resolve(1))).toBe(1);
  });

  it("stays shut behind hold() until it is left, however often that is said", async () => {
    const gate = new Gate();
    const log: string[] = [];
    const leave = await gate.hold(limits, (leave) => Promise.resolve(leave));
    const [first, second] = [work("1", log), work("2", log)];
    const passing = [gate.alone(limits, first.run), gate.alone(limits, second.run)];
    await turns();
    expect(log).toEqual([]);
    leave();
    leave();
    await turns();
    expect(log).toEqual(["1"]);
    first.end();
    second.end();
    await Promise.all(passing);
  });

  it("forgets who gives up waiting, and lets in those behind", async () => {
    const gate = new Gate();
    const log: string[] = [];
    const [inside, never, behind] = [work("inside", log), work("never", log), work("behind", log)];
    const first = gate.shared(limits, inside.run);
    const controller = new AbortController();
    const waiting = gate.alone({ ...limits, signal: controller.signal }, never.run);
    const last = gate.shared(limits, behind.run);
    await turns();
    expect(log).toEqual(["inside"]);
    controller.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    await turns();
    expect(log).toEqual(["inside", "behind"]);
    inside.end();
    behind.end();
    await Promise.all([first, last]);
    const timed = await gate.hold(limits, (leave) => Promise.resolve(leave));
    await expect(gate.shared({ ...limits, timeoutMs: 5, reqId: 3n }, never.run)).rejects
      .toMatchObject({
        name: "TimeoutError",
        outcome: "not-sent",
        reqId: 3n,
      });
    timed();
    expect(await gate.alone(limits, () => Promise.resolve("free"))).toBe("free");
  });

  it("never lets work alone be with other work, whatever happens", async () => {
    const gate = new Gate();
    let [inside, alone, most] = [0, 0, 0];
    let seed = 7;
    const random = (below: number) =>
      ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 16) % below;
    const task = async (isAlone: boolean) => {
      inside++;
      alone += isAlone ? 1 : 0;
      expect(alone === 0 || inside === 1).toBe(true);
      most = Math.max(most, inside);
      for (let i = random(4); i > 0; i--) await new Promise((resolve) => setTimeout(resolve, 0));
      inside--;
      alone -= isAlone ? 1 : 0;
      if (random(5) === 0) throw new Error("some fail");
    };
    const all = Array.from({ length: 300 }, () => {
      const isAlone = random(3) === 0;
      const given = { ...limits, timeoutMs: random(4) === 0 ? 3 : 0 };
      return isAlone ? gate.alone(given, () => task(true)) : gate.shared(given, () => task(false));
    });
    await Promise.allSettled(all);
    expect(inside).toBe(0);
    expect(most).toBeGreaterThan(1);
    expect(await gate.alone(limits, () => Promise.resolve("free"))).toBe("free");
  });
});
