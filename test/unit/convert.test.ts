import { beforeAll, describe, expect, it } from "vitest";
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import { DataType } from "../../src/data_type.ts";
import { InterfaceError } from "../../src/errors.ts";
import { param } from "../../src/sql/param.ts";
import { convertColumn } from "../../src/statements/convert.ts";
import { type Source, SourceForm } from "../../src/codec/bind_request.ts";
import { target } from "../support/targets.ts";

let codec: Codec;
beforeAll(async () => void (codec = await initCodec()));
const convert = (type: number, values: ArrayLike<unknown>, length = 0) =>
  convertColumn(target(type, length), values, codec);
const ticks = ({ data }: Source) => [...new BigInt64Array(data.slice().buffer)];
const text = ({ data }: Source) => new TextDecoder().decode(data);

function expectRefused(type: number, value: unknown, why: RegExp = /^column "c", row 1: /): void {
  const right = type === DataType.TIMESTAMP || type === DataType.JSON ? null : undefined;
  const run = () => convert(type, [right, value]);
  expect(run, `${type}: ${String(value)}`).toThrow(InterfaceError);
  expect(run).toThrow(why);
}

const { TINYINT, SMALLINT, INT, UTINYINT, USMALLINT, UINT, BIGINT, UBIGINT, FLOAT, DOUBLE, BOOL } =
  DataType;
const { VARCHAR, NCHAR, VARBINARY, JSON: json, DECIMAL, DECIMAL64, TIMESTAMP, GEOMETRY, BLOB } =
  DataType;

const ranges: readonly [
  type: number,
  array: new (buffer: ArrayBuffer) => ArrayLike<number | bigint>,
  min: bigint,
  max: bigint,
][] = [
  [TINYINT, Int8Array, -128n, 127n],
  [SMALLINT, Int16Array, -32_768n, 32_767n],
  [INT, Int32Array, -(2n ** 31n), 2n ** 31n - 1n],
  [UTINYINT, Uint8Array, 0n, 255n],
  [USMALLINT, Uint16Array, 0n, 65_535n],
  [UINT, Uint32Array, 0n, 2n ** 32n - 1n],
  [BIGINT, BigInt64Array, -(2n ** 63n), 2n ** 63n - 1n],
  [UBIGINT, BigUint64Array, 0n, 2n ** 64n - 1n],
];

describe("convertColumn() of integers", () => {
  it("takes numbers, bigints, digits and parameters from end to end of the range", () => {
    for (const [type, array, min, max] of ranges) {
      const forms = (value: bigint) => [value, String(value), param.bigint(value)];
      const small = [1, Number(min) === -128 ? -128 : 2];
      const values = [...forms(min), ...forms(max), ...small];
      const source = convert(type, values);
      const written = Array.from(new array(source.data.slice().buffer), (value) => BigInt(value));
      expect(written).toEqual([min, min, min, max, max, max, ...small.map(BigInt)]);
      expect(source).toMatchObject({
        form: SourceForm.FIXED,
        nulls: null,
        lengths: null,
        rows: values.length,
      });
    }
  });

  it("refuses values beyond the range and what is no integer, naming column and row", () => {
    for (const [type, , min, max] of ranges) {
      for (
        const value of [
          min - 1n,
          max + 1n,
          String(max + 1n),
          1.5,
          "1.5",
          "x",
          "",
          Number.NaN,
          Infinity,
          true,
          {},
          [],
          new Date(),
        ]
      ) {
        expectRefused(type, value);
      }
    }
    for (const type of [BIGINT, UBIGINT]) expectRefused(type, 2 ** 53, /exact.*bigint/);
  });

  it("marks NULL and values left as they are", () => {
    const { nulls, data } = convert(INT, [1, null, undefined, param.int(null), 5]);
    expect([...nulls!]).toEqual([0, 1, 2, 1, 0]);
    expect([...new Int32Array(data.slice().buffer)]).toEqual([1, 0, 0, 0, 5]);
  });

  it("copies typed arrays of the type, and converts those of others", () => {
    const given = Int32Array.of(1, 2);
    const source = convert(INT, given);
    given[0] = 9;
    expect([...new Int32Array(source.data.slice().buffer)]).toEqual([1, 2]);
    expect([...convert(TINYINT, Float64Array.of(3, -4)).data]).toEqual([3, 252]);
    expect(() => convert(TINYINT, Int32Array.of(0, 300))).toThrow(/row 1: 300/);
    expect([
      ...new BigInt64Array(
        convert(BIGINT, new BigInt64Array(4).subarray(1, 3)).data.slice().buffer,
      ),
    ]).toEqual([0n, 0n]);
  });
});

describe("convertColumn() of other fixed types", () => {
  it("takes any number for FLOAT and DOUBLE, and refuses a finite one that would become infinite", () => {
    const values = [1.5, -0, Number.NaN, Infinity, 2, "1e3", 7n, null];
    for (const [type, array] of [[FLOAT, Float32Array], [DOUBLE, Float64Array]] as const) {
      const { data, nulls } = convert(type, values);
      expect([...new array(data.slice().buffer)]).toEqual([
        1.5,
        -0,
        Number.NaN,
        Infinity,
        2,
        1000,
        7,
        0,
      ]);
      expect([...nulls!]).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
      for (const wrong of ["x", "", "0x10", true, {}, new Date(0), 2n ** 60n + 1n]) {
        expectRefused(type, wrong);
      }
    }
    expectRefused(FLOAT, 1e39, /does not fit/);
    expectRefused(DOUBLE, "1e400", /does not fit/);
  });

  it("takes booleans, 0 and 1 for BOOL", () => {
    expect([...convert(BOOL, [true, false, 1, 0, 1n, 0n, param.bool(true)]).data]).toEqual([
      1,
      0,
      1,
      0,
      1,
      0,
      1,
    ]);
    for (const wrong of [2, -1, "true", {}, Number.NaN]) expectRefused(BOOL, wrong);
  });
});

describe("convertColumn() of TIMESTAMP", () => {
  it("takes ticks, dates, instants and parameters in the database's precision", () => {
    const date = new Date(1_700_000_000_123);
    const instant = { epochNanoseconds: 1_700_000_000_123_456_789n };
    const given = [5n, 6, date, instant, param.timestamp(1_700_000_000_123_456n, "us"), null];
    const expected = {
      ms: [5n, 6n, 1_700_000_000_123n, 1_700_000_000_123n, 1_700_000_000_123n, 0n],
      us: [5n, 6n, 1_700_000_000_123_000n, 1_700_000_000_123_456n, 1_700_000_000_123_456n, 0n],
      ns: [
        5n,
        6n,
        1_700_000_000_123_000_000n,
        1_700_000_000_123_456_789n,
        1_700_000_000_123_456_000n,
        0n,
      ],
    };
    for (const precision of ["ms", "us", "ns"] as const) {
      expect(ticks(convertColumn(target(TIMESTAMP, 8, precision), given, codec))).toEqual(
        expected[precision],
      );
    }
  });

  it("hands a column of texts on as texts, and parses them among other values", () => {
    const words = ["2023-11-14T22:13:20.5Z", null, "2023-11-14T23:13:20+01:00"];
    const source = convert(TIMESTAMP, words);
    expect(source).toMatchObject({ form: SourceForm.TEXT, precision: 0, maxLength: 0 });
    expect([...source.nulls!]).toEqual([0, 1, 0]);
    expect(ticks(convert(TIMESTAMP, [...words, 7n]))).toEqual([
      1_700_000_000_500n,
      0n,
      1_700_000_000_000n,
      7n,
    ]);
  });

  it("floors digits below the precision, also before 1970", () => {
    expect(ticks(convert(TIMESTAMP, [param.timestamp(-1n, "ns"), param.timestamp(1n, "us")])))
      .toEqual([-1n, 0n]);
  });

  it("refuses what is no time", () => {
    for (
      const wrong of [
        1.5,
        Number.NaN,
        2 ** 53,
        new Date(Number.NaN),
        2n ** 63n,
        true,
        {},
        Uint8Array.of(1),
      ]
    ) {
      expectRefused(TIMESTAMP, wrong);
    }
    expect(() => convert(TIMESTAMP, [0n, "yesterday"])).toThrow(/row 1/);
    expect(() => convertColumn(target(TIMESTAMP, 8, "ns"), [0n, new Date(8.64e15)], codec)).toThrow(
      /row 1/,
    );
  });
});

describe("convertColumn() of variable length", () => {
  it("joins texts and counts them in UTF-16 units", () => {
    for (const type of [VARCHAR, NCHAR]) {
      const source = convert(type, ["é", "", null, "😀", "abc"], 8);
      expect(source).toMatchObject({ form: SourceForm.TEXT, maxLength: 8, rows: 5 });
      expect([...source.lengths!]).toEqual([1, 0, 0, 2, 3]);
      expect([...source.nulls!]).toEqual([0, 0, 1, 0, 0]);
      expect(text(source)).toBe("é😀abc");
    }
  });

  it("puts bytes side by side, and texts among them as UTF-8", () => {
    const source = convert(VARCHAR, [
      Uint8Array.of(255),
      "é",
      null,
      new Uint8Array([1, 2, 3]).subarray(1),
    ]);
    expect(source.form).toBe(SourceForm.BYTES);
    expect([...source.lengths!]).toEqual([1, 2, 0, 2]);
    expect([...source.data]).toEqual([255, 0xc3, 0xa9, 2, 3]);
    for (const type of [VARBINARY, GEOMETRY, BLOB]) {
      const bytes = convert(type, [Uint8Array.of(7), new ArrayBuffer(2), Int16Array.of(-1), null]);
      expect([...bytes.lengths!]).toEqual([1, 2, 2, 0]);
      expect([...bytes.data]).toEqual([7, 0, 0, 255, 255]);
    }
  });

  it("takes texts and values for JSON, and digits for DECIMAL", () => {
    expect(text(convert(json, ['{"a":1}', { b: [2] }, null]))).toBe('{"a":1}{"b":[2]}');
    for (const type of [DECIMAL, DECIMAL64]) {
      const source = convert(type, ["1.50", -2, 3n, param.decimal("+4.0"), null], 8);
      expect(text(source)).toBe("1.50-23+4.0");
      expect(source.maxLength).toBe(0);
      for (const wrong of ["", "1,5", "x", 1e21, Number.NaN, true]) expectRefused(type, wrong);
    }
  });

  it("refuses half a surrogate pair, and kinds of values that the type does not take", () => {
    expectRefused(VARCHAR, "a\ud800", /surrogate/);
    expectRefused(NCHAR, "\udc00b", /surrogate/);
    for (const wrong of [1, true, 5n, new Date(0), {}, []]) expectRefused(VARCHAR, wrong);
    for (const wrong of [Uint8Array.of(1), 1]) expectRefused(NCHAR, wrong);
    for (const wrong of ["00ff", 1, [1, 2]]) expectRefused(VARBINARY, wrong);
  });
});
