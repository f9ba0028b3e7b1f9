import { describe, expect, it } from "vitest";
import { maxRowsPerTable, type RowRange, rowRanges } from "../../src/statements/row_ranges.ts";
import { groupByTable } from "../../src/statements/table_groups.ts";

/** Every row is in one range, and the ranges are in order. */
function expectWhole(ranges: readonly RowRange[], rows: number): void {
  let at = 0;
  for (const [from, to] of ranges) {
    expect(from).toBe(at);
    expect(to).toBeGreaterThan(from);
    at = to;
  }
  expect(at).toBe(rows);
}

function random(seed: number): (below: number) => number {
  return (below) => ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 8) % below;
}

describe("rowRanges()", () => {
  it("cuts one table at 32 767 rows", () => {
    const lengths = (rows: number) =>
      rowRanges(rows, [new Int32Array(rows)], undefined).map(([from, to]) => to - from);
    expect(lengths(0)).toEqual([]);
    expect(lengths(1)).toEqual([1]);
    expect(lengths(maxRowsPerTable)).toEqual([maxRowsPerTable]);
    expect(lengths(maxRowsPerTable + 1)).toEqual([maxRowsPerTable, 1]);
    expect(lengths(3 * maxRowsPerTable)).toEqual([
      maxRowsPerTable,
      maxRowsPerTable,
      maxRowsPerTable,
    ]);
  });

  it("takes more rows in all when they are of many tables", () => {
    const rows = 4 * maxRowsPerTable;
    const names = Array.from({ length: rows }, (_, row) => `d${row % 4}`);
    expect(rowRanges(rows, [new Int32Array(rows)], names)).toEqual([[0, rows]]);
  });

  it("cuts what would be too large, and never an empty range", () => {
    const large = "x".repeat(6 * 1024 * 1024);
    expect(rowRanges(5, [[large, large, large, "", large]], undefined)).toEqual([[0, 2], [2, 5]]);
    const huge = new Uint8Array(40 * 1024 * 1024);
    expect(rowRanges(3, [[huge, huge, null]], undefined)).toEqual([[0, 1], [1, 2], [2, 3]]);
  });

  it("puts every row into one range and at most 32 767 of a table, however they are spread", () => {
    for (let round = 1; round <= 12; round++) {
      const next = random(round);
      const [rows, tables] = [next(200_000), 1 + next(round % 3 === 0 ? 2 : 50)];
      const names = Array.from({ length: rows }, () => `d${Math.min(next(tables), next(tables))}`);
      const ranges = rowRanges(rows, [new Int32Array(rows)], names);
      expectWhole(ranges, rows);
      for (const range of ranges) {
        const { counts } = groupByTable(names, [], range);
        expect(Math.max(...counts)).toBeLessThanOrEqual(maxRowsPerTable);
      }
      // No range could have taken the next row too.
      for (const [from, to] of ranges.slice(0, -1)) {
        const ofNext = names.slice(from, to).filter((name) => name === names[to]);
        expect(ofNext.length).toBe(maxRowsPerTable);
      }
    }
  });
});
