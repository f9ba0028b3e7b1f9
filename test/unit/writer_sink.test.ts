import { describe, expect, it } from "vitest";
import { databaseError } from "../../src/errors.ts";
import { failureOf, makeBench, row, rows } from "./writer_parts.ts";

describe("a writer as a sink", () => {
  it("takes a stream by writable, and is closed at its end", async () => {
    const bench = await makeBench({ maxRows: 2, maxBufferedRows: 2 });
    const source = new ReadableStream({
      start(controller) {
        for (const one of rows(0, 5)) controller.enqueue(one);
        controller.close();
      },
    });
    await source.pipeTo(bench.writer.writable);
    expect(bench.inserts.flatMap(({ values }) => values)).toEqual([0, 1, 2, 3, 4]);
    await expect(bench.writer.write(row(9))).rejects.toThrow("closed");
  });

  it("writes what it took when its stream is aborted", async () => {
    const bench = await makeBench();
    const stream = bench.writer.writable.getWriter();
    await stream.write(row(1));
    await stream.abort(new Error("enough"));
    expect(bench.inserts.length).toBe(1);
  });

  it("fails its stream by a row that was not written", async () => {
    const bench = await makeBench({}, () => {
      throw databaseError(0x060b, "Timestamp data out of range");
    });
    const stream = bench.writer.writable.getWriter();
    await stream.write(row(1));
    await failureOf(stream.close());
  });

  it("takes an async iterable by writeFrom()", async () => {
    const bench = await makeBench({ maxRows: 2, maxBufferedRows: 2 });
    async function* source() {
      for (const one of rows(0, 3)) yield await Promise.resolve(one);
      yield { ts: [3, 4], v: [3, 4] };
    }
    expect((await bench.writer.writeFrom(source())).written).toBe(5);
    expect((await bench.writer.writeFrom([row(9)])).written).toBe(1);
    await bench.writer.close();
  });
});
