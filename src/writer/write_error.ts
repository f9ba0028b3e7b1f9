/**
 * The error that names rows which a writer could not write.
 *
 * @module
 */
import { type ErrorOutcome, isTaosError, TaosError } from "../errors.ts";
import type { WriteReport } from "./write_report.ts";

const tablesNamed = 3;

function messageOf({ refused, tables }: WriteReport, cause: Error): string {
  const hit = tables.filter((table) => table.refused > 0);
  const named = hit.slice(0, tablesNamed).map(({ table, refused }) =>
    `${refused} of ${JSON.stringify(table)}`
  );
  // The code stands in front of the whole message.
  const reason = cause.message.replace(/^\[0x[0-9A-F]+\] /i, "");
  const others = hit.length > tablesNamed ? `, and of ${hit.length - tablesNamed} more tables` : "";
  return `${refused} ${refused === 1 ? "row was" : "rows were"} not written, ${
    named.join(", ")
  }${others}: ${reason}`;
}

function outcomeOf({ failures, written }: WriteReport, cause: Error): ErrorOutcome {
  const isUnknown = ({ error }: { error: Error }) =>
    !isTaosError(error) || error.outcome === "unknown";
  if (isUnknown({ error: cause }) || failures.some(isUnknown)) return "unknown";
  if (written > 0) return "partial";
  return isTaosError(cause) ? cause.outcome : "unknown";
}

/**
 * Rows that a writer had accepted were not written. `report.failures` has them by table, with the reasons; code, kind
 * and `cause` are those of the first reason.
 *
 * @example Keeping what was not written
 * ```ts
 * import { connect, WriteError } from "@tdwire/client";
 *
 * async function load(url: string, rows: { ts: Date; v: number }[]) {
 *   await using db = await connect(url);
 *   const writer = db.writer({ table: "readings" });
 *   try {
 *     for (const row of rows) await writer.write(row);
 *     await writer.close();
 *   } catch (error) {
 *     if (!(error instanceof WriteError)) throw error;
 *     return error.report.failures;
 *   }
 *   return [];
 * }
 * ```
 */
export class WriteError extends TaosError {
  static {
    this.prototype.name = "WriteError";
  }
  /** What became of all rows that the error is about. */
  readonly report: WriteReport;

  /**
   * Use `connection.writer()` instead.
   *
   * @param report What became of the rows.
   * @param cause The first reason.
   */
  constructor(report: WriteReport, cause: Error) {
    const { code, kind, hint } = isTaosError(cause) ? cause : {};
    super(messageOf(report, cause), {
      code,
      kind: kind ?? "server",
      hint,
      cause,
      outcome: outcomeOf(report, cause),
    });
    this.report = report;
  }
}
