/**
 * The bins of HISTOGRAM.
 *
 * @module
 */
import { functionError, wrongValue } from "./function_types.ts";
import { doubleSql } from "./typed.ts";

const greatestCount = 1000;

function invalid(): Error {
  return functionError("HISTOGRAM function invalid format for binDesc parameter");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid();
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

/** Reads the limits of the bins: given one by one, or as equal steps or factors from a start. */
function readLimits(kind: string, text: string): number[] {
  const read = readJson(text);
  if (kind === "user_input") {
    if (!isNumbers(read) || read.some((item, index) => index > 0 && item <= read[index - 1]!)) {
      throw invalid();
    }
    return read;
  }
  if (kind !== "linear_bin" && kind !== "log_bin") throw wrongValue("histogram");
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw invalid();
  const { start, width, factor, count, infinity } = read as Record<string, unknown>;
  const step = kind === "linear_bin" ? width : factor;
  if (
    typeof start !== "number" || typeof step !== "number" || typeof count !== "number" ||
    typeof infinity !== "boolean" || count < 1 || count > greatestCount ||
    !Number.isInteger(count) ||
    step === 0 || (kind === "log_bin" && (step < 0 || step === 1 || start === 0))
  ) throw invalid();
  const limits = Array.from(
    { length: count + 1 },
    (_, index) => kind === "linear_bin" ? start + index * step : start * step ** index,
  ).sort((a, b) => a - b);
  return infinity ? [-Infinity, ...limits, Infinity] : limits;
}

/** Writes a number like C's `%g`: six figures, without zeros at the end. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(5).split("e")[1]);
  const trim = (text: string): string => text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (exponent >= -4 && exponent < 6) return trim(value.toFixed(5 - exponent));
  const [figures, power] = value.toExponential(5).split("e") as [string, string];
  return `${trim(figures)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/** Returns SQL of the text of each bin; each has the values above its lower limit up to the upper one. */
export function histogramTexts(
  value: string,
  kind: string,
  description: string,
  normalized: boolean,
): string[] {
  const limits = readLimits(kind, description);
  const within = (low: number, high: number): string =>
    `count(*) FILTER (${value} > ${doubleSql(low)} AND ${value} <= ${doubleSql(high)})`;
  const total = within(limits[0]!, limits.at(-1)!);
  return limits.slice(1).map((upper, index) => {
    const lower = limits[index]!, count = within(lower, upper);
    const shown = normalized
      ? `printf('%.6f', coalesce(${count} / nullif(${total}, 0)::DOUBLE, 0))`
      : count;
    return `'{"lower_bin":${formatShort(lower)}, "upper_bin":${
      formatShort(upper)
    }, "count":' || ${shown} || '}'`;
  });
}
