/**
 * A batch of rows, held as columns.
 *
 * @module
 */
import type { Column, ColumnContext } from "./column.ts";
import { InterfaceError } from "./errors.ts";
import { buildRowArrays, buildRowObjects } from "./row_builder.ts";
import type { Field, Precision, ValueOptions } from "./types.ts";
import { resolveValueOptions, type Row } from "./value_modes.ts";

/** What a batch is made of. */
export interface ColumnBatchInit {
  /** Number of rows; each column has as many. */
  readonly rowCount: number;
  /** The columns, in the order of the SELECT list. */
  readonly columns: readonly Column[];
  /** What the columns have in common. */
  readonly context: ColumnContext;
}

/**
 * A batch of rows, held as columns in Arrow's layout. Its buffers belong to it: they never change or die.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * // One row, one INT column: 7.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 43, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   4, 4, 0, 0, 0, 4, 0, 0, 0, 0, 7, 0, 0, 0, 0,
 * ]);
 * const codec = await initCodec();
 * const batch = codec.decodeBlock(block, { names: ["voltage"] });
 * equal(batch.rowCount, 1);
 * deepEqual(batch.rows(), [{ voltage: 7 }]);
 * deepEqual(batch.toArrays(), [[7]]);
 * ```
 */
export class ColumnBatch {
  /** Number of rows. */
  readonly rowCount: number;
  /** Precision of TIMESTAMP ticks. */
  readonly precision: Precision;
  /** Names and types of the columns. */
  readonly fields: Field[];
  /** The columns, in the order of the SELECT list. */
  readonly columns: Column[];
  readonly #context: ColumnContext;
  #indexes: Map<string, number> | undefined;

  /**
   * Makes a batch over buffers that become its own.
   *
   * @param init What the batch is made of.
   */
  constructor({ rowCount, columns, context }: ColumnBatchInit) {
    this.rowCount = rowCount;
    this.precision = context.precision;
    this.columns = [...columns];
    this.fields = columns.map(({ field }) => field);
    this.#context = context;
  }

  /**
   * Finds a column.
   *
   * @param nameOrIndex Its name, or its number from 0. Of columns with the same name the first is found.
   * @returns The column.
   * @throws {InterfaceError} When there is none; it lists those there are.
   */
  column(nameOrIndex: string | number): Column {
    const index = typeof nameOrIndex === "number" ? nameOrIndex : this.#index(nameOrIndex);
    const column = index === undefined ? undefined : this.columns[index];
    if (column === undefined) throw this.#noColumn(nameOrIndex);
    return column;
  }

  /**
   * Builds one object a row. Of columns with the same name the last counts: {@linkcode ColumnBatch.toArrays} has all.
   *
   * @param values How cells look. Default, also of options left out: the value options of the connection.
   * @returns The rows; column names are their own properties, whatever the names are.
   * @throws {RangeError} When a value does not fit the chosen type; it names column and row.
   * @throws {CodecError} When a cell is not UTF-8 under `text: "strict"`, or a JSON cell is not JSON.
   * @throws {InterfaceError} For unknown value options.
   */
  rows<R = Row>(values?: ValueOptions): R[] {
    const names = this.fields.map(({ name }) => name);
    return buildRowObjects(names, this.#cells(values), this.rowCount) as R[];
  }

  /**
   * Builds one array a row, with a cell for each column.
   *
   * @param values As for {@linkcode ColumnBatch.rows}.
   * @returns The rows.
   * @throws As {@linkcode ColumnBatch.rows}.
   */
  toArrays(values?: ValueOptions): unknown[][] {
    return buildRowArrays(this.#cells(values), this.rowCount);
  }

  /**
   * Makes a batch over the same buffers that shows cells in another way.
   *
   * @param values How cells look; options left out stay as they are here.
   * @returns The batch.
   * @throws {InterfaceError} For unknown value options.
   */
  withValues(values: ValueOptions): ColumnBatch {
    const context = { ...this.#context, values: resolveValueOptions(values, this.#context.values) };
    const columns = this.columns.map((column) => column.withContext(context));
    return new ColumnBatch({ rowCount: this.rowCount, columns, context });
  }

  #cells(values: ValueOptions | undefined): unknown[][] {
    const modes = resolveValueOptions(values, this.#context.values);
    return this.columns.map((column) => column.readAll(modes));
  }

  #index(name: string): number | undefined {
    if (this.#indexes === undefined) {
      this.#indexes = new Map();
      for (let i = this.fields.length - 1; i >= 0; i--) this.#indexes.set(this.fields[i]!.name, i);
    }
    return this.#indexes.get(name);
  }

  #noColumn(nameOrIndex: string | number): InterfaceError {
    const names = this.fields.map(({ name }) => JSON.stringify(name)).join(", ");
    return new InterfaceError(
      `there is no column ${JSON.stringify(nameOrIndex)}; the columns are ${
        names === "" ? "none" : names
      }`,
    );
  }
}
