/**
 * Sends one batch: again after a failure that may pass, without the rows that this side refuses.
 *
 * @module
 */
import { InterfaceError, isTaosError, type TaosError, UnsupportedError } from "../errors.ts";
import type { Inserter } from "../statements/insert.ts";
import type { TableName } from "../statements/insert_sql.ts";
import type { Batch } from "./batch.ts";
import type { RetryOptions } from "./writer_options.ts";

/** What became of the rows of a batch, or of a part of it. */
export interface Outcome {
  readonly batch: Batch;
  /** Times it was sent again. */
  readonly repeats: number;
  /** Why the rows were not written; null when they were. */
  readonly error: Error | null;
}

const maxBackoffMs = 10_000;

/**
 * Whether sending again may help. Rows carry their times, so that a repeat of rows that were written after all writes
 * them over. A connection that is lost stays lost: it does not reconnect.
 */
function mayPass(error: unknown): boolean {
  return isTaosError(error) && error.retryable && error.kind !== "connection";
}

/** Whether the rows may be, or come to be, written although an error says that they were not. */
function isDoubtful(error: unknown): error is TaosError {
  return isTaosError(error) && (error.outcome === "unknown" || error.outcome === "partial");
}

/** Whether values of single rows may be the reason, so that nothing was sent. */
function isRefusal(error: unknown): boolean {
  return error instanceof InterfaceError && !(error instanceof UnsupportedError);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * Runs work again after failures that may pass.
 *
 * @param retry How often, and how soon.
 * @param work The work.
 */
export async function withRetries<T>(
  { attempts, backoffMs }: Required<RetryOptions>,
  work: () => Promise<T>,
): Promise<T> {
  for (let repeats = 0;; repeats++) {
    try {
      return await work();
    } catch (error) {
      if (repeats >= attempts || !mayPass(error)) throw error;
      const waitMs = Math.min(backoffMs * 2 ** repeats, maxBackoffMs);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Sends batches. */
export class BatchSender {
  readonly #inserter: Inserter;
  readonly #retry: Required<RetryOptions>;

  constructor(inserter: Inserter, retry: Required<RetryOptions>) {
    this.#inserter = inserter;
    this.#retry = retry;
  }

  /**
   * Sends a batch into a table. Never rejects; the outcomes are of parts that together are the batch.
   *
   * @param doubt Why its rows may have been written already.
   */
  async send(batch: Batch, target: TableName, doubt?: TaosError): Promise<Outcome[]> {
    let sent = 0;
    const insert = async () => {
      // What the server still carries out must not come behind newer rows that wait for this batch.
      if (doubt) await this.#inserter.ended(doubt);
      sent++;
      try {
        await this.#inserter.insert(target, batch.columns, {}, batch.firstRow);
      } catch (error) {
        if (isDoubtful(error)) doubt = error;
        throw error;
      }
    };
    try {
      await withRetries(this.#retry, insert);
      return [{ batch, repeats: sent - 1, error: null }];
    } catch (error) {
      if (isRefusal(error) && batch.rowCount > 1) {
        return await this.#sendHalves(batch, target, doubt);
      }
      if (doubt && !isDoubtful(error)) Object.assign(asError(error), { outcome: "unknown" });
      return [{ batch, repeats: sent - 1, error: asError(error) }];
    }
  }

  /** The rows that are refused are singled out by halving, which sends the others in their order. */
  async #sendHalves(batch: Batch, target: TableName, doubt?: TaosError): Promise<Outcome[]> {
    const middle = batch.rowCount >> 1;
    const first = await this.send(batch.slice(0, middle), target, doubt);
    return [...first, ...await this.send(batch.slice(middle, batch.rowCount), target, doubt)];
  }
}
