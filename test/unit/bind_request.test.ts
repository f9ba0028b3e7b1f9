import { beforeAll, describe, expect, it } from "vitest";
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import { InterfaceError } from "../../src/errors.ts";
import { BoundTables, type TableData } from "../../src/statements/bound_tables.ts";
import { convertColumn } from "../../src/statements/convert.ts";
import { encodeBindRequest } from "../../src/statements/encode.ts";
import { groupPlaceholders } from "../../src/statements/placeholders.ts";
import { selectRequest } from "../../src/statements/select_params.ts";
import {
  type BindRequest,
  formatBindRequest,
  RequestRoom,
  type Source,
} from "../../src/codec/bind_request.ts";
import type { Placeholder } from "../../src/transports/transport.ts";
import type { Precision } from "../../src/types.ts";
import { type BindBlock, type BindFrame, readBindFrame, valuesOf } from "../support/bind_frame.ts";
import { anyTypes, placeholderOf, target } from "../support/targets.ts";
import { conversation, fromHex } from "../support/wire.ts";

let codec: Codec;
beforeAll(async () => void (codec = await initCodec()));

/** The frame of an INSERT of tables. */
function bound(all: readonly Placeholder[], tables: readonly TableData[]): Uint8Array {
  const placeholders = groupPlaceholders(all, anyTypes);
  const bind = new BoundTables(placeholders, codec);
  for (const table of tables) bind.add(table);
  const [request, ...more] = bind.take();
  expect(more).toEqual([]);
  return encodeBindRequest(request!, [...placeholders.tags, ...placeholders.columns], codec);
}

const { INT, VARCHAR, TIMESTAMP } = { INT: 4, VARCHAR: 8, TIMESTAMP: 9 };

describe("a bind request", () => {
  it("of the worked example is the example, byte by byte (protocol.md §4.2)", () => {
    const example = fromHex(`
      9a000000 01000000 01000000 03000000 1c000000 21000000 3b000000
      0300 643100
      16000000
        16000000 04000000 01000000 00 00 04000000 07000000
      5b000000
        23000000 09000000 02000000 0000 00 10000000 0068e5cf8b010000 0168e5cf8b010000
        1b000000 04000000 02000000 0001 00 08000000 05000000 00000000
        1d000000 08000000 02000000 0001 01 02000000 00000000 02000000 6162`);
    const placeholders = [
      placeholderOf("tbname", VARCHAR, { role: "table" }),
      placeholderOf("t", INT, { role: "tag" }),
      placeholderOf("ts", TIMESTAMP),
      placeholderOf("v", INT),
      placeholderOf("s", VARCHAR, { length: 8 }),
    ];
    const columns = {
      s: ["ab", null],
      v: [5, null],
      ts: [1_700_000_000_000n, new Date(1_700_000_000_001)],
    };
    const frame = bound(placeholders, [{ name: "d1", tags: [7], columns }]);
    expect(example.length).toBe(154);
    expect(frame.subarray(30)).toEqual(example);
    expect(frame.subarray(0, 30)).toEqual(
      fromHex(`${"00".repeat(16)} 0900000000000000 0100 ffffffff`),
    );
  });

  it("lays out what the codec documents", () => {
    const room = new RequestRoom();
    room.lend(200).fill(255);
    const request = formatBindRequest({
      names: null,
      counts: Uint32Array.of(1, 1),
      order: Uint32Array.of(1, 0),
      tags: [],
      columns: [
        convertColumn(target(INT), [1, null], codec),
        convertColumn(target(VARCHAR, 9), ["é", "b"], codec),
      ],
    }, room);
    expect(request).toEqual(fromHex(`
      ${"00".repeat(16)} 02000000 02000000 00000000 02000000 02000000
      01000000 01000000 01000000 00000000
      04 00 01 00 00000000 0001 01000000 00000000
      08 02 00 00 09000000 01000000 01000000 03000000 c3a962`));
  });

  it("orders rows by table", () => {
    const request: BindRequest = {
      names: convertColumn(target(VARCHAR), ["x", "y"], codec),
      counts: Uint32Array.of(2, 1),
      order: Uint32Array.of(0, 2, 1),
      tags: [],
      columns: [
        convertColumn(target(INT), [1, 2, 3], codec),
        convertColumn(target(VARCHAR), ["a", null, "ccc"], codec),
      ],
    };
    const { tables } = readBindFrame(encodeBindRequest(request, [], codec));
    expect(tables.map(({ name }) => name)).toEqual(["x", "y"]);
    expect(tables.map(({ columns }) => valuesOf(columns[0]!).map((value) => value![0]))).toEqual([[
      1,
      3,
    ], [2]]);
    const texts = tables.map(({ columns }) =>
      valuesOf(columns[1]!).map((value) => value && new TextDecoder().decode(value))
    );
    expect(texts).toEqual([["a", "ccc"], [null]]);
  });

  it("is refused by the codec in the caller's terms", () => {
    const encode = (source: Source, type: number) => () =>
      encodeBindRequest(
        {
          names: null,
          counts: Uint32Array.of(source.rows),
          order: null,
          tags: [],
          columns: [source],
        },
        [placeholderOf("c", type)],
        codec,
        100,
      );
    const split = convertColumn(target(VARCHAR), ["\ud83d", "\ude00"], codec);
    const long = convertColumn(target(VARCHAR, 2), ["ab", "é", "abc"], codec);
    const wide = convertColumn(target(10, 2), ["😀😀", "abc"], codec);
    const time = convertColumn(target(TIMESTAMP), ["2023-01-01T00:00:00Z", "soon"], codec);
    const wrong: [Source, number, RegExp][] = [
      [split, VARCHAR, /column "c", row 100/],
      [long, VARCHAR, /column "c", row 102/],
      [wide, 10, /column "c", row 101/],
      [time, TIMESTAMP, /column "c", row 101/],
    ];
    for (const [source, type, message] of wrong) {
      expect(encode(source, type)).toThrow(InterfaceError);
      expect(encode(source, type)).toThrow(message);
    }
  });
});

interface Recorded {
  readonly fields:
    | readonly {
      name: string;
      field_type: number;
      bytes: number;
      bind_type: number;
      precision: number;
    }[]
    | null;
  readonly frame: BindFrame;
}

/** Each recorded bind of the official client, with what the server told of its statement. */
function recordedBinds(): Recorded[] {
  const described = new Map<bigint, Recorded["fields"]>();
  return conversation("py_stmt2").flatMap(({ dir, text, bytes }) => {
    const reply = dir === "server" && text !== null ? JSON.parse(text) : {};
    if (reply.action === "stmt2_prepare") described.set(BigInt(reply.stmt_id), reply.fields);
    if (dir !== "client" || bytes === null || bytes[16] !== 9) return [];
    const frame = readBindFrame(bytes);
    return [{ frame, fields: described.get(frame.statementId) ?? null }];
  });
}

const roles = { 1: "column", 2: "tag", 4: "table" } as const;

const readers: Readonly<Record<number, (view: DataView) => unknown>> = {
  1: (view) => view.getUint8(0) === 1,
  2: (view) => view.getInt8(0),
  3: (view) => view.getInt16(0, true),
  4: (view) => view.getInt32(0, true),
  5: (view) => view.getBigInt64(0, true),
  6: (view) => view.getFloat32(0, true),
  7: (view) => view.getFloat64(0, true),
  9: (view) => view.getBigInt64(0, true),
  11: (view) => view.getUint8(0),
  12: (view) => view.getUint16(0, true),
  13: (view) => view.getUint32(0, true),
  14: (view) => view.getBigUint64(0, true),
};

/** The JavaScript values of a recorded block. */
function plainValues(block: BindBlock): unknown[] {
  return valuesOf(block).map((bytes) => {
    if (!bytes) return null;
    if (block.type === 8 || block.type === 10) return new TextDecoder().decode(bytes);
    return readers[block.type]?.(new DataView(bytes.buffer)) ?? bytes;
  });
}

/** What two encoders may differ in: data of NULLs, and whether a column of nothing but NULLs has any. */
const comparable = ({ type, marks, lengths, ...block }: BindBlock) => ({
  type,
  marks,
  lengths,
  values: valuesOf({ type, marks, lengths, ...block }),
});

describe("a bind request of the values that the official client sent", () => {
  it("is the recorded INSERT, field by field, in each precision", () => {
    const inserts = recordedBinds().filter(({ fields }) => fields !== null);
    expect(inserts.length).toBe(3);
    for (const { fields, frame } of inserts) {
      const placeholders = fields!.map(({ name, field_type, bind_type, precision }) =>
        placeholderOf(name, field_type, {
          length: 0,
          role: roles[bind_type as 1 | 2 | 4],
          precision: (["ms", "us", "ns"] as Precision[])[precision]!,
        })
      );
      const tables = frame.tables.map(({ name, tags, columns }) => ({
        name: name!,
        tags: tags.map((tag) => plainValues(tag)[0]),
        columns: columns.map(plainValues),
      }));
      const own = readBindFrame(bound(placeholders, tables));
      expect(own.tables.map(({ name }) => name)).toEqual(frame.tables.map(({ name }) => name));
      own.tables.forEach(({ tags, columns }, i) => {
        expect(tags.map(comparable)).toEqual(frame.tables[i]!.tags.map(comparable));
        expect(columns.map(comparable)).toEqual(frame.tables[i]!.columns.map(comparable));
      });
    }
  });

  it("is the recorded SELECT, byte by byte", () => {
    const selects = recordedBinds().filter(({ fields }) => fields === null);
    expect(selects.length).toBe(3);
    for (const { frame } of selects) {
      const params = frame.tables[0]!.columns.map((block) =>
        plainValues(block)[0]
      ) as (string | number | null)[];
      const own = readBindFrame(encodeBindRequest(selectRequest(params, codec), [], codec));
      expect(own.tables).toEqual(frame.tables);
    }
  });
});
