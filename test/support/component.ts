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
import { boundColumn, boundNames, typeCodeOf } from "./component_columns.ts";
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
      const rawTypes = [[undefined, 0], ["data", 2], ["meta-data", 4]] as const;
      const compare = (payload: Uint8Array, [rawType, code]: (typeof rawTypes)[number]) =>
        sameOutcome(
          () => component.tmq.decode(payload, rawType),
          () => codec.decodeMessage(payload, code),
          ({ blocks, positions }, { blocks: expected, nextOffset }) => {
            equal(positions?.next ?? null, nextOffset);
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
      for (const payload of recorded) rawTypes.forEach((rawType) => compare(payload, rawType));
      const payload = fc.constantFrom(...recorded).chain(damaged);
      fc.assert(fc.property(payload, fc.constantFrom(...rawTypes), compare), { numRuns: 1_000 });
    },

  "component.stmt2.encode() writes what codec.encodeBind() writes": async () => {
    const [component, codec] = await both();
    const columns = fc.array(boundColumn(rows), { minLength: 1, maxLength: 5 });
    const tags = fc.array(boundColumn(1), { maxLength: 3 });
    const name = fc.option(fc.stringMatching(/^[a-z]{1,8}$/));
    fc.assert(
      fc.property(columns, tags, name, (columns, tags, name) => {
        const request: BindRequest = {
          names: name === null ? null : boundNames([name]),
          counts: Uint32Array.of(rows),
          order: null,
          tags: tags.map(({ source }) => source),
          columns: columns.map(({ source }) => source),
        };
        const table = {
          name: name ?? undefined,
          rowCount: rows,
          tags: tags.map(({ lifted }) => lifted),
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
        ...boundNames([]),
        typeCode: typeCodeOf("timestamp"),
        form: 0,
        rows: 3,
        lengths: null,
        data: new Uint8Array(BigInt64Array.of(1n, 2n, 3n).buffer),
      };
      const request = {
        names: boundNames(["a", "b"]),
        counts: Uint32Array.of(2, 1),
        order: null,
        tags: [],
        columns: [source],
      };
      deepEqual([...component.stmt2.encode(tables)], [...codec.encodeBind(request)]);
      const refused: [ComponentTable[], RegExp][] = [
        [[], /no table/],
        [[tables[0]!, { ...tables[1]!, name: undefined }], /no name/],
        [[{ ...tables[0]!, rowCount: 3 }], /another number of rows.*column 0/],
        [[{ ...tables[0]!, rowCount: 2 ** 28 }], /1 to 32767/],
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
