/**
 * The query box: runs what is in it and fills the grid while the rows arrive.
 *
 * @module
 */
import type { Query, Row } from "tdwire";
import type { LiveConnection } from "./live_connection.ts";
import type { ResultGrid } from "./result_grid.ts";
import { hideError, showError } from "./show_error.ts";

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

export class QueryPanel {
  readonly #connection: LiveConnection;
  readonly #grid: ResultGrid;
  readonly #sql = element<HTMLTextAreaElement>("sql");
  readonly #run = element<HTMLButtonElement>("run");
  readonly #stop = element<HTMLButtonElement>("stop");
  readonly #progress = element("progress");
  readonly #error = element("query-error");
  #query: Query<Row> | undefined;

  constructor(connection: LiveConnection, grid: ResultGrid, sql: string) {
    this.#connection = connection;
    this.#grid = grid;
    this.#sql.value = sql;
    element("query").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#execute();
    });
    this.#sql.addEventListener("keydown", (event) => {
      if (event.ctrlKey && event.key === "Enter") void this.#execute();
    });
    this.#stop.addEventListener("click", () => void this.#query?.cancel());
  }

  async #execute(): Promise<void> {
    if (this.#run.disabled) return;
    hideError(this.#error);
    this.#setRunning(true);
    const startMs = performance.now();
    try {
      await this.#connection.run(async (db) => {
        const query = this.#query = db.query(this.#sql.value);
        const fields = await query.fields();
        this.#grid.begin(fields.map(({ name }) => name));
        for await (const batch of query.batches()) {
          this.#grid.append(batch);
          this.#report(startMs, "…");
        }
      });
      this.#report(startMs, "");
    } catch (error) {
      this.#report(startMs, " and stopped");
      const isStopped = error instanceof DOMException && error.name === "AbortError";
      if (!isStopped) showError(this.#error, error);
    } finally {
      this.#query = undefined;
      this.#setRunning(false);
    }
  }

  #report(startMs: number, end: string): void {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(2);
    this.#progress.textContent = `${
      this.#grid.rowCount.toLocaleString("en")
    } rows in ${seconds} s${end}`;
  }

  #setRunning(isRunning: boolean): void {
    this.#run.disabled = isRunning;
    this.#stop.disabled = !isRunning;
  }
}
