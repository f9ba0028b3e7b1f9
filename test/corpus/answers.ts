/**
 * Judges one answer of a server against the recorded one, both as bodies of `/rest/sql` (protocol.md §1.4–1.6).
 *
 * @module
 */

/** A recorded statement: the SQL, the database it ran in, HTTP status (if recorded) and body of the answer. */
export interface Recorded {
  sql: string;
  db?: string | null;
  status?: number;
  body: string;
}

/** How an answer came out. */
export type Verdict =
  /** Equal: names, types, lengths and values, or code and message. */
  | { kind: "equal" }
  /** Not equal where the answer varies from run to run, for this reason; its shape is the recorded one. */
  | { kind: "shape"; reason: string }
  /** Different. */
  | { kind: "different"; difference: string };

interface Body {
  code: number;
  desc?: string;
  column_meta?: [string, string, number][];
  data?: unknown[][];
  rows?: number;
}

const equal: Verdict = { kind: "equal" };

/** Parses a body; integers that a number would round become text. */
function parseBody(text: string): Body {
  return JSON.parse(text.replace(/([[,:])(-?\d{16,})(?=[,\]}])/g, '$1"$2"')) as Body;
}

function describe({ code, desc, data }: Body): string {
  return code === 0
    ? JSON.stringify(data ?? null).slice(0, 400)
    : `0x${code.toString(16).padStart(4, "0")} ${desc}`;
}

/** Sums of doubles depend on the order in which they are added: their last digits may differ. */
function isClose(left: unknown, right: unknown, type: string): boolean {
  return type === "DOUBLE" && typeof left === "number" && typeof right === "number" &&
    Math.abs(left - right) <= 1e-13 * Math.abs(right);
}

function isSameRow(left: unknown[], right: unknown[], types: string[]): boolean {
  return left.length === right.length &&
    left.every((cell, index) =>
      JSON.stringify(cell) === JSON.stringify(right[index]) ||
      isClose(cell, right[index], types[index]!)
    );
}

function isSameList(left: unknown[][], right: unknown[][], types: string[]): boolean {
  return left.length === right.length &&
    left.every((row, index) => isSameRow(row, right[index]!, types));
}

function sorted(rows: unknown[][]): unknown[][] {
  return rows.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** Why the cells of a statement's answer may vary from run to run, or null. */
function varyingReason(sql: string, names: string[]): string | null {
  if (/^select\b.*\bsample\s*\(/is.test(sql)) return "sample() picks rows at random";
  if (/^select\b.*\bmode\s*\(/is.test(sql)) return "mode() picks one of equally frequent values";
  if (/\b(now|today)\b/i.test(sql)) return "depends on the time of the run";
  if (names.some((name) => /create_time|vgroup|^v\d_|uptime|_id$/.test(name))) {
    return "creation times, ids and vgroups of the run";
  }
  return null;
}

function isOrderOpen(sql: string): boolean {
  return !/\border\s+by\b(?!.*\bfrom\b)/is.test(sql) && /^\s*(select|show)\b/i.test(sql);
}

function kindOf(cell: unknown): string {
  return cell === null ? "null" : typeof cell;
}

function hasSameShape(left: unknown[][], right: unknown[][]): boolean {
  return left.length === right.length &&
    left.every((row, at) => row.every((cell, index) => kindOf(cell) === kindOf(right[at]![index])));
}

function compareRows(sql: string, got: Body, wanted: Body): Verdict {
  const meta = wanted.column_meta ?? [];
  if (JSON.stringify(got.column_meta) !== JSON.stringify(meta)) {
    return {
      kind: "different",
      difference: `columns ${JSON.stringify(got.column_meta)}, recorded ${JSON.stringify(meta)}`,
    };
  }
  const types = meta.map(([, type]) => type);
  const [rows, recorded] = [got.data ?? [], wanted.data ?? []];
  if (isSameList(rows, recorded, types) && got.rows === wanted.rows) return equal;
  if (isOrderOpen(sql) && isSameList(sorted(rows), sorted(recorded), types)) {
    return { kind: "shape", reason: "the statement leaves the order of its rows open" };
  }
  const reason = varyingReason(sql, meta.map(([name]) => name));
  if (reason !== null && hasSameShape(rows, recorded)) return { kind: "shape", reason };
  return { kind: "different", difference: `rows ${describe(got)}, recorded ${describe(wanted)}` };
}

/**
 * Judges an answer.
 *
 * @param recorded The statement with the real server's answer.
 * @param status HTTP status of the answer.
 * @param text Body of the answer.
 * @returns The verdict.
 */
export function judge(recorded: Recorded, status: number, text: string): Verdict {
  const [got, wanted] = [parseBody(text), parseBody(recorded.body)];
  if (recorded.status !== undefined && status !== recorded.status) {
    return { kind: "different", difference: `HTTP ${status}, recorded ${recorded.status}` };
  }
  if (got.code === 0 && wanted.code === 0) return compareRows(recorded.sql, got, wanted);
  return got.code === wanted.code && got.desc === wanted.desc
    ? equal
    : { kind: "different", difference: `${describe(got)}, recorded ${describe(wanted)}` };
}

/** True when the recorded answer is an error. */
export function isError(recorded: Recorded): boolean {
  return parseBody(recorded.body).code !== 0;
}

/** True when a body says that the statement is not supported. */
export function isRefusal(text: string): boolean {
  const { code, desc = "" } = parseBody(text);
  return code === 0x2600 && /not support/i.test(desc);
}
