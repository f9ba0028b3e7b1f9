import { describe, expect, it } from "vitest";
import { type Codec, type ColumnBatch, initCodec } from "../../mod.ts";
import { goldenBytes, goldenCases } from "../support/golden.ts";

const modes = { timestamp: "bigint", json: "text" } as const;

function parse(codec: Codec, body: Uint8Array, pieceBytes: number): ColumnBatch[] {
  const parser = codec.openRest();
  const batches: ColumnBatch[] = [];
  for (let at = 0; at < body.length; at += pieceBytes) {
    parser.feed(body.slice(at, at + pieceBytes));
    for (let batch = parser.next(); batch !== null; batch = parser.next()) batches.push(batch);
  }
  parser.free();
  expect(parser.reply?.code).toBe(0);
  return batches;
}

/** What REST can tell of a cell. */
function told(type: string, cell: unknown): unknown {
  if (typeof cell === "number" && !Number.isFinite(cell)) return null;
  return type === "JSON" && cell === "null" ? null : cell;
}

describe("codec.openRest()", () => {
  it("gives the cells of the recorded blocks, whatever pieces the body comes in", async () => {
    const codec = await initCodec();
    let cells = 0;
    for (const { name, blocks, reply, precision } of goldenCases()) {
      const names = reply.fields_names;
      const decoded = blocks.map((block) => codec.decodeBlock(block, { names, precision }));
      const types = decoded[0]!.fields.map(({ type }) => type);
      const expected = decoded.flatMap((batch) => batch.toArrays(modes))
        .map((row) => row.map((cell, i) => told(types[i]!, cell)));
      const body = goldenBytes(`${name}.rest.json`);
      for (
        const pieceBytes of [body.length, 65_536, 16_352, 997, ...(body.length < 50_000 ? [1] : [])]
      ) {
        const batches = parse(codec, body, pieceBytes);
        expect(batches.flatMap((batch) => batch.toArrays(modes)), name).toEqual(expected);
        for (const { fields } of batches) {
          expect(fields.map(({ name: field, type }) => [field, type])).toEqual(
            names.map((field, i) => [field, types[i]]),
          );
        }
        cells += expected.length * types.length;
      }
    }
    expect(cells).toBeGreaterThan(300_000);
  });

  it("tells the place of what is wrong, and stays unusable", async () => {
    const codec = await initCodec();
    const parser = codec.openRest();
    parser.feed(
      new TextEncoder().encode('{"code":0,"column_meta":[["v","INT",4]],"data":[[1],[x]]'),
    );
    expect(() => parser.next()).toThrow(
      expect.objectContaining({ name: "CodecError", offset: 53 }),
    );
    expect(() => parser.next()).toThrow(
      expect.objectContaining({ name: "CodecError", offset: 53 }),
    );
    parser.free();
    parser.free();
    expect(parser.next()).toBe(null);
  });

  it("keeps parsers apart, also when a large one has made the memory grow", async () => {
    const codec = await initCodec();
    const text = "x".repeat(30_000_000);
    const body = (value: string) =>
      new TextEncoder().encode(
        `{"code":0,"column_meta":[["v","VARCHAR",9]],"data":[["${value}"]],"rows":1}`,
      );
    const small = codec.openRest();
    small.feed(body("small").subarray(0, 60));
    expect(small.next()).toBe(null);
    const large = codec.openRest();
    large.feed(body(text));
    expect(large.next()?.column(0).get(0)).toBe(text);
    large.free();
    const other = codec.openRest();
    other.feed(body("other"));
    small.feed(body("small").subarray(60));
    expect([small.next()?.toArrays(), other.next()?.toArrays()]).toEqual([[["small"]], [[
      "other",
    ]]]);
  });
});
