import { describe, expect, it } from "vitest";
import { InterfaceError } from "../../src/errors.ts";
import { groupByTable } from "../../src/statements/table_groups.ts";

/** The rows of each table as the groups say, against those found one by one. */
function expectGrouped(names: readonly string[], from: number, to: number): void {
  const groups = groupByTable(names, [], [from, to]);
  const order = groups.order ?? Uint32Array.from({ length: to - from }, (_, row) => row);
  expect([...order].sort((a, b) => a - b)).toEqual(
    Array.from({ length: to - from }, (_, row) => row),
  );
  let at = 0;
  groups.names.forEach((name, table) => {
    const rows = [...order.subarray(at, at += groups.counts[table]!)];
    const expected = names.slice(from, to).flatMap((other, row) => other === name ? [row] : []);
    expect(rows).toEqual(expected);
  });
  expect(at).toBe(to - from);
  const isInOrder = names.slice(from, to).every((name, row, all) =>
    row === 0 || all.indexOf(name) >= all.indexOf(all[row - 1]!)
  );
  expect(groups.order === null).toBe(isInOrder);
}

describe("groupByTable()", () => {
  it("groups rows by table and keeps their order in it", () => {
    const { names, counts, order, tags } = groupByTable(["b", "a", "b", "c", "a"], [[
      1,
      2,
      1,
      3,
      2,
    ]], [0, 5]);
    expect(names).toEqual(["b", "a", "c"]);
    expect([...counts]).toEqual([2, 2, 1]);
    expect([...order!]).toEqual([0, 2, 1, 4, 3]);
    expect(tags).toEqual([[1], [2], [3]]);
  });

  it("has every row once, of any rows and any range of them", () => {
    let seed = 3;
    const random = (below: number) =>
      ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 8) % below;
    for (let round = 0; round < 300; round++) {
      const tables = 1 + random(6);
      const names = Array.from({ length: 1 + random(40) }, () => `t${random(tables)}`);
      if (round % 3 === 0) names.sort();
      const from = random(names.length);
      expectGrouped(names, from, from + 1 + random(names.length - from));
    }
  });

  it("counts rows from the start of its range, and finds tags at their place", () => {
    const { order, tags } = groupByTable(["x", "a", "b", "a"], [[0, 10, 20, 10]], [1, 4]);
    expect([...order!]).toEqual([0, 2, 1]);
    expect(tags).toEqual([[10], [20]]);
  });

  it("tells names apart exactly", () => {
    expect(groupByTable(["d", "D", "d ", "__proto__", "constructor"], [], [0, 5]).names.length)
      .toBe(5);
  });

  it("refuses rows of one table with different tags, and compares dates and bytes by value", () => {
    const tagsOf = (a: unknown, b: unknown) => () => groupByTable(["t", "t"], [[a, b]], [0, 2]);
    for (
      const [a, b] of [[1, 2], [1, "1"], [1, 1n], [null, 0], [0, -0], [
        Uint8Array.of(1),
        Uint8Array.of(2),
      ], [new Date(0), new Date(1)]]
    ) {
      expect(tagsOf(a, b)).toThrow(InterfaceError);
    }
    for (
      const [a, b] of [[Number.NaN, Number.NaN], [null, null], [null, undefined], [
        new Date(5),
        new Date(5),
      ], [
        Uint8Array.of(1),
        Uint8Array.of(1),
      ]]
    ) {
      expect(tagsOf(a, b)).not.toThrow();
    }
  });

  it("refuses a row without a table, naming the row", () => {
    for (const name of [null, undefined, 7]) {
      expect(() => groupByTable(["a", name], [], [0, 2])).toThrow(/"tbname", row 1/);
    }
  });
});
