/**
 * Rows that hold something until they are read to their end or left.
 *
 * @module
 */
import type { ColumnBatch } from "../batch.ts";
import type { Call, RowSource } from "../transports/transport.ts";
import type { Field, Precision } from "../types.ts";

/** Calls back once when the rows are done with: `drained` tells whether they were read to their end. */
export class HeldRows implements RowSource {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly #rows: RowSource;
  #release: ((drained: boolean) => void) | undefined;

  constructor(rows: RowSource, release: (drained: boolean) => void) {
    this.#rows = rows;
    this.#release = release;
    this.fields = rows.fields;
    this.precision = rows.precision;
  }

  async next(call: Call): Promise<ColumnBatch | null> {
    try {
      const batch = await this.#rows.next(call);
      if (batch === null) this.#done(true);
      return batch;
    } catch (error) {
      this.#done(false);
      throw error;
    }
  }

  free(): void {
    this.#rows.free();
    this.#done(false);
  }

  #done(drained: boolean): void {
    const release = this.#release;
    this.#release = undefined;
    release?.(drained);
  }
}
