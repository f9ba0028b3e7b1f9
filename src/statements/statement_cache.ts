/**
 * Prepared statements kept for the next use of the same SQL.
 *
 * @module
 */
import { addSql, InterfaceError, TaosError } from "../errors.ts";
import type { Call, PreparedStatement, StatementPort } from "../transports/transport.ts";

const keptStatements = 16;

/** Codes by which the server tells that tables are not as they were when a statement was prepared. */
const changedTableCodes: ReadonlySet<number> = new Set([
  0x0200,
  0x0520,
  0x0600,
  0x0602,
  0x0618,
  0x061b,
  0x2602,
  0x2603,
  0x2662,
]);

/** Whether a statement kept from before may have failed because a table is another one by now. */
function mayBeOutdated(error: unknown): boolean {
  if (error instanceof InterfaceError) return error.outcome === "not-sent";
  return error instanceof TaosError && error.outcome === "rejected" &&
    changedTableCodes.has(error.code);
}

/** Lends each statement to one user at a time. */
export class StatementCache {
  readonly #port: StatementPort;
  /** Idle statements, the one used last at the end. */
  readonly #idle = new Map<string, PreparedStatement[]>();
  #idleCount = 0;
  /** Counts changes of the session, after which kept statements mean something else. */
  #generation = 0;
  /** Ends of what was sent for runs that failed, by their errors. */
  readonly #ends = new WeakMap<TaosError, Promise<void>>();

  constructor(port: StatementPort) {
    this.#port = port;
  }

  /**
   * Runs work with a statement for the SQL. When it fails, and the statement was kept from before a change of its
   * table, it is run again with a new one.
   *
   * @param work The work; it gives the lease back itself.
   */
  async run<T>(sql: string, call: Call, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.#lease(sql, call);
    try {
      return await work(lease);
    } catch (error) {
      // Rows may be bound to it by now, and would be written by the next execute.
      const end = lease.discard();
      if (lease.isKept && mayBeOutdated(error)) return await this.run(sql, call, work);
      if (error instanceof TaosError) this.#ends.set(error, end);
      addSql(error, sql);
      throw error;
    }
  }

  async #prepare(sql: string, call: Call): Promise<PreparedStatement> {
    try {
      return await this.#port.prepare(sql, call, "code");
    } catch (error) {
      addSql(error, sql);
      throw error;
    }
  }

  async #lease(sql: string, call: Call): Promise<KeptLease> {
    const generation = this.#generation;
    const kept = this.#take(sql);
    const statement = kept ?? await this.#prepare(sql, call);
    return {
      statement,
      isKept: kept !== undefined,
      giveBack: () =>
        generation === this.#generation ? this.#keep(sql, statement) : void statement.close(),
      discard: () => {
        const closed = statement.close();
        return statement.ended?.() ?? closed;
      },
    };
  }

  /** Resolves when nothing that was sent for a run that failed will be carried out any more. */
  async ended(error: TaosError): Promise<void> {
    await this.#ends.get(error);
  }

  /** Closes all idle statements, and those on loan when they come back. */
  clear(): void {
    this.#generation++;
    for (const statements of this.#idle.values()) {
      statements.forEach((statement) => void statement.close());
    }
    this.#idle.clear();
    this.#idleCount = 0;
  }

  #take(sql: string): PreparedStatement | undefined {
    const statements = this.#idle.get(sql);
    const statement = statements?.pop();
    if (statement !== undefined) this.#idleCount--;
    if (statements?.length === 0) this.#idle.delete(sql);
    return statement;
  }

  #keep(sql: string, statement: PreparedStatement): void {
    const statements = this.#idle.get(sql) ?? [];
    this.#idle.delete(sql);
    this.#idle.set(sql, [...statements, statement]);
    if (++this.#idleCount <= keptStatements) return;
    const [oldest] = this.#idle.keys();
    void this.#take(oldest!)?.close();
  }
}

/** A lease that tells whether its statement was kept from before. */
interface KeptLease extends Lease {
  readonly isKept: boolean;
}

/** A statement on loan. It must be given back when the server has done with its result, or discarded. */
export interface Lease {
  readonly statement: PreparedStatement;
  giveBack(): void;
  /** Resolves when nothing that was sent for it will be carried out any more. */
  discard(): Promise<void>;
}
