import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CodecError, initCodec, InterfaceError, MessageBlock } from "../../mod.ts";

/** Payloads of the recorded messages. */
const payloads = ["py_tmq.jsonl", "raw_tmq_session.jsonl"].flatMap((file) =>
  readFileSync(new URL(`../golden/wire/${file}`, import.meta.url), "utf8").trim().split("\n")
    .map((line) => JSON.parse(line) as { dir: string; binary?: string })
    .filter(({ dir, binary }) => dir === "server" && binary !== undefined)
    .map(({ binary }) => new Uint8Array(Buffer.from(binary!, "base64")))
    .filter((frame) => frame[34] === 0 && frame[35] === 0)
    .map((frame) => frame.subarray(56))
);

describe("codec.decodeTmq()", () => {
  it("gives each block its own table, columns and memory", async () => {
    const codec = await initCodec();
    expect(payloads.length).toBe(7);
    const blocks = codec.decodeTmq(payloads[1]!);
    expect(blocks.map(({ table }) => table)).toEqual([
      "d1",
      "device_100",
      "d2",
      "d1",
      "device_100",
      "d2",
      "d1",
    ]);
    expect(blocks.every((block) => block instanceof MessageBlock && block.precision === "ms")).toBe(
      true,
    );
    const buffers = blocks.map((block) =>
      block.columns[0]!.kind === "fixed" && block.columns[0]!.values.buffer
    );
    expect(new Set(buffers).size).toBe(blocks.length);
    expect(blocks[0]!.fields[3]).toEqual({ name: "note", type: "NCHAR", typeCode: 10, length: 16 });
    expect(blocks[6]!.toArrays()).toEqual([[new Date(1_700_000_000_009), 9.75]]);
    expect(codec.decodeTmq(payloads[0]!).map(({ table }) => table)).toEqual(
      new Array(7).fill(null),
    );
  });

  it("shows cells in another way on request, and keeps the table", async () => {
    const codec = await initCodec();
    const [block] = codec.decodeTmq(payloads[1]!);
    const shown = block!.withValues({ bigint: "string", timestamp: "string" });
    expect(shown.table).toBe("d1");
    expect(shown.rows()[0]).toMatchObject({
      ts: "2023-11-14T22:13:20.000Z",
      u64: "18446744073709551615",
    });
  });

  it("gives blocks of some of their columns, over the same buffers", async () => {
    const codec = await initCodec();
    const [block] = codec.decodeTmq(payloads[1]!);
    const some = block!.select(["note", "ts"]);
    expect(some.fields.map(({ name }) => name)).toEqual(["note", "ts"]);
    expect([some.table, some.rowCount]).toEqual(["d1", block!.rowCount]);
    expect(some.column("ts").toArray()).toEqual(block!.column("ts").toArray());
    expect(() => block!.select(["nothing"])).toThrow(InterfaceError);
  });

  it("refuses every prefix with a CodecError, and what is no bytes", async () => {
    const codec = await initCodec();
    for (const payload of payloads) {
      for (let length = 0; length < payload.length; length++) {
        expect(() => codec.decodeTmq(payload.subarray(0, length))).toThrow(CodecError);
      }
      expect(() => codec.decodeTmq(Uint8Array.of(...payload, 0))).toThrow(CodecError);
    }
    expect(() => codec.decodeTmq("x" as never)).toThrow(InterfaceError);
  });
});
