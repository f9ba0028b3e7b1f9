import { expect, it } from "vitest";
import { columnSets, type InsertRow } from "../../src/statements/insert_data.ts";

it("columnSets() puts every cell of rows into its column, whatever names each row has", () => {
  class Reading {
    readonly a = 1;
    get b() {
      return 2;
    }
  }
  const rows: InsertRow[] = [
    { a: 1, b: 2 },
    { a: 3, b: 4 },
    { a: 5, b: 6, c: 7 },
    { a: 8 },
    {},
    { c: 9, a: 10 },
    Object.assign(Object.create({ inherited: 1 }), { a: 11, b: 12 }),
    new Reading() as unknown as InsertRow,
    { ["__proto__"]: 13, a: null, b: undefined },
  ];
  const [columns] = columnSets(rows) as Iterable<Record<string, unknown[]>>;
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  expect(new Set(Object.keys(columns!))).toEqual(names);
  for (const name of names) {
    const cells = rows.map((row) => Object.hasOwn(row, name) ? row[name] : undefined);
    expect(Array.from(columns![name]!), name).toEqual(cells);
  }
});
