import { deepEqual, equal, match, notEqual, ok, rejects, throws } from "node:assert/strict";
import { test } from "vitest";
import type { Bindings } from "../../src/codec/bindings.ts";
import { Codec } from "../../src/codec/codec.ts";
import { instantiate } from "../../src/codec/generated/bindings.ts";
import { wasmBase64 } from "../../src/codec/generated/wasm_bytes.ts";
import { maxMemoryBytes } from "../../src/codec/instance.ts";
import { initCodec } from "../../src/codec/load.ts";
import { CodecError, InterfaceError } from "../../src/errors.ts";
import { decodeBase64 } from "../../src/internal/bytes.ts";
import type { Field } from "../../src/types.ts";
import { decimalBytes, encodeBlock } from "../support/block.ts";
import { goldenCase, goldenCases, isSameCell } from "../support/golden.ts";

const codec = await initCodec();
const module = await WebAssembly.compile(decodeBase64(wasmBase64));

/** A codec of its own that counts its instances. */
function countedCodec(
  change: (bindings: Bindings, count: number) => Bindings = (bindings) => bindings,
): {
  codec: Codec;
  count(): number;
} {
  let instances = 0;
  const own = new Codec(module, (compiled) => change(instantiate(compiled), ++instances));
  return { codec: own, count: () => instances };
}

for (const { name, reply, precision, blocks, types, rows } of goldenCases()) {
  test(`decodeBlock() gives the server's cells of ${name}`, () => {
    let first = 0;
    for (const block of blocks) {
      const batch = codec.decodeBlock(block, { names: reply.fields_names, precision });
      const cells = batch.toArrays({ timestamp: "bigint", json: "text" });
      cells.forEach((row, r) =>
        row.forEach((cell, c) => {
          const expected = rows[first + r]![c];
          const same = isSameCell(types[c]!, expected, cell, precision, name === "nan_inf");
          ok(same, `row ${first + r} ${reply.fields_names[c]}: expected ${expected}, got ${cell}`);
        })
      );
      first += batch.rowCount;
    }
    equal(first, rows.length);
  });

  test(`decodeBlock() tells the fields of ${name}`, () => {
    const { fields } = codec.decodeBlock(blocks[0]!, { names: reply.fields_names, precision });
    deepEqual(fields.map((field) => field.name), reply.fields_names);
    deepEqual(fields.map((field) => field.typeCode), reply.fields_types);
    deepEqual(fields.map((field) => field.precision ?? 0), reply.fields_precisions);
    deepEqual(fields.map((field) => field.scale ?? 0), reply.fields_scales);
  });
}

test("decodeBlock() tells the declared lengths of every type", () => {
  const { reply, blocks } = goldenCase("all_types_ms");
  deepEqual(codec.decodeBlock(blocks[0]!).fields.map(({ length }) => length), reply.fields_lengths);
});

test("decodeBlock() names columns c0, c1, … and takes ms when it is not told", () => {
  const batch = codec.decodeBlock(
    encodeBlock([{ type: 4, values: [1] }, { type: 9, values: [2n] }]),
  );
  deepEqual(batch.fields.map(({ name }) => name), ["c0", "c1"]);
  equal(batch.precision, "ms");
});

test("decodeBlock() refuses a wrong number of names, an unknown precision and what is no Uint8Array", () => {
  const block = encodeBlock([{ type: 4, values: [1] }]);
  throws(() => codec.decodeBlock(block, { names: ["a", "b"] }), InterfaceError);
  throws(() => codec.decodeBlock(block, { precision: "s" as "ms" }), InterfaceError);
  throws(() => codec.decodeBlock("block" as unknown as Uint8Array), InterfaceError);
  throws(() => codec.decodeBlock([...block] as unknown as Uint8Array), InterfaceError);
});

for (const name of ["all_types_us", "json_tag", "blob"]) {
  test(`decodeBlock() rejects every prefix of ${name} with the place`, () => {
    const [block] = goldenCase(name).blocks;
    for (let length = 0; length < block!.length; length += length < 600 ? 1 : 997) {
      throws(() => codec.decodeBlock(block!.subarray(0, length)), (error: unknown) => {
        ok(error instanceof CodecError, `${length}: ${error}`);
        return error.offset !== undefined && error.needed !== undefined &&
          error.available !== undefined;
      });
    }
  });
}

test("decodeBlock() reads from the middle of a larger buffer and keeps no view of it", () => {
  const block = encodeBlock([{ type: 8, values: ["abc"] }, { type: 5, values: [7n] }]);
  const buffer = new Uint8Array(block.length + 11);
  buffer.set(block, 3);
  const batch = codec.decodeBlock(buffer.subarray(3, 3 + block.length));
  buffer.fill(0xff);
  for (let i = 0; i < 50; i++) codec.decodeBlock(encodeBlock([{ type: 8, values: ["xyz"] }]));
  deepEqual(batch.toArrays(), [["abc", 7n]]);
});

test("decode() takes fields from the reply and the digits of decimals from the block", () => {
  const block = encodeBlock([{ type: 21, bytes: decimalBytes(8, 10, 2), values: [1234n] }]);
  const announced: Field = { name: "d", type: "DECIMAL64", typeCode: 21, length: 8 };
  const batch = codec.decode(block, [announced], "ms");
  deepEqual(batch.fields, [{ ...announced, precision: 10, scale: 2 }]);
  deepEqual(batch.rows(), [{ d: "12.34" }]);
});

test("decode() rejects blocks that are not what the server announced", () => {
  const block = encodeBlock([{ type: 4, values: [1] }]);
  const field: Field = { name: "v", type: "BIGINT", typeCode: 5, length: 8 };
  throws(
    () => codec.decode(block, [field], "ms"),
    /column "v" was announced as BIGINT, but the block has INT/,
  );
  throws(() => codec.decode(block, [], "ms"), CodecError);
});

test("a codec gives an instance up when its memory has grown, and goes on", () => {
  const { codec: own, count } = countedCodec();
  const cell = new Uint8Array(60_000).fill(0x61);
  const block = encodeBlock([{ type: 8, values: new Array(1400).fill(cell) }]);
  ok(block.length > 80e6 && block.length > maxMemoryBytes);
  const batch = own.decodeBlock(block);
  equal((batch.column(0).get(1399) as string).length, 60_000);
  equal(own.decodeBlock(encodeBlock([{ type: 4, values: [1] }])).rowCount, 1);
  equal(count(), 2);
  equal((batch.column(0).get(0) as string).length, 60_000);
});

test("a codec's memory does not grow over 10,000 blocks and refusals", () => {
  let memory: WebAssembly.Memory | undefined;
  const { codec: own, count } = countedCodec((bindings) => {
    memory = bindings.memory;
    return bindings;
  });
  const [block] = goldenCase("all_types_ns").blocks;
  own.decodeBlock(block!);
  const before = memory!.buffer.byteLength;
  for (let i = 0; i < 10_000; i++) {
    own.decodeBlock(block!);
    if (i % 10 === 0) throws(() => own.decodeBlock(block!.subarray(0, 40)));
  }
  equal(memory!.buffer.byteLength, before);
  equal(count(), 1);
});

test("a codec recovers from a trap", () => {
  const { codec: own, count } = countedCodec((bindings, instance) =>
    instance > 1 ? bindings : {
      ...bindings,
      memory: bindings.memory,
      decodeBlock() {
        throw new WebAssembly.RuntimeError("unreachable");
      },
    }
  );
  const block = encodeBlock([{ type: 4, values: [1] }]);
  throws(() => own.decodeBlock(block), (error: unknown) => {
    ok(error instanceof CodecError);
    ok(error.cause instanceof WebAssembly.RuntimeError);
    return true;
  });
  equal(own.decodeBlock(block).rowCount, 1);
  equal(count(), 2);
});

test("encodeBindRequest() lets the caller make the error", () => {
  const mine = new InterfaceError("mine");
  const empty = { names: null, counts: Uint32Array.of(0), order: null, tags: [], columns: [] };
  throws(() => codec.encodeBindRequest(empty), CodecError);
  throws(() => codec.encodeBindRequest(empty, () => mine), (error) => error === mine);
});

test("encodeQuery() and encodeFetch() write the frames of the protocol", () => {
  const query = codec.encodeQuery(0xfedc_ba98_7654_3210n, "é");
  const view = new DataView(query.buffer, query.byteOffset);
  equal(view.getBigUint64(0, true), 0xfedc_ba98_7654_3210n);
  equal(view.getBigUint64(16, true), 6n);
  deepEqual([...query.slice(-2)], [0xc3, 0xa9]);
  const fetch = codec.encodeFetch(1n, 2n);
  const fetchView = new DataView(fetch.buffer, fetch.byteOffset);
  deepEqual([0, 8, 16].map((at) => fetchView.getBigUint64(at, true)), [1n, 2n, 7n]);
  throws(() => codec.encodeQuery(-1n, "x"), RangeError);
  throws(() => codec.encodeFetch(1n, 2n ** 64n), RangeError);
});

test("initCodec() gives one codec", async () => {
  equal(await initCodec(), codec);
  const other = await initCodec(module);
  notEqual(other, codec);
  equal(await initCodec(), other);
  equal(await initCodec(module), other);
});

test("initCodec() rejects with a hint when the module is refused, and works afterwards", async () => {
  const working = await initCodec();
  await rejects(initCodec(new Uint8Array([1, 2, 3])), (error: unknown) => {
    ok(error instanceof CodecError);
    match(error.hint ?? "", /wasm-unsafe-eval/);
    match(error.hint ?? "", /tdwire\/edge/);
    return true;
  });
  await rejects(initCodec(Promise.reject(new Error("no such file"))), /no such file/);
  equal(await initCodec(), working);
});
