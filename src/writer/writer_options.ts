/**
 * The options of a writer: defaults and checks.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { nearest } from "../internal/nearest.ts";
import { maxTimerMs } from "../internal/request_limits.ts";
import { Identifier } from "../sql/template.ts";
import type { TableName } from "../statements/insert_sql.ts";
import type { RequestOptions } from "../types.ts";
import type { WriteReport } from "./write_report.ts";

/**
 * How often, and how soon, a batch is sent again after a failure that may pass. A batch whose answer does not come in
 * time is sent again when the server has done with it, so that it does not come behind newer rows of the same table and
 * time. When it is not done with it after as many waits, its rows are reported: they may be written at any time then.
 */
export interface RetryOptions {
  /** Times that a batch is sent again; 0 = never. Default 5. */
  attempts?: number;
  /** Wait before the first repeat, in milliseconds; it doubles with each one, up to 10 000. Default 100. */
  backoffMs?: number;
}

/** Options of `connection.writer()`. */
export interface WriterOptions {
  /**
   * Table that the rows go to. When the rows have a `tbname`, it is the super table whose children they go to. May be
   * left out with `using`, if every row has a `tbname`.
   */
  table?: TableName;
  /** Super table of which `table`, or the table that a row's `tbname` names, is created; rows bring the tags. */
  using?: TableName;
  /** Most rows of a batch. Default 10 000. */
  maxRows?: number;
  /** Size at which a batch is sent, in bytes: 8 a value, and the length of texts and bytes. Default 4 MiB. */
  maxBytes?: number;
  /** Longest time that a row waits for its batch to fill, in milliseconds; 0 = no limit. Default 1 000. */
  flushIntervalMs?: number;
  /** Batches on their way at the same time. Default 4. */
  inFlight?: number;
  /**
   * Rows that `write` takes before it waits: those gathered, queued and on their way. Default `maxRows` ×
   * `inFlight`. Their bytes are limited too, to `maxBytes` × `inFlight`.
   */
  maxBufferedRows?: number;
  /** What happens to a batch that fails for a reason that may pass. */
  retry?: RetryOptions;
  /**
   * Called after each batch with what became of it, refused rows included. With it `write` does not reject for rows
   * of earlier calls. What it throws is ignored.
   */
  onReport?(report: WriteReport): void;
}

/** Limits of one wait. */
export type WaitOptions = Omit<RequestOptions, "reqId">;

/** Options with their defaults. */
export interface ResolvedWriterOptions {
  /** What the INSERT names: a table, or the super table. */
  readonly target: TableName;
  /** Table of rows without a `tbname`, as reports call it; undefined when each row must have one. */
  readonly table: string | undefined;
  /** Whether the target is a super table. Undefined: the first row tells. */
  readonly isSuper: true | undefined;
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly flushIntervalMs: number;
  readonly inFlight: number;
  readonly maxBufferedRows: number;
  readonly maxBufferedBytes: number;
  readonly retry: Required<RetryOptions>;
  readonly onReport: ((report: WriteReport) => void) | undefined;
}

const names = [
  "table",
  "using",
  "maxRows",
  "maxBytes",
  "flushIntervalMs",
  "inFlight",
  "maxBufferedRows",
  "retry",
  "onReport",
];
const retryNames = ["attempts", "backoffMs"];

function requireKnown(options: object, known: readonly string[], where: string): void {
  const stranger = Object.keys(options).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const meant = nearest(stranger, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  throw new InterfaceError(`${where} has no option ${JSON.stringify(stranger)}${hint}`);
}

function count(name: string, value: unknown, fallback: number, min = 1): number {
  if (value === undefined) return fallback;
  if (Number.isSafeInteger(value) && value as number >= min) return value as number;
  throw new InterfaceError(`option ${name} must be a whole number from ${min}`);
}

function duration(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && value >= 0 && value <= maxTimerMs) return value;
  throw new InterfaceError(
    `option ${name} must be a number of milliseconds from 0 to ${maxTimerMs}`,
  );
}

function requireName(name: string, value: unknown): void {
  if (value instanceof Identifier || (typeof value === "string" && value !== "")) return;
  throw new InterfaceError(`option ${name} must be the name of a table`);
}

function resolveTables(
  { table, using }: WriterOptions,
): Pick<ResolvedWriterOptions, "target" | "table" | "isSuper"> {
  if (table !== undefined) requireName("table", table);
  if (using === undefined) {
    if (table === undefined) throw new InterfaceError("a writer needs the option table, or using");
    const label = table instanceof Identifier ? table.text : table;
    return { target: table, table: label, isSuper: undefined };
  }
  requireName("using", using);
  // A child is named by a value, which the server looks up in the super table's database.
  if (table instanceof Identifier) {
    throw new InterfaceError("with using, option table must be a plain name");
  }
  return { target: using, table, isSuper: true };
}

/** Checks options and fills in defaults. */
export function resolveWriterOptions(options: WriterOptions): ResolvedWriterOptions {
  if (typeof options !== "object" || options === null) {
    throw new InterfaceError("writer() needs options");
  }
  requireKnown(options, names, "a writer");
  const { retry = {}, onReport } = options;
  requireKnown(retry, retryNames, "retry");
  if (onReport !== undefined && typeof onReport !== "function") {
    throw new InterfaceError("option onReport must be a function");
  }
  const maxRows = count("maxRows", options.maxRows, 10_000);
  const maxBytes = count("maxBytes", options.maxBytes, 4 * 1024 * 1024);
  const inFlight = count("inFlight", options.inFlight, 4);
  const maxBufferedRows = count("maxBufferedRows", options.maxBufferedRows, maxRows * inFlight);
  return {
    ...resolveTables(options),
    maxRows: Math.min(maxRows, maxBufferedRows),
    maxBytes,
    inFlight,
    maxBufferedRows,
    maxBufferedBytes: maxBytes * inFlight,
    flushIntervalMs: duration("flushIntervalMs", options.flushIntervalMs, 1_000),
    retry: {
      attempts: count("retry.attempts", retry.attempts, 5, 0),
      backoffMs: duration("retry.backoffMs", retry.backoffMs, 100),
    },
    onReport: onReport?.bind(options),
  };
}

/** Checks the limits of one wait. */
export function checkWait({ timeoutMs }: WaitOptions): void {
  duration("timeoutMs", timeoutMs, 0);
}
