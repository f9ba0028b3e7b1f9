/**
 * How fast blocks are decoded, beside a decoder written by hand and beside a copy of the same bytes. Runs in Node,
 * Bun and Deno; the module has no effect unless `benchDecode` is called. From the command line:
 *
 *     bun test/bench/decode_main.ts
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import type { ColumnBatch } from "../../src/batch.ts";
import type { Codec } from "../../src/codec/codec.ts";
import { initCodec } from "../../src/codec/load.ts";
import { decodeColumns, decodeRows } from "./dataview_decoder.ts";

/** One figure. */
export interface Measurement {
  name: string;
  value: number;
  unit: string;
}

interface Contender {
  name: string;
  run(block: Uint8Array): unknown;
}

interface Blocks {
  names: string[];
  blocks: Uint8Array[];
  rows: number;
}

const warmUpRounds = 40;
const rounds = 31;
const passesPerRound = 4;
/** Results are kept here, so that no work can be left out. */
export let sink: unknown;

function recordedBlocks(): Blocks {
  const folder = pathToFileURL("test/golden/blocks/");
  const recorded = JSON.parse(readFileSync(new URL("meters_12000.json", folder), "utf8"));
  const blocks = recorded.blocks.map((name: string) =>
    new Uint8Array(readFileSync(new URL(name, folder)))
  );
  return { names: recorded.reply.fields_names, blocks, rows: recorded.rows };
}

function texts(batch: ColumnBatch): unknown[][] {
  return batch.columns.filter(({ kind }) => kind === "variable").map((column) => column.toArray());
}

function contenders(codec: Codec, names: string[]): Contender[] {
  const decode = (block: Uint8Array): ColumnBatch => codec.decodeBlock(block, { names });
  return [
    { name: "memcpy", run: (block) => block.slice() },
    { name: "columns", run: decode },
    { name: "columns + texts", run: (block) => texts(decode(block)) },
    {
      name: "columns to arrays",
      run: (block) => decode(block).columns.map((column) => column.toArray()),
    },
    { name: "rows", run: (block) => decode(block).rows() },
    { name: "arrays by row", run: (block) => decode(block).toArrays() },
    { name: "DataView to arrays", run: (block) => decodeColumns(block) },
    { name: "DataView to rows", run: (block) => decodeRows(block, names) },
  ];
}

function pass({ run }: Contender, blocks: Uint8Array[]): void {
  for (const block of blocks) sink = run(block);
}

/** Seconds a pass over the blocks takes: the median of interleaved rounds. */
function secondsPerPass(all: Contender[], blocks: Uint8Array[]): number[] {
  for (let round = 0; round < warmUpRounds; round++) {
    for (const contender of all) pass(contender, blocks);
  }
  const samples = all.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    all.forEach((contender, i) => {
      const start = performance.now();
      for (let n = 0; n < passesPerRound; n++) pass(contender, blocks);
      samples[i]!.push((performance.now() - start) / 1000 / passesPerRound);
    });
  }
  return samples.map((times) => times.sort((a, b) => a - b)[times.length >> 1]!);
}

/** Decodes the recorded 12,000 rows (7 columns, 12 blocks) over and over. */
export async function benchDecode(): Promise<Measurement[]> {
  const { names, blocks, rows } = recordedBlocks();
  const all = contenders(await initCodec(), names);
  const seconds = secondsPerPass(all, blocks);
  const rate = (name: string): number =>
    rows / seconds[all.findIndex((contender) => contender.name === name)]!;
  const ratio = (name: string, base: string): Measurement => ({
    name: `${name} : ${base}`,
    value: rate(name) / rate(base),
    unit: "times",
  });
  return [
    ...all.map(({ name }) => ({ name, value: rate(name), unit: "rows/s" })),
    ratio("columns", "memcpy"),
    ratio("columns", "DataView to arrays"),
    ratio("columns", "DataView to rows"),
    ratio("rows", "DataView to rows"),
  ];
}
