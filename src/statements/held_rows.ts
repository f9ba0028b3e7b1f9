/**
 * Rows that hold something until they are read to their end or left.
 *
 * @module
 */
import type { ColumnBatch } from "../batch.ts";
import type { Call, RowSource } from "../transports/transport.ts";
import type { Field, Precision } from "../types.ts";

/** Calls back once when the server has done with the rows: `isWell` is false when reading them failed. */
export class HeldRows implements RowSource {
  readonly fields: readonly Field[];
  readonly precision: Precision;
  readonly #rows: RowSource;
  #release: ((isWell: boolean) => void) | undefined;

  constructor(rows: RowSource, release: (isWell: boolean) => void) {
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

  free(): void | Promise<void> {
    const ended = this.#rows.free();
    if (ended === undefined) this.#done(true);
    else return ended.then(() => this.#done(true));
  }

  #done(isWell: boolean): void {
    const release = this.#release;
    this.#release = undefined;
    release?.(isWell);
  }
}
