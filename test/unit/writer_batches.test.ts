import { describe, expect, it } from "vitest";
import { TimeoutError } from "../../mod.ts";
import { databaseError } from "../../src/errors.ts";
import { createDeferred, type Deferred } from "../../src/internal/deferred.ts";
import { makeBench, row, rows, settle } from "./writer_parts.ts";

describe("batches", () => {
  it("run side by side, at most inFlight of them", async () => {
    const ends: Deferred<void>[] = [];
    const bench = await makeBench({ maxRows: 1, inFlight: 3, maxBufferedRows: 9 }, () => {
      const end = createDeferred<void>();
      ends.push(end);
      return end.promise;
    });
    for (let i = 0; i < 4; i++) await bench.writer.write(row(i));
    await settle();
    expect(bench.running()).toBe(3);
    for (let i = 0; i < 4; i++) {
      ends[i]!.resolve();
      await settle();
    }
    await bench.writer.close();
    expect([bench.peak(), bench.inserts.length]).toEqual([3, 4]);
  });

  it("that may hold the same row run one after the other, so that the later one wins", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench(
      { maxRows: 2 },
      ({ values }) => values[0] === "a" ? end.promise : undefined,
    );
    await bench.writer.write([row(1, "a"), row(5, "a")]);
    await bench.writer.write([row(5, "b"), row(6, "b")]);
    await bench.writer.write([row(7, "c"), row(8, "c")]);
    await settle();
    expect(bench.inserts.map(({ values }) => values[0])).toEqual(["a", "c"]);
    end.resolve();
    await bench.writer.close();
    expect(bench.inserts.map(({ values }) => values[0])).toEqual(["a", "c", "b"]);
  });

  it("of different tables do not wait for each other", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench(
      { maxRows: 1 },
      (_, count) => count === 1 ? end.promise : undefined,
    );
    await bench.writer.write({ tbname: "a", ts: 1, v: 1 });
    await bench.writer.write({ tbname: "b", ts: 1, v: 2 });
    await settle();
    expect(bench.inserts.length).toBe(2);
    end.resolve();
    await bench.writer.close();
  });

  it("that are sent again are not overtaken by a later one of the same row", async () => {
    const seen: unknown[] = [];
    const bench = await makeBench({ maxRows: 1 }, ({ values }, count) => {
      seen.push(values[0]);
      if (count < 3) throw databaseError(0x0914, "Sync leader is restoring");
    });
    await bench.writer.write(row(1, "old"));
    await bench.writer.write(row(1, "new"));
    await bench.writer.close();
    expect(seen).toEqual(["old", "old", "old", "new"]);
  });
});

describe("write() waits", () => {
  it("for room, and takes exactly what there is room for", async () => {
    const ends: Deferred<void>[] = [];
    const bench = await makeBench({ maxRows: 2, inFlight: 1, maxBufferedRows: 4 }, () => {
      const end = createDeferred<void>();
      ends.push(end);
      return end.promise;
    });
    let taken = 0;
    const writes = rows(0, 7).map((one) => bench.writer.write(one).then(() => taken++));
    await settle();
    expect(taken).toBe(4);
    ends[0]!.resolve();
    await settle();
    expect(taken).toBe(6);
    ends[1]!.resolve();
    await settle();
    expect(taken).toBe(7);
    const closed = bench.writer.close();
    for (let i = 2; i < 4; i++) {
      await settle();
      ends[i]!.resolve();
    }
    await Promise.all(writes);
    expect((await closed).written).toBe(7);
  });

  it("no longer than its signal and its time limit say, and takes nothing then", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench({ maxRows: 1, maxBufferedRows: 1 }, () => end.promise);
    await bench.writer.write(row(1));
    const controller = new AbortController();
    const aborted = bench.writer.write(row(2), { signal: controller.signal });
    const late = bench.writer.write(row(3), { timeoutMs: 5 });
    const patient = bench.writer.write(row(4));
    controller.abort(new Error("mine"));
    await expect(aborted).rejects.toThrow("mine");
    await expect(late).rejects.toBeInstanceOf(TimeoutError);
    end.resolve();
    await patient;
    expect((await bench.writer.close()).written).toBe(2);
    expect(bench.inserts.map(({ values }) => values)).toEqual([[1], [4]]);
  });

  it("no longer because of one that came before and has given up", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench({ maxRows: 2, maxBufferedRows: 4 }, () => end.promise);
    await bench.writer.write(rows(0, 2));
    const large = bench.writer.write(rows(2, 9), { timeoutMs: 5 });
    const small = bench.writer.write(row(9));
    await expect(large).rejects.toBeInstanceOf(TimeoutError);
    await small;
    end.resolve();
    expect((await bench.writer.close()).written).toBe(3);
  });

  it("with more rows than the buffer has until it is empty", async () => {
    const bench = await makeBench({ maxRows: 2, maxBufferedRows: 3 });
    await bench.writer.write(row(0));
    await bench.writer.write(rows(1, 10));
    expect((await bench.writer.close()).written).toBe(10);
  });

  it("and lets timers run in a loop that never waits otherwise", async () => {
    const bench = await makeBench();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for (let i = 0; i < 40_000; i++) await bench.writer.write(row(i));
    clearInterval(timer);
    await bench.writer.close();
    expect(turns).toBeGreaterThan(2);
  });
});

describe("flush() and close()", () => {
  it("cover writes that nobody has awaited", async () => {
    const bench = await makeBench({ maxRows: 2, maxBufferedRows: 2 });
    for (const one of rows(0, 9)) void bench.writer.write(one);
    expect((await bench.writer.flush()).written).toBe(9);
    void bench.writer.write(row(9));
    expect((await bench.writer.close()).written).toBe(1);
  });

  it("end their wait by signal and time limit, and the writer goes on", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench({}, () => end.promise);
    await bench.writer.write(row(1));
    await expect(bench.writer.flush({ timeoutMs: 5 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(bench.writer.flush({ signal: AbortSignal.abort(new Error("mine")) })).rejects
      .toThrow("mine");
    await expect(bench.writer.close({ signal: AbortSignal.abort(new Error("mine")) })).rejects
      .toThrow("mine");
    end.resolve();
    const report = await bench.writer.close();
    expect(report.written).toBe(1);
    expect(await bench.writer.close()).toBe(report);
  });

  it("happen at the end of a scope", async () => {
    const bench = await makeBench();
    {
      await using writer = bench.writer;
      await writer.write(row(1));
    }
    expect(bench.inserts.length).toBe(1);
  });
});
