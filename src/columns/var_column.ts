/**
 * Columns of texts, JSON and bytes.
 *
 * @module
 */
import { DataType } from "../data_type.ts";
import { encodeHex, isSet } from "../internal/bytes.ts";
import type { ResolvedValueOptions } from "../value_modes.ts";
import { type CellReader, ColumnBase, type ColumnContext, type ColumnInit } from "./column_base.ts";
import { jsonParser } from "./json_cells.ts";
import { TextCells } from "./text_cells.ts";

/** What a variable column is made of. */
export interface VarInit extends ColumnInit {
  /** `length + 1` ascending byte offsets into `data`. */
  readonly offsets: Int32Array;
  /** The bytes of all cells. */
  readonly data: Uint8Array;
  /** What is known of text: bit 0, each cell is UTF-8; bit 1, all is ASCII. Default: nothing. */
  readonly flags?: number;
}

/**
 * A column of VARCHAR, NCHAR, JSON, VARBINARY, GEOMETRY or BLOB: offsets and bytes. Text is UTF-8, apart from VARCHAR
 * cells into which other bytes were written.
 *
 * Texts are decoded at the first read, all cells of the column in one go.
 *
 * @example
 * ```ts
 * import { initCodec } from "@tdwire/client";
 * import { deepEqual, equal } from "node:assert/strict";
 *
 * // One row, one VARCHAR(8) column: ab.
 * const block = Uint8Array.from([
 *   1, 0, 0, 0, 46, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
 *   8, 10, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 97, 98, 0,
 * ]);
 * const codec = await initCodec();
 * const column = codec.decodeBlock(block).column(0);
 * equal(column.kind, "variable");
 * deepEqual(column.toArray(), ["ab"]);
 * ```
 */
export class VarColumn extends ColumnBase {
  /** Tells the column classes apart. */
  readonly kind = "variable" as const;
  /** Row `r` has the bytes `offsets[r]` … `offsets[r + 1]` of `data`; none where it is NULL. */
  declare readonly offsets: Int32Array;
  /** The bytes of all cells. */
  declare readonly data: Uint8Array;
  readonly #flags: number;
  #texts: TextCells | undefined;

  /**
   * Makes a column over buffers that become its own.
   *
   * @param init What the column is made of.
   */
  constructor(init: VarInit) {
    super(init);
    this.offsets = init.offsets;
    this.data = init.data;
    this.#flags = init.flags ?? 0;
  }

  /** What is known of the text: bit 0, each cell is UTF-8; bit 1, all is ASCII. */
  get flags(): number {
    return this.#flags;
  }

  /**
   * The same column under other default value options, over the same buffers.
   *
   * @param context What the columns of the batch have in common.
   */
  override withContext(context: ColumnContext): VarColumn {
    const { field, length, nullCount, validity, offsets, data, flags } = this;
    const column = new VarColumn({
      field,
      length,
      nullCount,
      validity,
      context,
      offsets,
      data,
      flags,
    });
    column.#texts = this.#texts;
    return column;
  }

  /** Chooses how a cell that is not NULL is read. */
  protected override reader(modes: ResolvedValueOptions): CellReader {
    const { data, offsets } = this;
    switch (this.field.typeCode) {
      case DataType.VARCHAR:
      case DataType.NCHAR:
        return this.#textCells().reader(modes.text);
      case DataType.JSON: {
        const text = this.#textCells().reader(modes.text);
        if (modes.json === "text") return text;
        const parse = jsonParser(this.field);
        return (row) => parse(text(row), row);
      }
    }
    if (modes.binary === "hex") {
      return (row) => encodeHex(data.subarray(offsets[row], offsets[row + 1]));
    }
    return (row) => data.slice(offsets[row], offsets[row + 1]);
  }

  /**
   * Reads all cells.
   *
   * @param modes How they look: options that are checked and complete.
   * @returns One cell a row; null for NULL.
   */
  override readAll(modes: ResolvedValueOptions): unknown[] {
    switch (this.field.typeCode) {
      case DataType.VARCHAR:
      case DataType.NCHAR:
        return this.#textCells().all(modes.text);
      case DataType.JSON: {
        const texts = this.#textCells().all(modes.text);
        if (modes.json === "text") return texts;
        const parse = jsonParser(this.field);
        return texts.map((text, row) => text === null ? null : parse(text, row));
      }
    }
    return modes.binary === "hex" ? super.readAll(modes) : this.#byteCells();
  }

  /** One copy for all cells: what is done to them leaves the batch as it is, and an allocation a cell is slow. */
  #byteCells(): unknown[] {
    const { length, validity, offsets } = this;
    const data = this.data.slice();
    const cells = new Array<unknown>(length);
    for (let row = 0; row < length; row++) {
      cells[row] = isSet(validity, row) ? data.subarray(offsets[row], offsets[row + 1]) : null;
    }
    return cells;
  }

  #textCells(): TextCells {
    return this.#texts ??= new TextCells(this);
  }
}
