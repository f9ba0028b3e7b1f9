import { describe, expect, it } from "vitest";
import { parseMetadata } from "../../src/tmq/parse_metadata.ts";

describe("parseMetadata()", () => {
  it("reads a batch in its order, and nothing out of nothing", () => {
    const drop = (name: string) => ({ type: "drop", tableNameList: [name] });
    const events = parseMetadata({ tmq_meta_version: "1.0", metas: [drop("a"), drop("b")] });
    expect(events.map((event) => event.type === "drop" && event.tableNames)).toEqual([["a"], [
      "b",
    ]]);
    expect(parseMetadata(undefined)).toEqual([]);
  });

  it("reads all child tables of one request, with their tags' values", () => {
    const tags = [
      { name: "a", type: 1, value: 1 },
      { name: "b", type: 10, value: '"it\'s "quoted""' },
      { name: "c", type: 15, value: '{"x":[1,2]}' },
      { name: "d", type: 5, value: -7 },
      { name: "e", type: 8 },
    ];
    const table = (tableName: string) => ({ tableName, using: "st", tagNum: 5, tags });
    const [event] = parseMetadata({
      type: "create",
      tableType: "child",
      ...table("c1"),
      createList: [table("c1"), table("c2")],
    });
    expect(event).toMatchObject({ type: "create", tableType: "child", tableName: "c1" });
    const { tables } = event as unknown as {
      tables: { tableName: string; tags: { value: unknown }[] }[];
    };
    expect(tables.map(({ tableName }) => tableName)).toEqual(["c1", "c2"]);
    expect(tables[1]!.tags.map(({ value }) => value)).toEqual([
      true,
      'it\'s "quoted"',
      { x: [1, 2] },
      -7,
      null,
    ]);
  });

  it("reads every kind of ALTER", () => {
    const alter = (alterType: number, rest: object) =>
      parseMetadata({ type: "alter", tableType: "super", tableName: "st", alterType, ...rest })[0]!;
    expect(alter(1, { colName: "t", colType: 8, colLength: 4 })).toMatchObject({
      change: "add-tag",
      column: "t",
      columnType: "VARCHAR",
      length: 4,
    });
    expect(alter(3, { colName: "a", colNewName: "b" })).toMatchObject({
      change: "rename-tag",
      newName: "b",
    });
    expect(alter(4, { colName: "t", colValue: "x", colValueNull: true })).toMatchObject({
      tags: [{ name: "t", value: null }],
    });
    const tags = [{ colName: "a", colValue: "1", colValueNull: false }, {
      colName: "b",
      colValueNull: true,
    }];
    expect(alter(15, { tags })).toMatchObject({
      change: "set-tags",
      tags: [{ value: "1" }, { value: null }],
    });
  });

  it("reads the digits of a DECIMAL from its length, where the server sends it", () => {
    const [created] = parseMetadata({
      type: "create",
      tableType: "normal",
      tableName: "n",
      columns: [{ name: "d", type: 17, length: 20 << 8 | 4 }, { name: "e", type: 21 }],
    });
    expect(created).toMatchObject({
      columns: [{ name: "d", precision: 20, scale: 4 }, { name: "e", type: "DECIMAL64" }],
    });
    const [altered] = parseMetadata({
      type: "alter",
      tableType: "normal",
      tableName: "n",
      alterType: 5,
      colName: "f",
      colType: 21,
      colLength: 10 << 8 | 2,
    });
    expect(altered).toMatchObject({ precision: 10, scale: 2 });
    expect(altered).not.toHaveProperty("length");
  });

  it("passes on what it cannot read", () => {
    for (
      const raw of [
        7,
        "x",
        [],
        {},
        { type: "create" },
        { type: "truncate" },
        { type: "alter", tableType: "super", tableName: "s", alterType: "constructor" },
        {
          type: "drop",
          tableNameList: [1],
        },
        { type: "create", tableType: "super", tableName: "s", columns: [{ name: "c", type: 99 }] },
        {
          type: "create",
          tableType: "normal",
          tableName: "v",
          isVirtual: true,
          columns: [{ name: "c", type: 4, ref: { refDbName: "d", refTableName: "t" } }],
        },
        {
          type: "create",
          tableType: "child",
          tableName: "v",
          using: "s",
          refs: [{ colName: "c" }],
          tags: [],
        },
        { type: "alter", tableType: "", tableName: "v", alterType: 17, colName: "c" },
        {
          type: "alter",
          tableType: "super",
          tableName: "s",
          alterType: 99,
        },
        {
          type: "alter",
          tableType: "child",
          tableName: "c",
          alterType: 15,
          tags: [{ colName: "t", regexp: "a", replacement: "b" }],
        },
        null,
      ]
    ) {
      expect(parseMetadata(raw)).toEqual([{ type: "unknown", raw }]);
    }
  });
});
