/**
 * Results: rows streamed from DuckDB as cells, and small results made by the server itself.
 *
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBResult,
  DuckDBVector,
} from "@duckdb/node-api";
import { type Cell, type EngineField, type Precision, type RowSet, ServerError } from "./engine.ts";
import { toServerError } from "./sql/engine_errors.ts";
import { Code } from "./sql/errors.ts";
import type { Plan } from "./sql/plan_from.ts";
import type { OutputColumn } from "./sql/relation.ts";
import { isDecimal, type SqlType, Type } from "./sql/types.ts";
import type { Store } from "./store.ts";

const maxBlockRows = 4096;
const encoder = new TextEncoder();

/** A query whose rows are not all read yet. */
export interface OpenQuery {
  /** Its number among all queries of the server, by which it can be killed. */
  id: number;
  /** Id of the request that asked for it, or its number. */
  queryId: bigint;
  sql: string;
  user: string;
  connectionId: number;
  started: number;
  /** Makes the next read fail with 0x022D. */
  kill(): void;
}

/** Returns a field of a result. */
export function toField(name: string, type: SqlType): EngineField {
  return {
    name,
    typeCode: type.code,
    length: type.length,
    precision: type.precision,
    scale: type.scale,
  };
}

type Reader = (vector: DuckDBVector, rows: number) => Cell[];

/** All values of a column share one copy: a buffer for each would cost more than what is in it. */
function readBytes(vector: DuckDBVector, rows: number): Cell[] {
  const blobs = vector as unknown as { getItemBytes(row: number): Uint8Array | null };
  const views = new Array<Uint8Array | null>(rows);
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const view = views[row] = blobs.getItemBytes(row);
    if (view !== null) total += view.byteLength;
  }
  // The views end with the chunk's memory.
  const copy = new Uint8Array(total);
  let at = 0;
  return views.map((view) => {
    if (view === null) return null;
    copy.set(view, at);
    return copy.subarray(at, at += view.byteLength);
  });
}

function readPlain(vector: DuckDBVector, rows: number): Cell[] {
  const cells = new Array<Cell>(rows);
  for (let row = 0; row < rows; row++) cells[row] = vector.getItem(row) as Cell;
  return cells;
}

function readMapped(map: (value: unknown) => Cell): Reader {
  return (vector, rows) => {
    const cells = new Array<Cell>(rows);
    for (let row = 0; row < rows; row++) {
      const value: unknown = vector.getItem(row);
      cells[row] = value === null ? null : map(value);
    }
    return cells;
  };
}

/** Texts begin with their length and their first bytes, wherever the rest of them is. */
const textBytes = 16;
/** A byte order mark as these first bytes, with the one behind it masked out. */
const orderMark = 0xbfbbef;

/**
 * Reads texts. The binding takes the byte order mark off the front of a text, as its TextDecoder is not told
 * `ignoreBOM` (@duckdb/node-api 1.5, vectors/dataAccessors.js); until it leaves the mark, here it comes back.
 */
function readTexts(vector: DuckDBVector, rows: number): (string | null)[] {
  const { dataView } = vector as unknown as { dataView: DataView };
  const texts = new Array<string | null>(rows);
  for (let row = 0; row < rows; row++) {
    const text = vector.getItem(row) as string | null;
    const isMarked = text !== null && dataView.getUint32(textBytes * row, true) >= 3 &&
      (dataView.getUint32(textBytes * row + 4, true) & 0xffffff) === orderMark;
    texts[row] = isMarked ? `\ufeff${text}` : text;
  }
  return texts;
}

const wide = new Set<number>([Type.bigint, Type.ubigint, Type.timestamp]);

/** Returns the function that reads a column of one type from DuckDB's vectors. */
function readerOf({ type, bytes }: OutputColumn, result: DuckDBResult, index: number): Reader {
  const physical = result.columnType(index).toString();
  if (physical === "BLOB") {
    return type.code === Type.nchar ? readMapped((value) => String(value)) : readBytes;
  }
  if (isDecimal(type)) return readMapped((value) => (value as { value: bigint }).value);
  if (type.code === Type.nchar && physical === "VARCHAR") return readTexts;
  if (type.code === Type.varchar || bytes) {
    return readMapped((value) => encoder.encode(String(value)));
  }
  if (type.code === Type.nchar || type.code === Type.json) {
    return readMapped((value) => String(value));
  }
  if (type.code === Type.bool) return readMapped((value) => Boolean(value));
  const exact = physical === "BIGINT" || physical === "UBIGINT" || physical === "HUGEINT";
  if (wide.has(type.code)) {
    return exact ? readPlain : readMapped((value) => BigInt(Math.trunc(Number(value))));
  }
  return exact || physical.startsWith("DECIMAL") ? readMapped((value) => Number(value)) : readPlain;
}

function queryKilled(): ServerError {
  return new ServerError(Code.queryKilled, "Query killed");
}

/** The rows of one DuckDB query, as an iterator that can be left early at any time. */
class QueryBlocks implements AsyncIterableIterator<Cell[][]> {
  readonly #store: Store;
  readonly #connection: DuckDBConnection;
  readonly #onClose: () => void;
  #result: DuckDBResult | null = null;
  #readers: Reader[] = [];
  #pending: DuckDBDataChunk | null = null;
  #reading: Promise<unknown> = Promise.resolve();
  #closed = false;
  #killed = false;

  constructor(store: Store, connection: DuckDBConnection, onClose: () => void) {
    this.#store = store;
    this.#connection = connection;
    this.#onClose = onClose;
  }

  /** Starts the query and reads the first chunk, so that most failures show at once. */
  start(sql: string, columns: OutputColumn[]): Promise<void> {
    const started = this.#start(sql, columns);
    this.#reading = started.catch(() => undefined);
    return started;
  }

  async #start(sql: string, columns: OutputColumn[]): Promise<void> {
    try {
      const result = this.#result = await this.#connection.stream(sql);
      this.#readers = columns.map((column, index) => readerOf(column, result, index));
      this.#pending = await result.fetchChunk();
    } catch (error) {
      this.#close(false);
      throw toServerError(error);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Cell[][]>> {
    const step = this.#reading.then(() => this.#read());
    this.#reading = step.catch(() => undefined);
    return step;
  }

  async return(): Promise<IteratorResult<Cell[][]>> {
    if (!this.#closed) this.#connection.interrupt();
    await this.#reading;
    this.#close(false);
    return { done: true, value: undefined };
  }

  kill(): void {
    this.#killed = true;
    this.#connection.interrupt();
  }

  async #read(): Promise<IteratorResult<Cell[][]>> {
    if (this.#killed) {
      this.#close(false);
      throw queryKilled();
    }
    if (this.#closed) return { done: true, value: undefined };
    try {
      const block = await this.#block();
      if (block !== null) return { done: false, value: block };
      this.#close(true);
      return { done: true, value: undefined };
    } catch (error) {
      this.#close(false);
      throw this.#killed ? queryKilled() : toServerError(error);
    }
  }

  /** Reads chunks into one block as long as another full chunk is sure to fit. */
  async #block(): Promise<Cell[][] | null> {
    let chunk = this.#pending, rows = 0;
    let block: Cell[][] | null = null;
    while (chunk !== null && chunk.rowCount > 0) {
      const count = chunk.rowCount, current = chunk;
      const cells = this.#readers.map((read, index) => read(current.getColumnVector(index), count));
      block = block === null ? cells : block.map((column, index) => column.concat(cells[index]!));
      rows += count;
      chunk = await this.#result!.fetchChunk();
      if (rows + 2048 > maxBlockRows) break;
    }
    this.#pending = chunk;
    return block;
  }

  #close(complete: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#result = this.#pending = null;
    // An unfinished result lives on in its connection, so that one is not used again.
    if (complete) this.#store.release(this.#connection);
    else this.#connection.closeSync();
  }
}

/** Reads all rows of a planned query; one array of cells a column. */
export async function readAll(connection: DuckDBConnection, plan: Plan): Promise<Cell[][]> {
  const result = await connection.run(plan.sql);
  const readers = plan.columns.map((column, index) => readerOf(column, result, index));
  const cells = plan.columns.map((): Cell[] => []);
  for (const chunk of await result.fetchAllChunks()) {
    readers.forEach((read, index) => {
      const into = cells[index]!;
      for (const cell of read(chunk.getColumnVector(index), chunk.rowCount)) into.push(cell);
    });
  }
  return cells;
}

/** Runs a planned query. `open` registers it and returns what to do at its end. */
export async function runPlan(
  store: Store,
  plan: Plan,
  open: (kill: () => void, abandon: () => Promise<unknown>) => () => void,
): Promise<RowSet> {
  const connection = await store.acquire();
  let blocks: QueryBlocks | null = null;
  const done = open(() => blocks?.kill(), async () => await blocks?.return());
  blocks = new QueryBlocks(store, connection, done);
  const fields = await Promise.all(
    plan.columns.map((column, index) => resultField(connection, plan, column, index)),
  );
  await blocks.start(plan.sql, plan.columns);
  return { kind: "rows", fields, precision: plan.precision, blocks };
}

/** Text made of literals alone is as long as it turns out. */
async function resultField(
  connection: DuckDBConnection,
  plan: Plan,
  column: OutputColumn,
  index: number,
): Promise<EngineField> {
  if (!column.constant) return toField(column.name, column.type);
  const reader = await connection.runAndReadAll(
    `SELECT octet_length(encode(o${index}::VARCHAR)) FROM (${plan.sql}) LIMIT 1`,
  ).catch(() => null);
  const length = reader?.getRows()[0]?.[0];
  return toField(
    column.name,
    length === undefined || length === null
      ? column.type
      : { ...column.type, length: Number(length) },
  );
}

/** Makes a result of rows at hand; text cells of VARCHAR columns are given as strings. */
export function staticRows(
  columns: { name: string; type: SqlType }[],
  rows: (Cell)[][],
  precision: Precision = "ms",
): RowSet {
  const toCell = (cell: Cell, { code }: SqlType): Cell =>
    code === Type.varchar && typeof cell === "string" ? encoder.encode(cell) : cell;
  async function* blocks(): AsyncGenerator<Cell[][]> {
    for (let from = 0; from < rows.length; from += maxBlockRows) {
      const part = rows.slice(from, from + maxBlockRows);
      yield columns.map(({ type }, index) => part.map((row) => toCell(row[index] ?? null, type)));
    }
  }
  return {
    kind: "rows",
    fields: columns.map(({ name, type }) => toField(name, type)),
    precision,
    blocks: blocks(),
  };
}
