/**
 * The batching sink: rows are gathered, sent in batches side by side, sent again where that helps, and accounted for.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { withDeadline } from "../internal/abort.ts";
import type { StatementContext } from "../statements/context.ts";
import type { Inserter } from "../statements/insert.ts";
import type { TableName } from "../statements/insert_sql.ts";
import type { Batch } from "./batch.ts";
import { BatchBuffer } from "./batch_buffer.ts";
import { BatchSender, withRetries } from "./batch_sender.ts";
import { checkRows, countRows, type WriterData } from "./intake.ts";
import { Ledger } from "./ledger.ts";
import { learnTable, type TableSchema, UnknownColumnError } from "./table_schema.ts";
import { WaitingRoom } from "./waiting_room.ts";
import {
  checkWait,
  type ResolvedWriterOptions,
  resolveWriterOptions,
  type WaitOptions,
  type WriterOptions,
} from "./writer_options.ts";
import type { WriteReport } from "./write_report.ts";

/** What a writer needs of its connection. */
export interface WriterParts {
  readonly context: StatementContext;
  readonly inserter: Inserter;
  /** Called when the writer has closed. */
  onClosed(): void;
}

const done: Promise<void> = Promise.resolve();
/**
 * Rows after which `write` lets the event loop turn. Promises alone do not: a loop over `await write(row)` would fill
 * the whole buffer before the first reply is read, and hold up everybody else.
 */
const rowsPerTurn = 5_000;

/**
 * A sink that writes rows in batches, made by `connection.writer()`.
 *
 * Rows are gathered until there are `maxRows`, `maxBytes` or `flushIntervalMs` has passed; up to `inFlight` batches are
 * on their way at once. Rows of the same table and time are written in the order in which they were given, so the later
 * one wins. A batch that fails for a reason that may pass is sent again: rows carry their times, so a repeat overwrites
 * and does not duplicate. Values of a batch are converted when it is sent; a row with a value that does not fit is
 * refused by itself, all others of its batch are written.
 *
 * No accepted row is lost in silence. A row that is not written is in a {@linkcode WriteReport}, with its reason:
 * `onReport` gets one after each batch; without it the next `write()` rejects with a `WriteError` and accepts nothing.
 * In any case `flush()` and `close()` reject with a `WriteError` unless everything since the last `flush()` was written.
 * A lost connection is not opened again: the rows that the writer holds are reported then. A table name without a
 * database is one of the database that is current at the first `write`; a later `use()` does not change it.
 *
 * @example
 * ```ts
 * import { connect } from "@tdwire/client";
 *
 * async function collect(url: string, readings: AsyncIterable<{ id: string; value: number }>) {
 *   await using db = await connect(url);
 *   await using writer = db.writer({ table: "meters" });
 *   for await (const { id, value } of readings) {
 *     await writer.write({ tbname: id, ts: new Date(), current: value });
 *   }
 *   return (await writer.close()).written;
 * }
 * ```
 */
export class Writer implements AsyncDisposable {
  readonly #options: ResolvedWriterOptions;
  readonly #parts: WriterParts;
  readonly #sender: BatchSender;
  readonly #buffer: BatchBuffer;
  readonly #waiting: WaitingRoom = new WaitingRoom(() => this.#admit());
  #ledger: Ledger;
  #target: TableName;
  #schema: TableSchema | undefined;
  #isLearning = false;
  /** Rows taken since the event loop has turned. */
  #rowsInTurn = 0;
  #closed: Promise<WriteReport> | undefined;
  #writable: WritableStream<WriterData> | undefined;

  /** Use `connection.writer()` instead. */
  constructor(options: WriterOptions, parts: WriterParts) {
    this.#options = resolveWriterOptions(options);
    this.#parts = parts;
    const { target, retry, maxBufferedRows } = this.#options;
    this.#target = target;
    this.#sender = new BatchSender(parts.inserter, retry);
    this.#buffer = new BatchBuffer(
      this.#options,
      (batch) => this.#send(batch),
      () => this.#admit(),
    );
    this.#ledger = new Ledger(maxBufferedRows);
  }

  /**
   * Takes data, and waits until there is room for it. All of it is accepted or, when the call rejects, nothing. Data
   * that wait must not be changed until then; data that were accepted may be, but for objects in a JSON tag. More rows
   * than `maxBufferedRows` at once wait until the writer holds none.
   *
   * @param data A row, rows, columns by name, or a batch of a result. Each row has its time; the server's (`now`) is
   * refused.
   * @param options Limits of the wait; none by default.
   * @throws {InterfaceError} naming the row of `data`, counted from 0, that has no time, or a column that the table does
   * not have.
   * @throws {WriteError} when rows of earlier calls were not written, and there is no `onReport` to tell.
   */
  write(data: WriterData, options: WaitOptions = {}): Promise<void> {
    try {
      if (this.#closed !== undefined) throw new InterfaceError("the writer is closed");
      checkWait(options);
      options.signal?.throwIfAborted();
      if (this.#waiting.isEmpty && this.#tryTake(data)) return this.#turn();
    } catch (error) {
      if (!(error instanceof UnknownColumnError)) return Promise.reject(error);
    }
    const isAdmitted = this.#waiting.join(data, this.#schema === undefined, options);
    this.#admit();
    return isAdmitted;
  }

  /**
   * Writes all that a source gives, and flushes. The source's pace is the writer's.
   *
   * @param source Rows, columns or batches; a `ReadableStream` is one too where streams are iterable.
   * @param options Limits of each wait; none by default.
   * @returns What was written since the last `flush()`.
   * @throws {WriteError} when rows were not written.
   */
  async writeFrom(
    source: AsyncIterable<WriterData> | Iterable<WriterData>,
    options: WaitOptions = {},
  ): Promise<WriteReport> {
    for await (const data of source) await this.write(data, options);
    return await this.flush(options);
  }

  /**
   * Sends what has been gathered, and waits until everything given so far is written or refused. Fit for `waitUntil`.
   *
   * @param options Limits of the wait; none by default, because each request has its own. After them the writer goes on.
   * @returns What was written since the last `flush()`.
   * @throws {WriteError} when any row since then was not written; its report is complete.
   */
  async flush(options: WaitOptions = {}): Promise<WriteReport> {
    checkWait(options);
    await withDeadline({ ...options, what: "flushing the writer" }, () => this.#drain());
    return this.#account();
  }

  /**
   * Flushes, and takes nothing any more. A second call gives the same report.
   *
   * @param options Limits of the wait; none by default. After them the writer stays closed, and goes on to flush.
   * @returns What was written since the last `flush()`.
   * @throws {WriteError} when any row since then was not written; its report is complete.
   */
  async close(options: WaitOptions = {}): Promise<WriteReport> {
    checkWait(options);
    const closed = this.#closed ??= this.#finish();
    // An aborted signal ends the call before anybody has seen the promise.
    closed.catch(() => {});
    return await withDeadline({ ...options, what: "closing the writer" }, () => closed);
  }

  /** Flushes and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * The writer as a web stream, with its back-pressure: `stream.pipeTo(writer.writable)`. Closing it closes the writer,
   * and so does aborting it, because what was accepted is written.
   */
  get writable(): WritableStream<WriterData> {
    const end = async () => void await this.close();
    return this.#writable ??= new WritableStream({
      write: (data) => this.write(data),
      close: end,
      abort: end,
    });
  }

  /** Takes data if it can be taken now. */
  #tryTake(data: WriterData): boolean {
    if (this.#ledger.hasNews && this.#options.onReport === undefined) {
      this.#ledger.markTold();
      throw this.#ledger.error();
    }
    const schema = this.#schema;
    if (schema === undefined) return false;
    const rows = countRows(data, schema);
    if (!this.#buffer.hasRoom(rows)) return false;
    this.#rowsInTurn += rows;
    this.#buffer.take(checkRows(data, schema, this.#options.table), schema);
    return true;
  }

  #turn(): Promise<void> {
    if (this.#rowsInTurn < rowsPerTurn) return done;
    this.#rowsInTurn = 0;
    return new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Lets those in who wait, as long as there is room. */
  #admit(): void {
    for (let waiter = this.#waiting.first; waiter !== undefined; waiter = this.#waiting.first) {
      if (this.#schema === undefined) return void this.#learn();
      try {
        // Rows that are only gathered would never make room.
        if (!this.#tryTake(waiter.data)) return this.#buffer.cut();
        this.#waiting.dismiss(waiter);
      } catch (error) {
        if (error instanceof UnknownColumnError && !waiter.isFresh) {
          // The column may have been added since the table was asked.
          waiter.isFresh = true;
          this.#schema = undefined;
        } else this.#waiting.dismiss(waiter, error);
      }
    }
  }

  async #learn(): Promise<void> {
    if (this.#isLearning) return;
    this.#isLearning = true;
    // What has been gathered is in the order of the columns known before.
    this.#buffer.cut();
    const { context } = this.#parts;
    const { retry } = this.#options;
    try {
      const { target, schema } = await withRetries(retry, () => learnTable(context, this.#target));
      this.#target = target;
      this.#schema = schema;
    } catch (error) {
      this.#waiting.dismissAll(error);
    }
    this.#isLearning = false;
    this.#admit();
  }

  async #send(batch: Batch): Promise<void> {
    const outcomes = await this.#sender.send(batch, this.#target);
    this.#ledger.add(outcomes);
    const { onReport, maxBufferedRows } = this.#options;
    if (onReport === undefined) return;
    this.#ledger.markTold();
    const ledger = new Ledger(maxBufferedRows);
    ledger.add(outcomes);
    try {
      onReport(ledger.report());
    } catch {
      // Nobody to tell but flush() and close(), which tell in any case.
    }
  }

  async #drain(): Promise<void> {
    await this.#waiting.settled();
    this.#buffer.cut();
    await this.#buffer.settled();
  }

  async #finish(): Promise<WriteReport> {
    try {
      await this.#drain();
      return this.#account();
    } finally {
      this.#parts.onClosed();
    }
  }

  /** The account since the last one. */
  #account(): WriteReport {
    const ledger = this.#ledger;
    this.#ledger = new Ledger(this.#options.maxBufferedRows);
    const error = ledger.error();
    if (error !== undefined) throw error;
    return ledger.report();
  }
}
