import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  InterfaceError,
  TimeoutError,
  WriteError,
  type WriteReport,
} from "../../mod.ts";
import { databaseError } from "../../src/errors.ts";
import { createDeferred } from "../../src/internal/deferred.ts";
import { failureOf, makeBench, row, rows, settle } from "./writer_parts.ts";

describe("a batch that fails", () => {
  it("is sent again when that may help, and counted", async () => {
    const bench = await makeBench({}, (_, count) => {
      if (count < 3) throw databaseError(0x0914, "Sync leader is restoring");
    });
    await bench.writer.write(rows(0, 5));
    expect(await bench.writer.close()).toMatchObject({ written: 5, retried: 5, refused: 0 });
    expect(bench.inserts.length).toBe(3);
  });

  it("after a time limit is sent again: its rows carry their times", async () => {
    const bench = await makeBench({}, (_, count) => {
      if (count === 1) throw new TimeoutError("no answer");
    });
    await bench.writer.write(row(1));
    expect((await bench.writer.close()).written).toBe(1);
  });

  it("after a time limit is in doubt row by row when its repeat is refused", async () => {
    const bench = await makeBench({}, ({ values }, count) => {
      if (count === 1) throw new TimeoutError("no answer", { outcome: "unknown" });
      if (values.includes(1)) throw new InterfaceError("column v: 1 does not fit");
    });
    await bench.writer.write(rows(0, 2));
    const { outcome, report } = await failureOf(bench.writer.close());
    expect(outcome).toBe("unknown");
    expect(report).toMatchObject({ written: 1, refused: 1 });
  });

  it("is sent again so many times and no more", async () => {
    const bench = await makeBench({ retry: { attempts: 2, backoffMs: 1 } }, () => {
      throw databaseError(0x0914, "Sync leader is restoring");
    });
    await bench.writer.write(rows(0, 3));
    const { code, report, message } = await failureOf(bench.writer.flush());
    expect(bench.inserts.length).toBe(3);
    expect(code).toBe(0x0914);
    expect(message).toBe('[0x0914] 3 rows were not written, 3 of "t": Sync leader is restoring');
    expect(report).toMatchObject({ written: 0, refused: 3, retried: 3 });
    expect((await bench.writer.close()).refused).toBe(0);
  });

  it("for good is reported with its rows, by table", async () => {
    const bench = await makeBench({ table: "st" }, () => {
      throw databaseError(0x060b, "Timestamp data out of range");
    });
    await bench.writer.write([{ tbname: "a", ts: 3, v: 1 }, { tbname: "b", ts: 1, v: 2 }, {
      tbname: "a",
      ts: 1,
      v: 3,
    }]);
    const { report } = await failureOf(bench.writer.close());
    expect(bench.inserts.length).toBe(1);
    expect(report.failures).toMatchObject([
      {
        table: "a",
        rowCount: 2,
        first: 1n,
        last: 3n,
        columns: { tbname: ["a", "a"], v: [1, 3] },
        error: { code: 0x060b },
      },
      { table: "b", rowCount: 1, columns: { ts: new BigInt64Array([1n]), v: [2] } },
    ]);
    expect(await failureOf(bench.writer.close())).toBeInstanceOf(WriteError);
  });

  it("by the fault of one row is written without it", async () => {
    const bench = await makeBench({}, ({ values }) => {
      if (values.includes("bad")) throw new InterfaceError('column "v": no number');
    });
    await bench.writer.write(rows(0, 100));
    await bench.writer.write([row(100, "bad"), row(101), row(102, "bad")]);
    const { report } = await failureOf(bench.writer.close());
    expect(report).toMatchObject({ written: 101, refused: 2, batches: 1 });
    expect(report.failures.map(({ first, columns }) => [first, columns["v"]])).toEqual([[100n, [
      "bad",
    ]], [102n, ["bad"]]]);
  });

  it("makes the next write() reject once, which takes nothing then", async () => {
    const bench = await makeBench({ maxRows: 1 }, ({ values }) => {
      if (values[0] === 1) throw databaseError(0x060b, "Timestamp data out of range");
    });
    await bench.writer.write(row(1));
    await settle();
    expect((await failureOf(bench.writer.write(row(2)))).report.failures).toMatchObject([{
      first: 1n,
    }]);
    await bench.writer.write(row(3));
    const { report } = await failureOf(bench.writer.close());
    expect(report).toMatchObject({ written: 1, refused: 1 });
    expect(bench.inserts.map(({ values }) => values[0])).toEqual([1, 3]);
  });

  it("makes a write() that waits for room reject", async () => {
    const end = createDeferred<void>();
    const bench = await makeBench({ maxRows: 1, maxBufferedRows: 1 }, () => end.promise);
    await bench.writer.write(row(1));
    const waiting = bench.writer.write(row(2));
    end.reject(databaseError(0x060b, "Timestamp data out of range"));
    await failureOf(waiting);
    await failureOf(bench.writer.close());
  });

  it("is told to onReport, and write() goes on, but flush() rejects all the same", async () => {
    const reports: WriteReport[] = [];
    const options = { maxRows: 1, onReport: (report: WriteReport) => void reports.push(report) };
    const bench = await makeBench(options, ({ values }) => {
      if (values[0] === 1) throw databaseError(0x060b, "Timestamp data out of range");
    });
    for (const one of rows(0, 3)) {
      await bench.writer.write(one);
      await settle();
    }
    expect(reports.map(({ written, refused }) => [written, refused])).toEqual([[1, 0], [0, 1], [
      1,
      0,
    ]]);
    expect(reports[1]!.failures).toMatchObject([{ table: "t", first: 1n }]);
    expect((await failureOf(bench.writer.flush())).report).toMatchObject({
      written: 2,
      refused: 1,
    });
    await bench.writer.close();
  });

  it("leaves no more told rows in the report than maxBufferedRows, but all counts", async () => {
    const options = { maxRows: 1, maxBufferedRows: 2, onReport: () => {} };
    const bench = await makeBench(options, () => {
      throw databaseError(0x060b, "Timestamp data out of range");
    });
    for (const one of rows(0, 6)) await bench.writer.write(one);
    const { report } = await failureOf(bench.writer.close());
    expect(report.refused).toBe(6);
    expect(report.failures.map(({ first }) => first)).toEqual([4n, 5n]);
  });

  it("because the connection is lost is not sent again", async () => {
    const bench = await makeBench({}, () => {
      throw new ConnectionError("the server closed the connection", { outcome: "unknown" });
    });
    await bench.writer.write(row(1));
    expect(await failureOf(bench.writer.close())).toMatchObject({
      kind: "connection",
      outcome: "unknown",
    });
    expect(bench.inserts.length).toBe(1);
  });
});
