/** The embedded server's block encoder against blocks of a real server. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeBlock, fixedSize, TypeCode } from "../../src/devserver/blocks.ts";
import type { RowSet } from "../../src/devserver/engine.ts";
import { formatColumnMeta, makeRowFormatter } from "../../src/devserver/http_rows.ts";
import { fieldsOf, FOLDER, NAMES, readCase, readRows } from "./devserver_golden.ts";

/** Zeroes what a recorded block has in the slots of NULLs: the real server leaves there what happens to be in memory. */
function clearNullSlots(block: Buffer): void {
  const [rows, columns] = [block.readInt32LE(8), block.readInt32LE(12)];
  let at = 28 + 9 * columns;
  for (let i = 0; i < columns; i++) {
    const size = fixedSize(block.readInt8(28 + 5 * i));
    const dataAt = at + (size < 0 ? 4 * rows : (rows + 7) >> 3);
    for (let row = 0; row < rows && size > 0; row++) {
      const isNull = (block[at + (row >> 3)]! & (0x80 >> (row & 7))) !== 0;
      if (isNull) block.fill(0, dataAt + row * size, dataAt + (row + 1) * size);
    }
    at = dataAt + block.readInt32LE(28 + 5 * columns + 4 * i);
  }
}

describe("encodeBlock()", () => {
  it.each(NAMES)("encodeBlock() writes %s as the real server did", (name) => {
    const golden = readCase(name);
    const fields = fieldsOf(golden.reply);
    const rows = name === "nan_inf" ? [[null, Infinity, -Infinity, null]] : readRows(name, fields);
    // REST shows a NULL and the JSON value null alike; the block has the text.
    if (name === "json_tag") rows[0]![6] = "null";
    expect(rows.length).toBe(golden.rows);
    let start = 0;
    for (const file of golden.blocks) {
      const expected = readFileSync(new URL(file, FOLDER));
      const count = expected.readInt32LE(8);
      const part = rows.slice(start, start + count);
      const columns = fields.map((_, i) => part.map((row) => row[i]!));
      const actual = Buffer.from(encodeBlock(fields, columns));
      // The group id is a hash that only the real server knows.
      expected.copy(actual, 20, 20, 28);
      clearNullSlots(expected);
      expect(actual.toString("hex")).toBe(expected.toString("hex"));
      start += count;
    }
    expect(start).toBe(golden.rows);
  });

  it("encodeBlock() leaves room for a frame's header", () => {
    const fields = [{ name: "v", typeCode: TypeCode.Int, length: 4, precision: 0, scale: 0 }];
    const block = encodeBlock(fields, [[1, null]]);
    const framed = encodeBlock(fields, [[1, null]], 55);
    expect(framed.subarray(55)).toEqual(block);
  });

  it("encodeBlock() refuses columns of different lengths", () => {
    const fields = [1, 2].map((i) => ({
      name: `c${i}`,
      typeCode: TypeCode.Int,
      length: 4,
      precision: 0,
      scale: 0,
    }));
    expect(() => encodeBlock(fields, [[1], [1, 2]])).toThrow(RangeError);
  });
});

describe("makeRowFormatter()", () => {
  it.each(NAMES)("makeRowFormatter() prints %s as the real server did", (name) => {
    const golden = readCase(name);
    const fields = fieldsOf(golden.reply);
    const rows = readRows(name, fields);
    const precision = (["ms", "us", "ns"] as const)[golden.reply.precision]!;
    const columns = fields.map((_, i) => rows.map((row) => row[i]!));
    const format = makeRowFormatter({ kind: "rows", fields, precision } as RowSet, "UTC", false);
    const data = rows.map((_, row) => format(columns, row)).join(",");
    const body = `{"code":0,"column_meta":${
      formatColumnMeta(fields)
    },"data":[${data}],"rows":${rows.length}}`;
    expect(body).toBe(readFileSync(new URL(`${name}.rest.json`, FOLDER), "latin1").trim());
  });
});
