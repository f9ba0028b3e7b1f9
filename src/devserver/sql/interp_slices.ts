/**
 * The times INTERP gives values at, and how it fills them: RANGE, EVERY and FILL.
 *
 * @module
 */
import { ServerError } from "../engine.ts";
import type { Expr, Select } from "./ast.ts";
import { Code, unsupported } from "./errors.ts";
import { constantTicks } from "./plan_fill.ts";
import type { Scope } from "./plan_expression.ts";
import { durationTicks } from "./timestamp.ts";

/** What the times and the filling depend on. */
export interface Slices {
  start: bigint;
  end: bigint;
  step: bigint;
  mode: string;
  /** How far the rows may be from the time; null for any distance. */
  around: bigint | null;
}

function wrongClause(message: string): ServerError {
  return new ServerError(Code.interpClause, message);
}

function wrongType(message: string): ServerError {
  return new ServerError(Code.wrongValueType, message);
}

/** Points beyond which a query would not come to its end. */
const greatestCount = 10_000_000n;

/** Modes that take the value of a row. */
export const rowModes: readonly string[] = ["prev", "next", "near"];

/** Reads RANGE, EVERY and FILL. */
export function readSlices(select: Select, scope: Scope): Slices {
  const { range, every } = select, mode = select.fill?.mode ?? "none";
  if (range === null || (select.fill === null && (range.end !== null || every !== null))) {
    throw wrongClause("Missing RANGE clause, EVERY clause or FILL clause");
  }
  if (mode === "none") throw wrongType("Unsupported fill type");
  const around = readAround(range.end, scope);
  const start = constantTicks(range.start, scope);
  const end = range.end === null || around !== null ? start : constantTicks(range.end, scope);
  if (start === null || end === null) throw unsupported("this RANGE");
  if (every === null && start !== end) {
    throw wrongClause("Missing RANGE clause, EVERY clause or FILL clause");
  }
  const step = every === null ? 1n : durationTicks(every, scope.precision);
  if (step === null || step <= 0n) throw wrongType("Unsupported time unit in EVERY clause");
  if ((end - start) / step >= greatestCount) throw unsupported("INTERP of so many points");
  if (around !== null && every !== null) {
    throw wrongClause("Invalid usage of RANGE clause, EVERY clause or FILL clause");
  }
  if (around !== null && !rowModes.includes(mode)) {
    throw new ServerError(
      Code.fillRange,
      "Range with interval can only used with fill PREV/NEXT/NEAR",
    );
  }
  return { start, end, step, mode, around };
}

/** Returns how far rows may be, where RANGE says that in place of an end. */
function readAround(end: Expr | null, { precision }: Scope): bigint | null {
  if (end?.node !== "literal" || end.literal.kind !== "duration") return null;
  const ticks = durationTicks(end.literal.value, precision);
  if (ticks === null) {
    throw new ServerError(Code.syntax, "Unsupported time unit in RANGE clause");
  }
  if (ticks <= 0n) throw new ServerError(Code.syntax, "Range interval must be greater than 0");
  return ticks;
}

/** VALUE gives one value for each INTERP, and so do the modes with a distance. */
export function checkValues(select: Select, count: number, { mode, around }: Slices): void {
  const given = select.fill?.values.length ?? 0;
  if ((mode.startsWith("value") || around !== null) && given !== count) {
    throw wrongType("Filled values number mismatch");
  }
  if (rowModes.includes(mode) && around === null && given > 0) {
    throw wrongType("Invalid value type: Can't specify fill values");
  }
}
