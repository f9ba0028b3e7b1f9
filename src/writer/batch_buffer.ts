/**
 * The rows that a writer holds: gathered into a batch, queued, and on their way.
 *
 * @module
 */
import type { Batch } from "./batch.ts";
import { BatchQueue } from "./batch_queue.ts";
import type { CheckedRows } from "./intake.ts";
import { OpenBatch } from "./open_batch.ts";
import type { TableSchema } from "./table_schema.ts";
import type { ResolvedWriterOptions } from "./writer_options.ts";

/** Cuts rows into batches, and knows how many it holds. */
export class BatchBuffer {
  readonly #options: ResolvedWriterOptions;
  readonly #queue: BatchQueue;
  readonly #onRoom: () => void;
  #open: OpenBatch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rows = 0;
  /** Rows taken in all. */
  #taken = 0;
  /** Of batches that are cut. */
  #bytes = 0;

  /** `send` must not reject; `onRoom` is called when rows have left. */
  constructor(
    options: ResolvedWriterOptions,
    send: (batch: Batch) => Promise<void>,
    onRoom: () => void,
  ) {
    this.#options = options;
    this.#queue = new BatchQueue(options.inFlight, send);
    this.#onRoom = onRoom;
  }

  /** Whether so many rows may come in. When the buffer is empty any number may: they are in the caller's memory anyway. */
  hasRoom(rows: number): boolean {
    if (this.#rows === 0) return true;
    const { maxBufferedRows, maxBufferedBytes } = this.#options;
    return this.#rows + rows <= maxBufferedRows &&
      this.#bytes + (this.#open?.bytes ?? 0) < maxBufferedBytes;
  }

  /** Takes rows. */
  take(rows: CheckedRows, schema: TableSchema): void {
    const { isSuper = false, maxBytes, maxRows } = this.#options;
    for (let row = 0; row < rows.rowCount; row++) {
      const table = rows.table(row);
      const isSpread = isSuper || table !== undefined;
      if (this.#open !== undefined && this.#open.isSpread !== isSpread) this.cut();
      const open = this.#open ??= this.#begin(schema, isSpread);
      open.add(rows, row, table ?? this.#options.table!);
      this.#rows++;
      this.#taken++;
      if (open.rowCount >= maxRows || open.bytes >= maxBytes) this.cut();
    }
  }

  /** Lets the gathered rows go. */
  cut(): void {
    const open = this.#open;
    if (open === undefined) return;
    clearTimeout(this.#timer);
    this.#open = undefined;
    const { rowCount, bytes } = open;
    this.#bytes += bytes;
    void this.#queue.add(open.seal()).then(() => {
      this.#rows -= rowCount;
      this.#bytes -= bytes;
      this.#onRoom();
    });
  }

  /** Resolves when all batches that are cut now are done. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  /** The timer keeps the process alive while rows wait, and no longer. */
  #begin(schema: TableSchema, isSpread: boolean): OpenBatch {
    const { flushIntervalMs } = this.#options;
    if (flushIntervalMs > 0) this.#timer = setTimeout(() => this.cut(), flushIntervalMs);
    return new OpenBatch(schema, isSpread, this.#taken);
  }
}
