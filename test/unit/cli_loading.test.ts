/** How `tdwire write` goes on, and ends, when rows, the server or the input are not as they should be. */

import { afterEach, describe, expect, it, vi } from "vitest";
import {
  ConnectionError,
  InterfaceError,
  OperationalError,
  SchemalessError,
  StatementError,
} from "../../mod.ts";
import { loadInBatches } from "../../src/cli/loading/batches.ts";
import { writeByHalves } from "../../src/cli/loading/write_by_halves.ts";

const never = new AbortController().signal;

afterEach(() => void vi.useRealTimers());

/** Runs it over eight rows with a server that fails with each of the errors, then as `isBad` says. */
async function loaded(errors: readonly Error[], isBad: (row: number) => boolean = () => false) {
  vi.useFakeTimers();
  const left = [...errors];
  const [written, refused, repeats]: [number[], number[], Error[]] = [[], [], []];
  const ended = writeByHalves(0, 8, {
    write: (from, to) => {
      const error = left.shift();
      if (error !== undefined) return Promise.reject(error);
      const rows = Array.from({ length: to - from }, (_, i) => from + i);
      if (rows.some(isBad)) return Promise.reject(new InterfaceError("it does not fit"));
      written.push(...rows);
      return Promise.resolve();
    },
    refuse: (row) => refused.push(row),
    repeat: (error) => repeats.push(error),
  }, never).then(() => null, (error: unknown) => error);
  await vi.runAllTimersAsync();
  return { error: await ended, written, refused, repeats, left };
}

describe("writeByHalves()", () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const busy = [
    new OperationalError("Sync leader is restoring", { code: 0x0914, retryable: true }),
    new SchemalessError("Sync write stall", { code: 0x0917, retryable: true }),
    new StatementError("Retry needed", { code: 0x0125, retryable: true }),
  ];

  it("writeByHalves() writes again what the server could not take, and refuses no row for it", async () => {
    const { error, written, refused, repeats } = await loaded(busy, (row) => row === 5);
    expect(error).toBeNull();
    expect(repeats).toEqual(busy);
    expect(written).toEqual(all.filter((row) => row !== 5));
    expect(refused).toEqual([5]);
  });

  it.each(busy)(
    "writeByHalves() ends with a server that goes on to be unable: $name",
    async (error) => {
      const outcome = await loaded(new Array<Error>(100).fill(error));
      expect(outcome).toMatchObject({ error, written: [], refused: [] });
      expect(outcome.left).toHaveLength(95);
    },
  );

  it.each([
    new OperationalError("No disk space", { code: 0x012b }),
    new StatementError("No disk space", { code: 0x012b }),
    new ConnectionError("the connection is lost", { retryable: true }),
    new OperationalError("Conn read timeout", {
      code: 0x0019,
      retryable: true,
      outcome: "unknown",
    }),
  ])(
    "writeByHalves() does not repeat what will not pass, or may be done: $message",
    async (error) => {
      const outcome = await loaded([error]);
      expect(outcome).toMatchObject({ error, written: [], refused: [], repeats: [] });
    },
  );
});

describe("loadInBatches()", () => {
  /** Rows, and then nothing more for ever. */
  async function* pausing(): AsyncGenerator<number[]> {
    yield [1, 2];
    await new Promise(() => {});
  }

  it("loadInBatches() ends with a batch that fails while the input pauses", async () => {
    const load = () => Promise.reject(new Error("the batch failed"));
    await expect(loadInBatches(pausing(), load, never)).rejects.toThrow("the batch failed");
  });

  it("loadInBatches() ends at the signal while the input pauses, behind the batch on its way", async () => {
    const controller = new AbortController();
    const done: number[] = [];
    const load = async (batch: readonly number[]) => {
      controller.abort(new Error("stopped"));
      await new Promise((resolve) => setTimeout(resolve, 10));
      done.push(...batch);
    };
    await expect(loadInBatches(pausing(), load, controller.signal)).rejects.toThrow("stopped");
    expect(done).toEqual([1, 2]);
  });

  it("loadInBatches() loads what was read before the input failed", async () => {
    async function* failing(): AsyncGenerator<number[]> {
      yield [1, 2];
      throw new Error("the input failed");
    }
    const done: number[] = [];
    const load = (batch: readonly number[]) => Promise.resolve(void done.push(...batch));
    await expect(loadInBatches(failing(), load, never)).rejects.toThrow("the input failed");
    expect(done).toEqual([1, 2]);
  });

  it("loadInBatches() holds no item for much longer than a second, though the input never pauses", async () => {
    vi.useFakeTimers();
    async function* steady(): AsyncGenerator<number[]> {
      for (let i = 0; i < 30; i++) {
        await new Promise((next) => setTimeout(next, 100));
        yield [i];
      }
    }
    const batches: number[] = [];
    const load = (batch: readonly number[]) => Promise.resolve(void batches.push(batch.length));
    const ended = loadInBatches(steady(), load, never);
    await vi.runAllTimersAsync();
    await ended;
    expect(Math.max(...batches)).toBe(11);
  });

  it("loadInBatches() ends its input when it ends itself", async () => {
    let isEnded = false;
    async function* endless(): AsyncGenerator<number[]> {
      try {
        for (;;) yield new Array<number>(10_000).fill(0);
      } finally {
        isEnded = true;
      }
    }
    const load = () => Promise.reject(new Error("the batch failed"));
    await expect(loadInBatches(endless(), load, never)).rejects.toThrow("the batch failed");
    expect(isEnded).toBe(true);
  });
});
