/**
 * Prepared statements kept for the next use of the same SQL.
 *
 * @module
 */
import type { Call, PreparedStatement, StatementPort } from "../transports/transport.ts";

const keptStatements = 16;

/** Lends each statement to one user at a time. */
export class StatementCache {
  readonly #port: StatementPort;
  /** Idle statements, the one used last at the end. */
  readonly #idle = new Map<string, PreparedStatement[]>();
  #idleCount = 0;
  /** Counts changes of the session, after which kept statements mean something else. */
  #generation = 0;

  constructor(port: StatementPort) {
    this.#port = port;
  }

  /** A statement for the SQL, kept from before or prepared. */
  async lease(sql: string, call: Call): Promise<Lease> {
    const generation = this.#generation;
    const kept = this.#take(sql);
    const statement = kept ?? await this.#port.prepare(sql, call, "code");
    return {
      statement,
      giveBack: () => generation === this.#generation ? this.#keep(sql, statement) : void statement.close(),
      discard: () => void statement.close(),
    };
  }

  /** Closes all idle statements, and those on loan when they come back. */
  clear(): void {
    this.#generation++;
    for (const statements of this.#idle.values()) statements.forEach((statement) => void statement.close());
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

/** A statement on loan. It must be given back when its result is drained, or discarded. */
export interface Lease {
  readonly statement: PreparedStatement;
  giveBack(): void;
  discard(): void;
}
