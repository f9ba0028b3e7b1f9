/**
 * Checks of the component against the other build of the codec: two ways out of WebAssembly for the same bytes.
 *
 * @module
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { BindRequest, Codec, Column, ColumnBatch, Source } from "../../mod.ts";
import { initCodec } from "../../mod.ts";
import {
  type CodecComponent,
  type ComponentBatch,
  type ComponentColumn,
  type ComponentTable,
  instantiateCodec,
} from "../../src/component/mod.ts";
import { dataTypeNames } from "../../src/data_type.ts";
import { goldenCases } from "./golden.ts";

const precisions = { ms: "milliseconds", us: "microseconds", ns: "nanoseconds" } as const;

/** A column's buffers, as the component gives them. */
function buffersOf(column: Column): unknown {
  const { validity, field } = column;
  const dataType = field.type.toLowerCase().replace(" unsigned", "").replace(/\(.*/, "");
  const unsigned = field.type.endsWith("UNSIGNED") ? "u" : "";
  const head = { type: `${unsigned}${dataType}`, validity: validity && [...validity] };
  switch (column.kind) {
    case "fixed":
      return { ...head, values: [...column.values] };
    case "bool":
      return { ...head, values: [...column.values] };
    case "decimal":
      return { ...head, digits: [column.precision, column.scale], values: [...column.values] };
    case "variable":
      return { ...head, offsets: [...column.offsets], values: [...column.data] };
  }
}

function liftedBuffers({ dataType, validity, values }: ComponentColumn): unknown {
  const head = { type: dataType, validity: validity ? [...validity] : null };
  switch (values.tag) {
    case "none":
      return { ...head, values: [] };
    case "decimals": {
      const { precision, scale, values: bytes } = values.val;
      return { ...head, digits: [precision, scale], values: [...bytes] };
    }
    case "items":
      return { ...head, offsets: [...values.val.offsets], values: [...values.val.data] };
    default:
      return { ...head, values: [...values.val] };
  }
}

function sameBatch(lifted: ComponentBatch, { rowCount, columns }: ColumnBatch): void {
  equal(lifted.rowCount, rowCount);
  deepEqual(lifted.columns.map(liftedBuffers), columns.map(buffersOf));
}

/** Both give the same, or both refuse with the same words at the same place. */
function sameOutcome<A, B>(lifted: () => A, here: () => B, compare: (a: A, b: B) => void): void {
  let value: B;
  try {
    value = here();
  } catch (error) {
    const place = (
      { name, message, offset, needed, available }: Record<string, unknown>,
    ) => [name, message, offset, needed, available];
    throws(lifted, (refused) => {
      deepEqual(place(refused as Record<string, unknown>), place(error as Record<string, unknown>));
      return true;
    });
    return;
  }
  compare(lifted(), value);
}

async function both(): Promise<[CodecComponent, Codec]> {
  return [await instantiateCodec(), await initCodec()];
}

function payloads(): Uint8Array[] {
  return ["py_tmq.jsonl", "raw_tmq_session.jsonl"].flatMap((file) =>
    readFileSync(new URL(`../golden/wire/${file}`, import.meta.url), "utf8").trim().split("\n")
      .map((line) => JSON.parse(line) as { dir: string; binary?: string })
      .filter(({ dir, binary }) => dir === "server" && binary !== undefined)
      .map(({ binary }) => Uint8Array.from(atob(binary!), (char) => char.charCodeAt(0)))
      .filter((frame) => frame[34] === 0 && frame[35] === 0)
      .map((frame) => frame.slice(56))
  );
}

/** Bytes with some of them changed, or with their end cut off. */
function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
  return fc.tuple(fc.array(change, { maxLength: 4 }), fc.nat(bytes.length)).map(
    ([changes, end]) => {
      const copy = bytes.slice(0, changes.length % 2 === 0 ? end : bytes.length);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      return copy;
    },
  );
}

const rows = 5;
const bit = (bits: readonly boolean[]) =>
  bits.reduce((byte, isSet, i) => byte | (isSet ? 1 << i : 0), 0);

/** A column of five rows for the component, and the same for the codec. */
const bound: fc.Arbitrary<{ lifted: ComponentColumn; source: Source }> = fc.record({
  present: fc.array(fc.boolean(), { minLength: rows, maxLength: rows }),
  texts: fc.array(fc.string({ unit: "grapheme", maxLength: 6 }), {
    minLength: rows,
    maxLength: rows,
  }),
  numbers: fc.bigInt64Array({ minLength: rows, maxLength: rows }),
  kind: fc.constantFrom(
    "bool",
    "int",
    "bigint",
    "double",
    "timestamp",
    "varchar",
    "nchar",
    "varbinary",
  ),
}).map(({ present, texts, numbers, kind }) => {
  const nulls = present.every(Boolean) ? null : Uint8Array.from(present, (is) => is ? 0 : 1);
  const validity = nulls === null ? undefined : Uint8Array.of(bit(present));
  const typeCode = dataTypeNames.indexOf(kind.toUpperCase() as typeof dataTypeNames[number]);
  const source = { typeCode, rows, precision: 0, maxLength: 0, nulls };
  const make = (
    values: ComponentColumn["values"],
    rest: Pick<Source, "form" | "lengths" | "data">,
  ) => ({
    lifted: { dataType: kind, validity, values } as ComponentColumn,
    source: { ...source, ...rest },
  });
  const fixed = (array: ArrayBufferView) => ({
    form: 0 as const,
    lengths: null,
    data: new Uint8Array(array.buffer as ArrayBuffer),
  });
  const integers = Int32Array.from(numbers, (n) => Number(BigInt.asIntN(32, n)));
  switch (kind) {
    case "bool": {
      const bits = Array.from(numbers, (n) => (n & 1n) === 1n);
      const bytes = Uint8Array.from(bits, Number);
      return make({ tag: "bits", val: Uint8Array.of(bit(bits)) }, fixed(bytes));
    }
    case "int":
      return make({ tag: "s32s", val: integers }, fixed(integers));
    case "bigint":
    case "timestamp":
      return make({ tag: "s64s", val: numbers }, fixed(numbers.slice()));
    case "double": {
      const doubles = Float64Array.from(numbers, Number);
      return make({ tag: "f64s", val: doubles }, fixed(doubles));
    }
    default: {
      const all = texts.map((text) => new TextEncoder().encode(text));
      const given = all.map((bytes, i) => present[i] ? bytes : new Uint8Array());
      const offsets = new Int32Array(rows + 1);
      all.forEach((bytes, i) => offsets[i + 1] = offsets[i]! + bytes.length);
      const join = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
      const lengths = Uint32Array.from(given, (bytes) => bytes.length);
      return make(
        { tag: "items", val: { offsets, data: join(all) } },
        { form: 1, lengths, data: join(given) },
      );
    }
  }
});

function names(texts: readonly string[]): Source {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  return {
    typeCode: dataTypeNames.indexOf("VARCHAR"),
    form: 1,
    rows: texts.length,
    precision: 0,
    maxLength: 0,
    nulls: null,
    lengths: Uint32Array.from(encoded, (bytes) => bytes.length),
    data: Uint8Array.from(encoded.flatMap((bytes) => [...bytes])),
  };
}

/** Each by its name. */
export const componentChecks: Readonly<Record<string, () => Promise<void>>> = {
  "component.block.decode() gives the columns of every recorded block": async () => {
    const [component, codec] = await both();
    const blocks = goldenCases().flatMap((recorded) => recorded.blocks);
    ok(blocks.length > 10);
    for (const block of blocks) sameBatch(component.block.decode(block), codec.decodeBlock(block));
  },

  "component.block.decode() refuses damaged blocks as the codec does": async () => {
    const [component, codec] = await both();
    const blocks = goldenCases().map(({ blocks: [block] }) => block!).filter(({ length }) =>
      length < 4_000
    );
    const inputs = fc.constantFrom(...blocks).chain(damaged);
    fc.assert(
      fc.property(
        inputs,
        (bytes) =>
          sameOutcome(
            () => component.block.decode(bytes),
            () => codec.decodeBlock(bytes),
            sameBatch,
          ),
      ),
      { numRuns: 2_000 },
    );
  },

  "component.tmq.decode() gives the blocks of every recorded message, and refuses damaged ones":
    async () => {
      const [component, codec] = await both();
      const recorded = payloads();
      equal(recorded.length, 7);
      const compare = (payload: Uint8Array) =>
        sameOutcome(
          () => component.tmq.decode(payload),
          () => codec.decodeTmq(payload),
          ({ blocks }, expected) => {
            equal(blocks.length, expected.length);
            blocks.forEach((block, i) => {
              const { table, precision, fields } = expected[i]!;
              equal(block.table, table ?? undefined);
              equal(block.precision, precisions[precision]);
              deepEqual(block.names, fields.map(({ name }) => name));
              sameBatch(block.batch, expected[i]!);
            });
          },
        );
      recorded.forEach(compare);
      fc.assert(fc.property(fc.constantFrom(...recorded).chain(damaged), compare), {
        numRuns: 1_000,
      });
    },

  "component.stmt2.encode() writes what codec.encodeBind() writes": async () => {
    const [component, codec] = await both();
    const columns = fc.array(bound, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(columns, fc.option(fc.stringMatching(/^[a-z]{1,8}$/)), (columns, name) => {
        const request: BindRequest = {
          names: name === null ? null : names([name]),
          counts: Uint32Array.of(rows),
          order: null,
          tags: [],
          columns: columns.map(({ source }) => source),
        };
        const table = {
          name: name ?? undefined,
          rowCount: rows,
          tags: [],
          columns: columns.map(({ lifted }) => lifted),
        };
        deepEqual([...component.stmt2.encode([table])], [...codec.encodeBind(request)]);
      }),
      { numRuns: 1_000 },
    );
  },

  "component.stmt2.encode() joins the columns of several tables, and names what does not fit":
    async () => {
      const [component, codec] = await both();
      const ticks = (...values: bigint[]): ComponentColumn => ({
        dataType: "timestamp",
        values: { tag: "s64s", val: BigInt64Array.from(values) },
      });
      const tables = [
        { name: "a", rowCount: 2, tags: [], columns: [ticks(1n, 2n)] },
        { name: "b", rowCount: 1, tags: [], columns: [ticks(3n)] },
      ];
      const source: Source = {
        ...names([]),
        typeCode: dataTypeNames.indexOf("TIMESTAMP"),
        form: 0,
        rows: 3,
        lengths: null,
        data: new Uint8Array(BigInt64Array.of(1n, 2n, 3n).buffer),
      };
      const request = {
        names: names(["a", "b"]),
        counts: Uint32Array.of(2, 1),
        order: null,
        tags: [],
        columns: [source],
      };
      deepEqual([...component.stmt2.encode(tables)], [...codec.encodeBind(request)]);
      const refused: [ComponentTable[], RegExp][] = [
        [[], /no table/],
        [[tables[0]!, { ...tables[1]!, name: undefined }], /no name/],
        [[{ ...tables[0]!, rowCount: 3 }], /another number of rows/],
        [[tables[0]!, { ...tables[1]!, columns: [] }], /different numbers/],
        [[{ ...tables[0]!, columns: [{ ...ticks(1n, 2n), dataType: "int" }] }], /type/],
      ] as const;
      for (const [wrong, message] of refused) {
        throws(() => component.stmt2.encode([...wrong]), { name: "CodecError", message });
      }
    },

  "component.timestamps agrees with the codec": async () => {
    const [component, codec] = await both();
    const precision = fc.constantFrom(...["ms", "us", "ns"] as const);
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        precision,
        precision,
        (ticks, from, to) => {
          const { timestamps } = component;
          const text = codec.formatTimestamp(ticks, from);
          equal(timestamps.format(ticks, precisions[from], 0), text);
          sameOutcome(
            () => timestamps.parse(text, precisions[to]),
            () => codec.parseTimestamp(text, to),
            equal,
          );
          sameOutcome(
            () => timestamps.convert(ticks, precisions[from], precisions[to]),
            () => codec.convertTimestamp(ticks, from, to),
            equal,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  },
};
