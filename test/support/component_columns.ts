/**
 * Columns of bind requests, each in the component's terms and in the codec's.
 *
 * @module
 */
import fc from "fast-check";
import type { Source } from "../../mod.ts";
import type { ComponentColumn, ComponentType, ComponentValues } from "../../src/component/mod.ts";
import { dataTypeNames } from "../../src/data_type.ts";

/** One column, twice. */
export interface BoundColumn {
  readonly lifted: ComponentColumn;
  readonly source: Source;
}

const scale = 4;

/** Values of fixed width, by their type: a typed array of 64-bit numbers. */
const fixed = {
  tinyint: (n) => ({ tag: "s8s", val: Int8Array.from(n, Number) }),
  smallint: (n) => ({ tag: "s16s", val: Int16Array.from(n, (x) => Number(BigInt.asIntN(16, x))) }),
  int: (n) => ({ tag: "s32s", val: Int32Array.from(n, (x) => Number(BigInt.asIntN(32, x))) }),
  bigint: (n) => ({ tag: "s64s", val: n }),
  timestamp: (n) => ({ tag: "s64s", val: n }),
  utinyint: (n) => ({ tag: "u8s", val: Uint8Array.from(n, (x) => Number(BigInt.asUintN(8, x))) }),
  usmallint: (n) => ({
    tag: "u16s",
    val: Uint16Array.from(n, (x) => Number(BigInt.asUintN(16, x))),
  }),
  uint: (n) => ({ tag: "u32s", val: Uint32Array.from(n, (x) => Number(BigInt.asUintN(32, x))) }),
  ubigint: (n) => ({ tag: "u64s", val: BigUint64Array.from(n, (x) => BigInt.asUintN(64, x)) }),
  float: (n) => ({ tag: "f32s", val: Float32Array.from(n, Number) }),
  double: (n) => ({ tag: "f64s", val: Float64Array.from(n, Number) }),
} satisfies Partial<Record<ComponentType, (n: BigInt64Array) => ComponentValues>>;

const kinds = [
  ...Object.keys(fixed) as (keyof typeof fixed)[],
  ...["bool", "varchar", "nchar", "varbinary", "json", "geometry", "decimal", "decimal64"] as const,
];

/** Wire code of a type: the component's types stand in the order of their codes. */
export function typeCodeOf(kind: ComponentType): number {
  const unsigned = /^u(tinyint|smallint|int|bigint)$/.exec(kind)?.[1];
  const name = unsigned === undefined ? kind : `${unsigned} unsigned`;
  return dataTypeNames.indexOf(name.toUpperCase() as typeof dataTypeNames[number]);
}

/** Bits, the least significant first. */
function packed(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((isSet, i) => bytes[i >> 3]! |= Number(isSet) << (i & 7));
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Digits with the point before the last four. */
function decimalText(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function items(texts: readonly Uint8Array[], present: readonly boolean[]) {
  const given = texts.map((bytes, i) => present[i] ? bytes : new Uint8Array());
  return { lengths: Uint32Array.from(given, ({ length }) => length), data: joined(given) };
}

/** A column with so many rows. */
export function boundColumn(rows: number): fc.Arbitrary<BoundColumn> {
  const size = { minLength: rows, maxLength: rows };
  return fc.record({
    present: fc.array(fc.boolean(), size),
    texts: fc.array(fc.string({ unit: "grapheme", maxLength: 6 }), size),
    numbers: fc.bigInt64Array(size),
    kind: fc.constantFrom(...kinds),
  }).map(({ present, texts, numbers, kind }) => {
    const nulls = present.every(Boolean) ? null : Uint8Array.from(present, (is) => is ? 0 : 1);
    const validity = nulls === null ? undefined : packed(present);
    const head = { typeCode: typeCodeOf(kind), rows, precision: 0, maxLength: 0, nulls };
    const column = (values: ComponentValues, rest: Pick<Source, "form" | "lengths" | "data">) => ({
      lifted: { dataType: kind, validity, values },
      source: { ...head, ...rest },
    });
    switch (kind) {
      case "bool": {
        const bits = Array.from(numbers, (n) => (n & 1n) === 1n);
        const data = Uint8Array.from(bits, Number);
        return column({ tag: "bits", val: packed(bits) }, { form: 0, lengths: null, data });
      }
      case "decimal":
      case "decimal64": {
        const values = new BigInt64Array(2 * rows);
        numbers.forEach((n, i) => values.set([n, n < 0n ? -1n : 0n], 2 * i));
        const encoded = Array.from(numbers, (n) => new TextEncoder().encode(decimalText(n)));
        const decimals = { precision: 38, scale, values: new Uint8Array(values.buffer) };
        return column({ tag: "decimals", val: decimals }, { form: 2, ...items(encoded, present) });
      }
      case "varchar":
      case "nchar":
      case "varbinary":
      case "json":
      case "geometry": {
        const encoded = texts.map((text) => new TextEncoder().encode(text));
        const offsets = new Int32Array(rows + 1);
        encoded.forEach(({ length }, i) => offsets[i + 1] = offsets[i]! + length);
        const lifted = { offsets, data: joined(encoded) };
        return column({ tag: "items", val: lifted }, { form: 1, ...items(encoded, present) });
      }
      default: {
        const values = fixed[kind](numbers);
        const data = new Uint8Array(values.val.buffer as ArrayBuffer).slice();
        return column(values, { form: 0, lengths: null, data });
      }
    }
  });
}

/** Table names. */
export function boundNames(texts: readonly string[]): Source {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  const head = {
    typeCode: typeCodeOf("varchar"),
    form: 1,
    rows: texts.length,
    precision: 0,
  } as const;
  return { ...head, maxLength: 0, nulls: null, ...items(encoded, encoded.map(() => true)) };
}
