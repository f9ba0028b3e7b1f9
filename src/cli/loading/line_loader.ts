/**
 * Lines of a schemaless protocol → the server, which makes tables and columns of them.
 *
 * @module
 */

import type { Connection, LineOptions } from "../../../mod.ts";
import type { Line } from "./lines.ts";
import type { LoadReport } from "./load_report.ts";
import { type RowWriter, writeByHalves } from "./write_by_halves.ts";

/** Loads lines. */
export class LineLoader {
  readonly #db: Connection;
  readonly #options: LineOptions;
  readonly #report: LoadReport;

  constructor(db: Connection, options: LineOptions, report: LoadReport) {
    this.#db = db;
    this.#options = options;
    this.#report = report;
  }

  /**
   * Writes lines, and tells the report of each that is refused.
   *
   * @param lines The lines; in the line protocol those with `#` are comments.
   * @param signal Ends it behind the lines on their way.
   */
  async load(lines: readonly Line[], signal: AbortSignal): Promise<void> {
    const isComment = ({ text }: Line) =>
      this.#options.protocol === "line" && text.trimStart().startsWith("#");
    const kept = lines.filter((line) => !isComment(line));
    const writer: RowWriter = {
      write: async (from, to) => {
        await this.#db.writeLines(kept.slice(from, to).map(({ text }) => text), this.#options);
        this.#report.add(to - from);
      },
      refuse: (row, error) => this.#report.refuse(kept[row]!.line, error.message),
      repeat: (error) => this.#report.repeat(error),
    };
    await writeByHalves(0, kept.length, writer, signal);
  }
}
