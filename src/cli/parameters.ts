/**
 * `--param` texts → values for the `?` of a statement.
 *
 * @module
 */

import { param, type SqlValue } from "../../mod.ts";
import { isDecimalText } from "../sql/param.ts";
import { UsageError } from "./usage.ts";

/**
 * Reads a value: `null`, `true`, `false`, a number, or a text in double quotes, all as in JSON. Anything else is text
 * as it stands.
 *
 * @param text What stands behind `--param`.
 * @returns The value with all its digits: an integer is a bigint, a number that DOUBLE would round a DECIMAL.
 * @throws {UsageError} for a number that neither holds.
 */
export function readParameter(text: string): SqlValue {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  if (/^-?(0|[1-9]\d*)$/.test(text)) return BigInt(text);
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return exactNumber(text);
  return quotedText(text) ?? text;
}

function exactNumber(text: string): SqlValue {
  const value = Number(text);
  if (Number.isFinite(value) && digitsOf(String(value)) === digitsOf(text)) return value;
  if (isDecimalText(text)) return param.decimal(text);
  throw new UsageError(
    `--param ${text} is more than DOUBLE holds: write DECIMAL without an exponent, and text in double quotes`,
  );
}

/** What is the same for `1.50`, `15e-1` and `1.5`: the digits without zeros around them, and the exponent of the last. */
function digitsOf(text: string): string {
  const [, whole, part = "", exponent = "0"] = /^-?(\d+)\.?(\d*)(?:e(.+))?$/i.exec(text)!;
  const digits = `${whole}${part}`.replace(/^0+/, "");
  const last = digits.replace(/0+$/, "");
  return last === ""
    ? "0"
    : `${last}e${Number(exponent) - part.length + digits.length - last.length}`;
}

function quotedText(text: string): string | undefined {
  if (!/^".*"$/s.test(text)) return undefined;
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
