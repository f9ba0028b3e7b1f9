import { describe, expect, it } from "vitest";
import { fragment, InterfaceError } from "../../mod.ts";
import { databaseError } from "../../src/errors.ts";
import { makeBench, row } from "./writer_parts.ts";

describe("write() gathers", () => {
  it("maxRows rows into a batch, whatever they come as", async () => {
    const { writer, inserts } = await makeBench({ maxRows: 4 });
    await writer.write(row(1));
    await writer.write([row(2), row(3)]);
    await writer.write({ ts: [4, 5], v: new Int32Array([4, 5]) });
    await writer.write({ ts: new BigInt64Array([6n]), v: [6] });
    await writer.close();
    expect(inserts.map(({ values }) => values)).toEqual([[1, 2, 3, 4], [5, 6]]);
    expect(inserts[0]!.columns["ts"]).toEqual(new BigInt64Array([1n, 2n, 3n, 4n]));
  });

  it("maxBytes bytes", async () => {
    const { writer, inserts } = await makeBench({ maxBytes: 1_000 });
    for (let i = 0; i < 5; i++) await writer.write(row(i, "x".repeat(400)));
    await writer.close();
    expect(inserts.map(({ values }) => values.length)).toEqual([3, 2]);
  });

  it("for flushIntervalMs at the longest", async () => {
    const { writer, inserts } = await makeBench({ flushIntervalMs: 10 });
    await writer.write(row(1));
    await expect.poll(() => inserts.length, { timeout: 2_000 }).toBe(1);
    await writer.close();
    expect(inserts.length).toBe(1);
  });

  it("rows with different columns: a missing value stays as it is", async () => {
    const { writer, inserts } = await makeBench();
    await writer.write([{ ts: 1, w: 1 }, { v: 2, ts: 2 }, { ts: 3, w: null }]);
    await writer.close();
    expect(Object.keys(inserts[0]!.columns)).toEqual(["ts", "v", "w"]);
    expect(inserts[0]!.columns["v"]).toEqual([undefined, 2, undefined]);
    expect(inserts[0]!.columns["w"]).toEqual([1, undefined, null]);
  });

  it("values as they are at the time of the call", async () => {
    const { writer, inserts } = await makeBench();
    await writer.write(row(0));
    const bytes = new Uint8Array([1, 2]);
    const reused = { ts: new Date(5), v: bytes };
    await writer.write(reused);
    bytes[0] = 9;
    reused.ts.setTime(7);
    await writer.close();
    expect(inserts[0]!.columns["ts"]).toEqual(new BigInt64Array([0n, 5n]));
    expect(inserts[0]!.values[1]).toEqual(new Uint8Array([1, 2]));
  });

  it("rows of child tables, and names each in the report", async () => {
    const { writer, inserts } = await makeBench({ table: "st" });
    await writer.write([{ tbname: "a", ts: 1 }, { tbname: "b", ts: 1 }, { tbname: "a", ts: 2 }]);
    const { tables, written, batches } = await writer.close();
    expect(inserts[0]!.columns["tbname"]).toEqual(["a", "b", "a"]);
    expect(tables.map(({ table, written }) => [table, written])).toEqual([["a", 2], ["b", 1]]);
    expect([written, batches]).toEqual([3, 1]);
  });

  it("rows of one child table with using", async () => {
    const { writer, inserts } = await makeBench({ table: "a", using: "st" });
    await writer.write({ ts: [1, 2] });
    await writer.close();
    expect(inserts[0]).toMatchObject({ table: "st", columns: { tbname: ["a", "a"] } });
  });
});

describe("write() refuses", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["the server's time as text", { ts: "now" }, /server's time/],
    ["an expression of the server's time", { ts: " NOW() + 1s" }, /server's time/],
    ["a fragment of SQL as time", { ts: fragment`now` }, /server's time/],
    ["a row without a time", { v: 1 }, /needs a timestamp/],
    ["a NULL time", { ts: null }, /needs a timestamp/],
    ["columns with a row without a time", { ts: [1, null] }, /row 1: a row needs a timestamp/],
    ["an invalid Date", { ts: new Date(Number.NaN) }, /invalid Date/],
    ["a time that is no text of one", { ts: "yesterday" }, /column "ts", row 0/],
    ["columns of different lengths", { ts: [1, 2], v: [1] }, /has 1 values/],
    ["a column that the table does not have", { ts: 1, nope: 1 }, /no column "nope"/],
    ["a table name that is no text", { ts: 1, tbname: 5 }, /which table/],
    ["what is no object", 5, /no object/],
    ["rows among which one is wrong", [{ ts: 1 }, { ts: 2 }, { ts: "now" }], /row 2/],
  ];
  for (const [what, data, message] of wrong) {
    it(`${what}, and takes nothing`, async () => {
      const { writer, inserts } = await makeBench();
      const error = await writer.write(data as never).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(InterfaceError);
      expect((error as Error).message).toMatch(message);
      await writer.close();
      expect(inserts).toEqual([]);
    });
  }

  it("anything once it is closed", async () => {
    const { writer } = await makeBench();
    await writer.close();
    await expect(writer.write(row(1))).rejects.toThrow("closed");
  });

  it("rows without a table, when the options name none", async () => {
    const { writer } = await makeBench({ table: undefined as never, using: "st" });
    await expect(writer.write({ ts: 1 })).rejects.toThrow("which table");
    await writer.write({ ts: 1, tbname: "a" });
    await writer.close();
  });

  it("a column only after asking the table again", async () => {
    const { writer, columns, inserts, asked } = await makeBench();
    await writer.write(row(1));
    columns.push("x");
    await writer.write({ ts: 2, x: 5 });
    await writer.close();
    expect(inserts.map(({ columns }) => Object.keys(columns))).toEqual([["ts", "v"], ["ts", "x"]]);
    expect(asked()).toBe(2);
  });

  it("with the server's error when the table cannot be asked", async () => {
    let failures = 1;
    const bench = await makeBench({}, undefined, () => {
      if (failures-- > 0) throw databaseError(0x2603, "Table does not exist");
    });
    await expect(bench.writer.write(row(1))).rejects.toMatchObject({ code: 0x2603 });
    await bench.writer.write(row(1));
    expect((await bench.writer.close()).written).toBe(1);
  });
});

describe("writer() refuses", () => {
  const wrong: [string, object][] = [
    ["no table", { table: undefined }],
    ["an empty table name", { table: "" }],
    ["an unknown option", { maxrows: 1 }],
    ["no rows", { maxRows: 0 }],
    ["half a row", { maxRows: 1.5 }],
    ["a negative interval", { flushIntervalMs: -1 }],
    ["an unknown retry option", { retry: { attempt: 1 } }],
    ["negative attempts", { retry: { attempts: -1 } }],
  ];
  for (const [what, options] of wrong) {
    it(what, async () => {
      await expect(makeBench(options)).rejects.toBeInstanceOf(InterfaceError);
    });
  }
});
