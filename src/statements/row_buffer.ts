/**
 * Rows bound one by one, gathered by table.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { copyOf } from "../internal/copy_of.ts";
import { boundName, inOrder, requireSameTags, type TableData } from "./bound_tables.ts";
import { requireFitting } from "./check_texts.ts";
import { convertColumn } from "./convert.ts";
import { type Placeholders, targetOf } from "./placeholders.ts";
import { type PlainCheck, plainCheck } from "./plain_values.ts";

interface Rows {
  readonly name: string | null;
  readonly tags: unknown[];
  readonly columns: unknown[][];
}

/** Positions of the placeholders that stand for this. */
function positionsOf({ all }: Placeholders, role: string): number[] {
  return all.flatMap((placeholder, position) => placeholder.role === role ? [position] : []);
}

/** Gathers rows into columns; each value is checked as its row comes. */
export class RowBuffer {
  readonly #placeholders: Placeholders;
  readonly #codec: Codec;
  readonly #names: readonly string[];
  readonly #checks: readonly PlainCheck[];
  readonly #columns: readonly number[];
  readonly #tags: readonly number[];
  /** Position of the table's name; −1 when the statement names it. */
  readonly #table: number;
  /** Position of the time; −1 when it is not clear which column that is. */
  readonly #time: number;
  /** Values of a row by name, for the time of its `add`. */
  readonly #values: unknown[];
  #tables = new Map<string | null, Rows>();
  /** Rows taken since the last `drain`, for messages. */
  #rowCount = 0;

  constructor(placeholders: Placeholders, codec: Codec) {
    const { all } = placeholders;
    this.#placeholders = placeholders;
    this.#codec = codec;
    this.#names = all.map(({ field }) => field.name);
    this.#values = new Array(all.length);
    this.#checks = all.map(plainCheck);
    this.#columns = positionsOf(placeholders, "column");
    this.#tags = positionsOf(placeholders, "tag");
    this.#table = all.findIndex(({ role }) => role === "table");
    const times = this.#columns.filter((i) => all[i]!.field.typeCode === DataType.TIMESTAMP);
    this.#time = times.length === 1 ? times[0]! : -1;
  }

  /** Takes a row: values in the order of the placeholders, or by name. */
  add(row: readonly unknown[] | Readonly<Record<string, unknown>>): void {
    const values = this.#valuesOf(row);
    const name = this.#table < 0 ? null : values[this.#table] ?? null;
    if (name !== null && typeof name !== "string") {
      throw new InterfaceError("the table name is no string");
    }
    if (name !== null && !this.#tables.has(name)) boundName(name);
    for (let position = 0; position < values.length; position++) {
      if (position !== this.#table) this.#check(values[position], position);
    }
    const { columns } = this.#rowsOf(name, values);
    for (let column = 0; column < columns.length; column++) {
      // The caller may go on to change what a value holds.
      columns[column]!.push(copyOf(values[this.#columns[column]!]));
    }
    this.#rowCount++;
  }

  /** Hands over what has been gathered; the rows of a table leave when `take` has returned. */
  drain(take: (table: TableData) => void): void {
    for (const { name, tags, columns } of this.#tables.values()) {
      take({ ...(name !== null && { name }), tags, columns });
      this.#tables.delete(name);
    }
    this.#rowCount = 0;
  }

  clear(): void {
    this.#tables = new Map();
    this.#rowCount = 0;
  }

  /** Values in order. A row with exactly the right names in their order needs no look at the others. */
  #valuesOf(row: readonly unknown[] | Readonly<Record<string, unknown>>): readonly unknown[] {
    const names = this.#names;
    if (Array.isArray(row)) {
      return row.length === names.length ? row : inOrder(row, this.#placeholders.all, "values");
    }
    const values = this.#values;
    let count = 0;
    for (const name in row) {
      if (name !== names[count]) return inOrder(row, this.#placeholders.all, "values");
      values[count++] = (row as Readonly<Record<string, unknown>>)[name];
    }
    return count === names.length ? values : inOrder(row, this.#placeholders.all, "values");
  }

  #check(value: unknown, position: number): void {
    const isMissing = value === null || value === undefined;
    if (this.#checks[position]!(value) || (isMissing && position !== this.#time)) return;
    const target = targetOf(this.#placeholders.all[position]!, this.#rowCount);
    const source = convertColumn(target, [value], this.#codec);
    requireFitting(target, source, this.#codec);
    if (source.nulls !== null && position === this.#time) {
      throw new InterfaceError(`${target.label}, row ${this.#rowCount}: a row needs a timestamp`);
    }
  }

  #rowsOf(name: string | null, values: readonly unknown[]): Rows {
    const found = this.#tables.get(name);
    if (found !== undefined && this.#tags.length === 0) return found;
    const tags = this.#tags.map((position) => copyOf(values[position]));
    if (found !== undefined) {
      requireSameTags(name, found.tags, tags);
      return found;
    }
    const table = { name, tags, columns: this.#columns.map(() => []) };
    this.#tables.set(name, table);
    return table;
  }
}
