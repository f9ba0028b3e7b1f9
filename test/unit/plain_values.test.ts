import { beforeAll, describe, expect, it } from "vitest";
import { type Codec, initCodec, param } from "../../mod.ts";
import { DataType } from "../../src/data_type.ts";
import { requireFitting } from "../../src/statements/check_texts.ts";
import { convertColumn } from "../../src/statements/convert.ts";
import { plainCheck } from "../../src/statements/plain_values.ts";
import { targetOf } from "../../src/statements/placeholders.ts";
import { placeholderOf, target } from "../support/targets.ts";

let codec: Codec;
beforeAll(async () => void (codec = await initCodec()));

const bounds = [7, 8, 15, 16, 31, 32, 52, 53, 54, 63, 64].flatMap((bits) =>
  [2 ** bits, -(2 ** bits)].flatMap((power) => [power - 1, power, power + 1])
);
const values: readonly unknown[] = [
  ...bounds,
  ...bounds.filter(Number.isSafeInteger).map(BigInt),
  0,
  -0,
  0.5,
  Number.NaN,
  Infinity,
  3.5e38,
  1e-300,
  true,
  false,
  "",
  "abcd",
  "abcde",
  "é",
  "ééé",
  "北京",
  "北京北京",
  "😀😀",
  "😀😀😀",
  "a\ud800",
  "12",
  "2024-01-01",
  new Date(0),
  new Date(-1),
  new Date(Number.NaN),
  new Uint8Array(3),
  new Uint8Array(9),
  param.int(5),
  param.int(null),
  {},
  [],
];

describe("plainCheck()", () => {
  it("accepts nothing that the conversion refuses, for every type", () => {
    const accepted = new Map<number, number>();
    for (const typeCode of Object.values(DataType).filter((code) => code !== DataType.NULL)) {
      const placeholder = placeholderOf("c", typeCode, { length: 4 });
      const check = plainCheck(placeholder);
      for (const value of values.filter(check)) {
        const converted = convertColumn(targetOf(placeholder), [value], codec);
        requireFitting(targetOf(placeholder), converted, codec);
        expect(converted.nulls).toBe(null);
        accepted.set(typeCode, (accepted.get(typeCode) ?? 0) + 1);
      }
    }
    // What rows mostly hold is told at a glance.
    const { BOOL, INT, BIGINT, FLOAT, DOUBLE, TIMESTAMP, VARCHAR, NCHAR } = DataType;
    for (const typeCode of [BOOL, INT, BIGINT, FLOAT, DOUBLE, TIMESTAMP, VARCHAR, NCHAR]) {
      expect(accepted.get(typeCode), String(typeCode)).toBeGreaterThan(1);
    }
  });
});

describe("convertColumn()", () => {
  it("makes the same 64 bits of a number as of the bigint", () => {
    const numbers = [0, -0, 1, -1, ...bounds.filter(Number.isSafeInteger)];
    const ticksOf = (typeCode: number, given: readonly unknown[]) => {
      const { data } = convertColumn(target(typeCode), given, codec);
      return [...new BigInt64Array(data.buffer, data.byteOffset, given.length)];
    };
    for (const typeCode of [DataType.BIGINT, DataType.TIMESTAMP]) {
      expect(ticksOf(typeCode, numbers)).toEqual(numbers.map(BigInt));
      // A value of another kind in the middle changes nothing for the others.
      const mixed = numbers.map((number, i) => i % 3 === 0 ? BigInt(number) : number);
      expect(ticksOf(typeCode, mixed)).toEqual(numbers.map(BigInt));
    }
    const instants = numbers.filter((ms) => Math.abs(ms) <= 8.64e15);
    expect(ticksOf(DataType.TIMESTAMP, instants.map((ms) => new Date(ms))))
      .toEqual(instants.map(BigInt));
    expect(() => convertColumn(target(DataType.UBIGINT), [-1], codec)).toThrow("does not fit");
  });
});
