/**
 * A writer without a server: inserts are recorded, and end as a test says.
 *
 * @module
 */
import { WriteError } from "../../mod.ts";
import { initCodec } from "../../src/codec/load.ts";
import { DataType } from "../../src/data_type.ts";
import type { Columns } from "../../src/statements/bound_tables.ts";
import type { StatementContext } from "../../src/statements/context.ts";
import type { Inserter } from "../../src/statements/insert.ts";
import type { Placeholder } from "../../src/transports/transport.ts";
import { Writer } from "../../src/writer/writer.ts";
import type { WriterOptions } from "../../src/writer/writer_options.ts";

/** One insert that the writer asked for. */
export interface Insert {
  readonly table: unknown;
  readonly columns: Columns;
  /** Values of the column `v`. */
  readonly values: unknown[];
}

/** What a test sees and decides. */
export interface Bench {
  readonly writer: Writer;
  /** All inserts so far, failed ones included. */
  readonly inserts: Insert[];
  /** Inserts under way. */
  running(): number;
  /** The most there ever were. */
  peak(): number;
  /** Columns that the table has, asked for by name. */
  readonly columns: string[];
  /** How often the table was asked for them. */
  asked(): number;
}

function placeholder(name: string, i: number): Placeholder {
  const isTime = i === 0;
  const type = isTime ? "TIMESTAMP" : "INT";
  const typeCode = DataType[type];
  return {
    role: "column",
    precision: isTime ? "ms" : null,
    field: { name, type, typeCode, length: 8 },
  };
}

/** Makes a writer whose inserts do what `insert` does; by default they succeed at once. */
export async function makeBench(
  options: Partial<WriterOptions> = {},
  insert: (insert: Insert, count: number) => unknown = () => {},
  describe: () => unknown = () => {},
): Promise<Bench> {
  const codec = await initCodec();
  const inserts: Insert[] = [];
  const columns = ["ts", "v", "w"];
  let [running, peak, asked] = [0, 0, 0];
  const context = {
    codec,
    call: () => ({ reqId: 1n, signal: undefined, timeoutMs: 0 }),
    shared: (_call: unknown, work: () => unknown) => work(),
    database: () => Promise.resolve(null),
    describe: async () => {
      asked++;
      await describe();
      return columns.map(placeholder);
    },
  } as unknown as StatementContext;
  const inserter = {
    ended: () => Promise.resolve(),
    insert: async (table: unknown, given: Columns) => {
      const one = { table, columns: given, values: Array.from(given["v"] ?? []) };
      inserts.push(one);
      peak = Math.max(peak, ++running);
      try {
        await insert(one, inserts.length);
      } finally {
        running--;
      }
    },
  } as unknown as Inserter;
  const all = { table: "t", flushIntervalMs: 0, retry: { backoffMs: 1 }, ...options };
  const writer = new Writer(all, { context, inserter, onClosed: () => {} });
  return { writer, inserts, columns, running: () => running, peak: () => peak, asked: () => asked };
}

/** Lets everything run that does not wait for a timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A row of the table. */
export function row(ts: number, v: unknown = ts): { ts: number; v: unknown } {
  return { ts, v };
}

/** Rows with times `from` … `to`, the last one not included. */
export function rows(from: number, to: number): { ts: number; v: unknown }[] {
  return Array.from({ length: to - from }, (_, i) => row(from + i));
}

/** The `WriteError` that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<WriteError> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  if (error instanceof WriteError) return error;
  throw new Error(`no WriteError: ${error}`);
}
