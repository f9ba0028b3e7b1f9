/**
 * The DuckDB instance: one connection that writes, under a lock, and a pool of connections that read.
 *
 * @module
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** The module `@duckdb/node-api`, which is loaded when the engine is created. */
export type DuckDb = typeof import("@duckdb/node-api");

/** Loads `@duckdb/node-api`; throws an error that names it when it is not installed. */
export async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    throw new Error(
      "the embedded server needs the package @duckdb/node-api (npm install @duckdb/node-api)",
      { cause },
    );
  }
}

/** Returns an identifier of DuckDB. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns a text literal of DuckDB. */
export function quoteText(text: string): string {
  if (!text.includes("\0")) return `'${text.replaceAll("'", "''")}'`;
  return `decode(${quoteBytes(new TextEncoder().encode(text))})`;
}

/** Returns a BLOB literal of DuckDB. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += `\\x${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  return `'${text}'::BLOB`;
}

/** Access to the database file or memory. */
export class Store {
  readonly duckdb: DuckDb;
  /** True when the data outlive the process. */
  readonly isFile: boolean;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #idle: DuckDBConnection[] = [];
  #lock: Promise<unknown> = Promise.resolve();

  private constructor(
    duckdb: DuckDb,
    isFile: boolean,
    instance: DuckDBInstance,
    writer: DuckDBConnection,
  ) {
    this.duckdb = duckdb;
    this.isFile = isFile;
    this.#instance = instance;
    this.#writer = writer;
  }

  /** Opens a file, or memory without one. */
  static async open(file: string | undefined): Promise<Store> {
    const duckdb = await loadDuckDb();
    const instance = await duckdb.DuckDBInstance.create(file ?? ":memory:", {
      autoinstall_known_extensions: "false",
    });
    return new Store(duckdb, file !== undefined, instance, await instance.connect());
  }

  /**
   * Runs `work` when all earlier work is done, inside one transaction; a failure undoes it. What `work` hands to `onCommit`
   * runs right after the commit, what it hands to `onRollback` after a failure, before any later work.
   */
  transaction<T>(
    work: (
      writer: DuckDBConnection,
      onCommit: (action: () => void) => void,
      onRollback: (action: () => void) => void,
    ) => Promise<T>,
  ): Promise<T> {
    const result = this.#lock.then(async () => {
      const actions: (() => void)[] = [];
      const reversals: (() => void)[] = [];
      await this.#writer.run("BEGIN");
      try {
        const value = await work(
          this.#writer,
          (action) => actions.push(action),
          (action) => reversals.push(action),
        );
        await this.#writer.run("COMMIT");
        for (const action of actions) action();
        return value;
      } catch (error) {
        await this.#writer.run("ROLLBACK").catch(() => undefined);
        for (const action of reversals) action();
        throw error;
      }
    });
    this.#lock = result.catch(() => undefined);
    return result;
  }

  /** Resolves when the transactions that were asked for are done. */
  async settled(): Promise<void> {
    await this.#lock;
  }

  /** Takes a connection for reading; give it back with {@linkcode release}. */
  async acquire(): Promise<DuckDBConnection> {
    return this.#idle.pop() ?? await this.#instance.connect();
  }

  /** Gives a connection back. */
  release(connection: DuckDBConnection): void {
    if (this.#idle.length < 8) this.#idle.push(connection);
    else connection.closeSync();
  }

  /** Closes all connections once the running writes are done. */
  async close(): Promise<void> {
    await this.#lock;
    for (const connection of this.#idle) connection.closeSync();
    this.#writer.closeSync();
    this.#instance.closeSync();
  }
}
