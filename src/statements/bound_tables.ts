/**
 * Data bound to an INSERT, table by table, and the bind requests made of it.
 *
 * @module
 */
import type { Codec } from "../codec/codec.ts";
import { DataType } from "../data_type.ts";
import { InterfaceError } from "../errors.ts";
import { isInstant, Param } from "../sql/param.ts";
import type { Placeholder } from "../transports/transport.ts";
import { requireFitting } from "./check_texts.ts";
import { convertColumn } from "./convert.ts";
import { joinSources } from "./join_sources.ts";
import { type Placeholders, targetOf } from "./placeholders.ts";
import { type BoundTable, type Chunk, partsOf, type Share } from "./request_parts.ts";
import { rowRanges } from "./row_ranges.ts";
import { type BindRequest, type Source, sourceBytes } from "../codec/bind_request.ts";

/** Values of one column: any array, or a typed array of the column's type. */
export type ColumnValues = ArrayLike<unknown>;

/** Columns by name. */
export type Columns = Readonly<Record<string, ColumnValues>>;

/** What `bind` takes for one table. */
export interface TableData {
  /** Name of the table, when the statement has a `?` for it. Case and spaces are kept; a name with a dot is quoted. */
  readonly name?: string;
  /** Values of the tag placeholders, in their order or by name. */
  readonly tags?: readonly unknown[] | Readonly<Record<string, unknown>>;
  /** Values of the column placeholders, in their order or by name. */
  readonly columns: Columns | readonly ColumnValues[];
}

/** A bound table name as the server reads it: a bare name keeps its case, a dot would split it. */
export function boundName(name: string): string {
  if (typeof name !== "string" || name === "") throw new InterfaceError("a table name is empty");
  if (/[`\0]/.test(name)) throw new InterfaceError("a table name holds a back-quote or NUL");
  return name.includes(".") ? `\`${name}\`` : name;
}

/** Values in the order of the placeholders, whether given in order or by name. */
export function inOrder<T>(
  given: readonly T[] | Readonly<Record<string, T>>,
  placeholders: readonly Placeholder[],
  what: string,
): T[] {
  const names = placeholders.map(({ field }) => field.name);
  if (Array.isArray(given)) {
    if (given.length === names.length) return [...given];
    throw new InterfaceError(
      `${given.length} ${what} were given for ${names.length} (${names.join(", ")})`,
    );
  }
  const record = given as Readonly<Record<string, T>>;
  const stranger = Object.keys(record).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new InterfaceError(`the statement has no placeholder for ${JSON.stringify(stranger)}`);
  }
  return names.map((name) => {
    if (Object.hasOwn(record, name)) return record[name]!;
    throw new InterfaceError(`no value was given for ${JSON.stringify(name)}`);
  });
}

/** Rows `from` … `to` of a column; typed arrays are not copied. */
export function sliceValues(values: ColumnValues, from: number, to: number): ColumnValues {
  if (from === 0 && to === values.length) return values;
  if (ArrayBuffer.isView(values)) return (values as unknown as Uint8Array).subarray(from, to);
  return Array.prototype.slice.call(values, from, to);
}

/** The common length of columns. */
export function rowCountOf(columns: readonly ColumnValues[], names: readonly string[]): number {
  const rows = columns[0]?.length ?? 0;
  columns.forEach((values, i) => {
    if (typeof values?.length !== "number" || typeof values === "string") {
      throw new InterfaceError(`column ${JSON.stringify(names[i])} is not an array of values`);
    }
    if (values.length !== rows) {
      throw new InterfaceError(
        `column ${JSON.stringify(names[i])} has ${values.length} values, column ${
          JSON.stringify(names[0])
        } has ${rows}`,
      );
    }
  });
  return rows;
}

/** Refuses a row without a time, when it is clear which column is the time. */
export function requireTimes(
  placeholders: readonly Placeholder[],
  sources: readonly Source[],
  firstRow: number,
): void {
  const times = placeholders.flatMap(({ field }, i) =>
    field.typeCode === DataType.TIMESTAMP ? [i] : []
  );
  const row = times.length === 1
    ? sources[times[0]!]!.nulls?.findIndex((mark) => mark !== 0) ?? -1
    : -1;
  if (row < 0) return;
  const { label } = targetOf(placeholders[times[0]!]!);
  throw new InterfaceError(`${label}, row ${firstRow + row}: a row needs a timestamp`);
}

/** How rows are converted. */
export interface RowConversion {
  /** Number of row 0, for messages. Default 0. */
  readonly firstRow?: number;
  /** As `Target.isSentNow`. Default false. */
  readonly isSentNow?: boolean;
}

/** Converts rows `from` … `to` of columns. */
export function convertRows(
  placeholders: readonly Placeholder[],
  columns: readonly ColumnValues[],
  [from, to]: readonly [from: number, to: number],
  codec: Codec,
  { firstRow = 0, isSentNow = false }: RowConversion = {},
): Source[] {
  const sources = columns.map((values, i) => {
    const target = { ...targetOf(placeholders[i]!, firstRow + from), isSentNow };
    return convertColumn(target, sliceValues(values, from, to), codec);
  });
  requireTimes(placeholders, sources, firstRow + from);
  return sources;
}

/** Whether two tags are sent as the same: both of one form, objects of a JSON tag with their keys in one order. */
function sameTag(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a ?? b ?? null) === null) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (a instanceof Param && b instanceof Param) {
    return a.type === b.type && a.precision === b.precision && sameTag(a.value, b.value);
  }
  if (isInstant(a) && isInstant(b)) return a.epochNanoseconds === b.epochNanoseconds;
  return isPlain(a) && isPlain(b) && JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a value is an object or array of JSON. */
function isPlain(value: object): boolean {
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** Refuses two different sets of tags for one table: the server would take either, silently. */
export function requireSameTags(
  name: string | null,
  a: readonly unknown[],
  b: readonly unknown[],
): void {
  if (a.every((value, i) => sameTag(value, b[i]))) return;
  throw new InterfaceError(`table ${JSON.stringify(name)} was given different tags`);
}

/** Converts tag values, one row a table; `rowNumbers` are the rows that the tags were taken from, for messages. */
export function convertTags(
  placeholders: readonly Placeholder[],
  tags: readonly (readonly unknown[])[],
  codec: Codec,
  rowNumbers: readonly number[] = [],
): Source[] {
  return placeholders.map((placeholder, i) => {
    const firstRow = rowNumbers.length === 0 ? null : 0;
    const target = { ...targetOf(placeholder), firstRow, rowNumbers };
    const source = convertColumn(target, tags.map((values) => values[i]), codec);
    requireFitting(target, source, codec);
    return source;
  });
}

/** Table names, as the server is to read them, as a source. */
export function nameSource(names: readonly string[], codec: Codec): Source {
  const field = { name: "tbname", type: "VARCHAR" as const, typeCode: DataType.VARCHAR, length: 0 };
  const target = {
    field,
    precision: null,
    label: "table name",
    firstRow: null,
    allowsUnset: false,
  };
  return convertColumn(target, names, codec);
}

/** Collects bound tables; values are converted, and refused, as they come. */
export class BoundTables {
  readonly #placeholders: Placeholders;
  readonly #codec: Codec;
  #tables = new Map<string | null, BoundTable>();
  /** Handed out to be sent, and not settled yet. */
  #sent: ReadonlyMap<string | null, BoundTable> = new Map();

  constructor(placeholders: Placeholders, codec: Codec) {
    this.#placeholders = placeholders;
    this.#codec = codec;
  }

  /** Number of tables that have rows. */
  get tableCount(): number {
    return this.#tables.size;
  }

  /** Binds rows of one table; rows of a table bound before come behind those. */
  add(data: TableData): void {
    const { tags: tagPlaceholders, columns: columnPlaceholders } = this.#placeholders;
    const columns = inOrder(data.columns, columnPlaceholders, "columns");
    const rows = rowCountOf(columns, columnPlaceholders.map(({ field }) => field.name));
    const tags = inOrder(data.tags ?? [], tagPlaceholders, "tags");
    // Converted here only to be refused here.
    convertTags(tagPlaceholders, [tags], this.#codec);
    const chunks: Chunk[] = [];
    for (const [from, to] of rowRanges(rows, columns, undefined)) {
      const sources = convertRows(columnPlaceholders, columns, [from, to], this.#codec);
      sources.forEach((source, i) =>
        requireFitting(targetOf(columnPlaceholders[i]!, from), source, this.#codec)
      );
      const bytes = sources.reduce((sum, source) => sum + sourceBytes(source), 0);
      chunks.push({ rows: to - from, bytes, columns: sources });
    }
    if (rows > 0) this.#table(this.#nameOf(data), tags).chunks.push(...chunks);
  }

  /** Drops everything, also what is being sent: it will not be kept should that fail. */
  clear(): void {
    this.#tables.clear();
    this.#sent = new Map();
  }

  /**
   * Hands out what is bound, to be sent; what is bound from here on is kept for the next time. `settle` is to follow.
   *
   * @returns The bind requests: one, unless there are more rows of a table, or more bytes, than one may carry.
   */
  take(): BindRequest[] {
    const requests = partsOf(this.#tables.values()).map((part) => this.#request(part));
    this.#sent = this.#tables;
    this.#tables = new Map();
    return requests;
  }

  /** Forgets what was handed out when it is written; else puts it back, before what was bound since. */
  settle(isWritten: boolean): void {
    const [sent, since] = [this.#sent, this.#tables];
    this.#sent = new Map();
    if (isWritten) return;
    this.#tables = new Map(sent);
    for (const [name, table] of since) {
      const before = sent.get(name)?.chunks ?? [];
      this.#tables.set(name, { ...table, chunks: [...before, ...table.chunks] });
    }
  }

  #nameOf({ name }: TableData): string | null {
    if (this.#placeholders.hasName) {
      if (name === undefined) throw new InterfaceError("bind needs the name of the table");
      return name;
    }
    if (name === undefined) return null;
    throw new InterfaceError("the statement names its table: bind takes no name");
  }

  #table(name: string | null, tags: readonly unknown[]): BoundTable {
    const found = this.#tables.get(name);
    if (found !== undefined) {
      requireSameTags(name, found.tags, tags);
      return found;
    }
    const table: BoundTable = { name, tags, chunks: [] };
    this.#tables.set(name, table);
    return table;
  }

  #request(part: ReadonlyMap<BoundTable, Share>): BindRequest {
    const tables = [...part.keys()];
    const chunks = [...part.values()].flatMap((share) => share.chunks);
    const names = tables.map(({ name }) => name).filter((name) => name !== null);
    return {
      names: names.length > 0 ? nameSource(names.map(boundName), this.#codec) : null,
      counts: Uint32Array.from(part.values(), ({ rows }) => rows),
      order: null,
      tags: convertTags(this.#placeholders.tags, tables.map(({ tags }) => tags), this.#codec),
      columns: this.#placeholders.columns.map((_, i) =>
        joinSources(chunks.map(({ columns }) => columns[i]!), this.#codec)
      ),
    };
  }
}
