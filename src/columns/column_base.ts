/**
 * What all column classes share: NULLs, bounds, and the choice of a reader once per column.
 *
 * @module
 */
import { isSet } from "../internal/bytes.ts";
import type { Field, Precision, ValueOptions } from "../types.ts";
import { type ResolvedValueOptions, resolveValueOptions } from "../value_modes.ts";

/** The texts that only the codec can make; {@linkcode Codec} has these methods. */
export interface CellFormats {
  /** RFC 3339 text in UTC. */
  formatTimestamp(ticks: bigint, precision: Precision): string;
  /** RFC 3339 texts in UTC, one a tick. */
  formatTimestamps(ticks: BigInt64Array, precision: Precision): string[];
  /** Texts of decimals, 16 bytes each, with `scale` fraction digits. */
  formatDecimals(values: Uint8Array, scale: number): string[];
}

/** What the columns of a batch have in common. */
export interface ColumnContext {
  /** Precision of TIMESTAMP ticks. */
  readonly precision: Precision;
  /** How `get` shows cells, and `toArray` where it is not told otherwise. */
  readonly values: ResolvedValueOptions;
  /** Makes texts. */
  readonly formats: CellFormats;
}

/** What every column is made of. */
export interface ColumnInit {
  /** Name and type. */
  readonly field: Field;
  /** Number of rows. */
  readonly length: number;
  /** Number of NULLs. */
  readonly nullCount: number;
  /** Arrow validity bitmap, 1 = valid; null when there are no NULLs. */
  readonly validity: Uint8Array | null;
  /** What the columns of the batch have in common. */
  readonly context: ColumnContext;
}

/** Reads the cell of a row that is not NULL. */
export type CellReader = (row: number) => unknown;

/**
 * The base of the column classes. Its properties are declared only: V8 (Node 20) takes microseconds to define fields of
 * a base class that several classes extend.
 */
export abstract class ColumnBase {
  /** Name and type. */
  declare readonly field: Field;
  /** Number of rows. */
  declare readonly length: number;
  /** Number of NULLs. */
  declare readonly nullCount: number;
  /** Bitmap in Arrow's order (least significant bit first), 1 = valid; null when there are no NULLs. */
  declare readonly validity: Uint8Array | null;
  /** Precision, default value options and text makers of the batch. */
  declare protected readonly context: ColumnContext;
  #reader: CellReader | undefined;

  /**
   * Makes a column over buffers that become its own.
   *
   * @param init What every column is made of.
   */
  constructor(init: ColumnInit) {
    this.field = init.field;
    this.length = init.length;
    this.nullCount = init.nullCount;
    this.validity = init.validity;
    this.context = init.context;
  }

  /**
   * Reads one cell under the value options of the connection.
   *
   * @param row Number of the row, from 0.
   * @returns The cell; null for NULL.
   * @throws {RangeError} When there is no such row, or the value does not fit the chosen type (BIGINT as a number,
   * TIMESTAMP as a `Date`).
   * @throws {CodecError} When the cell is not UTF-8 under `text: "strict"`, or a JSON cell is not JSON.
   */
  get(row: number): unknown {
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new RangeError(
        `column ${JSON.stringify(this.field.name)} has ${this.length} rows, but no row ${row}`,
      );
    }
    if (!isSet(this.validity, row)) return null;
    this.#reader ??= this.reader(this.context.values);
    return this.#reader(row);
  }

  /**
   * Reads all cells. `Uint8Array` cells of one call share one buffer, which is a copy.
   *
   * @param values How cells look. Default, also of options left out: the value options of the connection.
   * @returns One cell a row; null for NULL.
   * @throws {RangeError} When a value does not fit the chosen type; it names column and row.
   * @throws {CodecError} When a cell is not UTF-8 under `text: "strict"`, or a JSON cell is not JSON.
   * @throws {InterfaceError} For unknown value options.
   */
  toArray(values?: ValueOptions): unknown[] {
    return this.readAll(resolveValueOptions(values, this.context.values));
  }

  /**
   * The same column under other default value options, over the same buffers.
   *
   * @param context What the columns of the batch have in common.
   */
  abstract withContext(context: ColumnContext): ColumnBase;

  /** Chooses how a cell that is not NULL is read. */
  protected abstract reader(modes: ResolvedValueOptions): CellReader;

  /**
   * Reads all cells, as {@linkcode ColumnBase.toArray} does.
   *
   * @param modes How they look: options that are checked and complete.
   * @returns One cell a row; null for NULL.
   */
  readAll(modes: ResolvedValueOptions): unknown[] {
    const { length, validity } = this;
    const read = this.reader(modes);
    const cells = new Array<unknown>(length);
    for (let row = 0; row < length; row++) cells[row] = isSet(validity, row) ? read(row) : null;
    return cells;
  }
}

/** `column "ts", row 5`, for messages. */
export function cellLabel(field: Field, row: number): string {
  return `column ${JSON.stringify(field.name)}, row ${row}`;
}

/** Replaces the cells of NULL rows by null. */
export function markNulls(cells: unknown[], validity: Uint8Array | null): unknown[] {
  if (validity === null) return cells;
  for (let row = 0; row < cells.length; row++) {
    if (((validity[row >> 3]! >> (row & 7)) & 1) === 0) cells[row] = null;
  }
  return cells;
}
