/**
 * A statement of the second interface: prepare, then bind and execute, any number of times.
 *
 * @module
 */

import {
  type BoundTable,
  type Prepared,
  type RowSet,
  ServerError,
  type Session,
} from "./engine.ts";
import { adapterError } from "./session.ts";
import { Serial } from "./session_results.ts";
import { checkBound } from "./stmt2_checks.ts";

const TIME_OUT_OF_RANGE = 0x060b;

/** One statement. An error of the database sticks: every later step repeats it. */
export class Statement2 {
  readonly serial: Serial = new Serial();
  private isClosed = false;
  private isInsert = false;
  private failure: ServerError | null = null;
  private prepared: Prepared | null = null;
  private bound: BoundTable[] = [];
  private pending: RowSet | null = null;

  /** Prepares a statement, dropping what was bound before. */
  prepare(session: Session, sql: string, needFields: boolean): Promise<Prepared> {
    return this.step(async () => {
      await this.dropPending();
      this.bound = [];
      this.prepared = null;
      this.prepared = await session.prepare(sql, needFields);
      this.isInsert = this.prepared.isInsert;
      return this.prepared;
    });
  }

  /** Adds bound values; those of a query replace the ones before. */
  bind(tables: BoundTable[]): Promise<void> {
    return this.step(async () => {
      const prepared = this.requirePrepared();
      checkBound(prepared, tables);
      this.bound = prepared.isInsert ? [...this.bound, ...tables] : tables;
      await Promise.resolve();
    });
  }

  /** Executes with what is bound and returns the number of affected rows. */
  execute(): Promise<number> {
    return this.step(async () => {
      const prepared = this.requirePrepared();
      if (prepared.parameterCount > 0 && this.bound.length === 0) throw usageError();
      await this.dropPending();
      const bound = this.bound;
      this.bound = [];
      const outcome = await prepared.execute(bound).catch(throwExecuteFailure);
      if (outcome.kind === "update") return outcome.affectedRows;
      this.pending = outcome;
      return 0;
    });
  }

  /** Hands over the rows of the last execution of a query. */
  takeRows(): Promise<RowSet> {
    return this.serial.run(async () => {
      if (this.isInsert) throw adapterError("stmt is insert, no result set");
      if (this.failure !== null) throw this.failure;
      const rows = this.pending;
      if (rows === null) throw usageError();
      this.pending = null;
      return await Promise.resolve(rows);
    });
  }

  /** Frees the statement after the step that is running. */
  close(): Promise<void> {
    return this.serial.run(async () => {
      this.isClosed = true;
      this.bound = [];
      await this.dropPending();
    });
  }

  private step<T>(job: () => Promise<T>): Promise<T> {
    return this.serial.run(async () => {
      if (this.isClosed) throw adapterError("stmt has been freed");
      if (this.failure !== null) throw this.failure;
      try {
        return await job();
      } catch (error) {
        if (error instanceof ServerError) this.failure = error;
        throw error;
      }
    });
  }

  private requirePrepared(): Prepared {
    if (this.prepared === null) throw usageError();
    return this.prepared;
  }

  private async dropPending(): Promise<void> {
    const rows = this.pending;
    this.pending = null;
    await rows?.blocks[Symbol.asyncIterator]().return?.();
  }
}

/** Throws the failure of an execution. The real server tells a time that is out of range without a text of its own. */
function throwExecuteFailure(error: unknown): never {
  throw error instanceof ServerError && error.code === TIME_OUT_OF_RANGE
    ? new ServerError(error.code, "success")
    : error;
}

function usageError(): ServerError {
  return new ServerError(0x022a, "Stmt API usage error");
}
