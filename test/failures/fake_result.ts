/**
 * Results that a scripted server gives.
 *
 * @module
 */
import { encodeBlock } from "../support/block.ts";
import { goldenCase } from "../support/golden.ts";

/** A result: what the reply to a query announces, and the blocks that fetches give. */
export interface FakeResult {
  readonly head: Readonly<Record<string, unknown>>;
  readonly blocks: readonly Uint8Array[];
}

/** One INT column `v`; an array a block. */
export function numbers(...blocks: readonly number[][]): FakeResult {
  return {
    head: {
      fields_count: 1,
      fields_names: ["v"],
      fields_types: [4],
      fields_lengths: [4],
      precision: 0,
      fields_precisions: [0],
      fields_scales: [0],
    },
    blocks: blocks.map((values) => encodeBlock([{ type: 4, values }])),
  };
}

/** Rows that are nothing but SELECT-able columns of the given types. */
export function columnsOf(
  fields: readonly (readonly [name: string, type: number, bytes: number])[],
): FakeResult {
  return {
    head: {
      fields_count: fields.length,
      fields_names: fields.map(([name]) => name),
      fields_types: fields.map(([, type]) => type),
      fields_lengths: fields.map(([, , bytes]) => bytes),
      precision: 0,
      fields_precisions: fields.map(() => 0),
      fields_scales: fields.map(() => 0),
    },
    blocks: [],
  };
}

/** A query recorded from a real server. */
export function recorded(name: string): FakeResult {
  const { reply, blocks } = goldenCase(name);
  // The fake server has its own envelope.
  const envelope = ["code", "message", "action", "req_id", "timing", "id"];
  const head = Object.entries(reply).filter(([key]) => !envelope.includes(key));
  return { head: Object.fromEntries(head), blocks };
}
