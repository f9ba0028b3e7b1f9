/**
 * Results that a connection holds open: pulled one block at a time, freed at their end, on an error or on request.
 *
 * @module
 */

import { encodeBlock } from "./blocks.ts";
import type { Cell, RowSet } from "./engine.ts";

/** Runs jobs one after another. */
export class Serial {
  private tail: Promise<unknown> = Promise.resolve();

  /** Runs `job` after all earlier ones; a failed one does not stop the later ones. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.tail.then(job);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** One open result. */
export class OpenResult {
  readonly rows: RowSet;
  readonly serial: Serial = new Serial();
  /** True once nothing more can be read. */
  isFreed = false;
  /** Block loaded by the legacy `fetch`, for `fetch_block`. */
  legacyBlock: Cell[][] | null = null;
  private readonly iterator: AsyncIterator<Cell[][]>;

  constructor(rows: RowSet) {
    this.rows = rows;
    this.iterator = rows.blocks[Symbol.asyncIterator]();
  }

  /** Pulls the next block that has rows, or null at the end. */
  async pull(): Promise<Cell[][] | null> {
    for (;;) {
      const next = await this.iterator.next();
      if (next.done) return null;
      if ((next.value[0]?.length ?? 0) > 0) return next.value;
    }
  }

  /** Encodes a block behind room for a frame's header. */
  encode(block: Cell[][], headBytes: number): Uint8Array {
    return encodeBlock(this.rows.fields, block, headBytes);
  }

  /** Stops reading and lets the engine free its cursor. */
  async free(): Promise<void> {
    if (this.isFreed) return;
    this.isFreed = true;
    this.legacyBlock = null;
    await this.iterator.return?.();
  }
}
