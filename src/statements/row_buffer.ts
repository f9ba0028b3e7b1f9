/**
 * Rows bound one by one, gathered by table.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { InterfaceError } from "../errors.ts";
import { copyOf } from "../internal/copy_of.ts";
import {
  boundName,
  inOrder,
  requireSameTags,
  requireTimes,
  type TableData,
} from "./bound_tables.ts";
import { requireFitting } from "./check_texts.ts";
import { convertColumn } from "./convert.ts";
import { type Placeholders, targetOf } from "./placeholders.ts";

interface Rows {
  readonly name: string | null;
  readonly tags: unknown[];
  readonly columns: unknown[][];
}

/** Gathers rows into columns; each value is checked as its row comes. */
export class RowBuffer {
  readonly #placeholders: Placeholders;
  readonly #codec: Codec;
  #tables = new Map<string | null, Rows>();

  constructor(placeholders: Placeholders, codec: Codec) {
    this.#placeholders = placeholders;
    this.#codec = codec;
  }

  /** Takes a row: values in the order of the placeholders, or by name. */
  add(row: readonly unknown[] | Readonly<Record<string, unknown>>): void {
    const { all, columns } = this.#placeholders;
    // The caller may go on to change what a value holds.
    const values = inOrder(row, all, "values").map(copyOf);
    const ofRole = (wanted: string) => values.filter((_, i) => all[i]!.role === wanted);
    const [name = null] = ofRole("table");
    if (name !== null && typeof name !== "string") {
      throw new InterfaceError("the table name is no string");
    }
    if (name !== null) boundName(name);
    const sources = all.flatMap((placeholder, i) => {
      if (placeholder.role === "table") return [];
      const target = targetOf(placeholder);
      const source = convertColumn(target, [values[i]], this.#codec);
      requireFitting(target, source, this.#codec);
      return placeholder.role === "column" ? [source] : [];
    });
    requireTimes(columns, sources, 0);
    const table = this.#table(name, ofRole("tag"));
    ofRole("column").forEach((value, i) => table.columns[i]!.push(value));
  }

  /** Hands over what has been gathered; the rows of a table leave when `take` has returned. */
  drain(take: (table: TableData) => void): void {
    for (const { name, tags, columns } of this.#tables.values()) {
      take({ ...(name !== null && { name }), tags, columns });
      this.#tables.delete(name);
    }
  }

  clear(): void {
    this.#tables = new Map();
  }

  #table(name: string | null, tags: unknown[]): Rows {
    const found = this.#tables.get(name);
    if (found !== undefined) {
      requireSameTags(name, found.tags, tags);
      return found;
    }
    const table = { name, tags, columns: this.#placeholders.columns.map(() => []) };
    this.#tables.set(name, table);
    return table;
  }
}
