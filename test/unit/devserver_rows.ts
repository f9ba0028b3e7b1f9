/** All rows of an engine's result. */

import type { Cell, RowSet } from "../../src/devserver/engine.ts";

/** Reads all rows of a result. */
export async function readRows(result: RowSet): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  for await (const block of result.blocks) {
    const count = block[0]?.length ?? 0;
    for (let row = 0; row < count; row++) rows.push(block.map((column) => column[row]!));
  }
  return rows;
}
