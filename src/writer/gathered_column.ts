/**
 * One column of the batch that is being filled.
 *
 * @module
 */
import { copyOf } from "../internal/copy_of.ts";
import type { ColumnValues } from "../statements/bound_tables.ts";

const firstCapacity = 256;

/** Values that come one by one. Numbers alone stay out of the engine's heap, which would grow by them. */
export class GatheredColumn {
  #numbers: Float64Array | null = new Float64Array(firstCapacity);
  #length = 0;
  #values: unknown[] = [];

  /** Sets the value of a row behind all others; rows in between have none. */
  set(row: number, value: unknown): void {
    if (this.#numbers === null || typeof value !== "number" || row !== this.#length) {
      this.#fill(row);
      this.#values.push(copyOf(value));
      return;
    }
    if (row === this.#numbers.length) this.#grow(this.#numbers);
    this.#numbers[row] = value;
    this.#length++;
  }

  /** The values of so many rows. */
  take(rowCount: number): ColumnValues {
    if (this.#numbers !== null && this.#length === rowCount) {
      return this.#numbers.subarray(0, rowCount);
    }
    this.#fill(rowCount);
    return this.#values;
  }

  /** Rows without a value are undefined and no holes, which loops over arrays would skip. */
  #fill(rowCount: number): void {
    if (this.#numbers !== null) {
      this.#values = Array.from(this.#numbers.subarray(0, this.#length));
      this.#numbers = null;
    }
    while (this.#values.length < rowCount) this.#values.push(undefined);
  }

  #grow(numbers: Float64Array): void {
    this.#numbers = new Float64Array(2 * numbers.length);
    this.#numbers.set(numbers);
  }
}
