/**
 * Decodes blocks for a while and prints by how many bytes the process has grown meanwhile.
 *
 * @module
 */
import process from "node:process";
import { initCodec } from "../../src/codec/load.ts";
import { encodeBlock } from "../support/block.ts";

const rows = 1_000;
const block = encodeBlock([
  { type: 9, values: Array.from({ length: rows }, (_, i) => BigInt(i)) },
  { type: 7, values: Array.from({ length: rows }, (_, i) => i / 3) },
  { type: 8, values: Array.from({ length: rows }, (_, i) => `text ${i}`) },
]);
const codec = await initCodec();

async function decode(blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const batch = codec.decodeBlock(block);
    if (batch.column(2).get(rows - 1) !== `text ${rows - 1}`) throw new Error("decoded wrongly");
    // Lets the engine collect, as the next wait for a server would.
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

await decode(10_000);
const before = process.memoryUsage().rss;
await decode(10_000);
console.log(process.memoryUsage().rss - before, before);
