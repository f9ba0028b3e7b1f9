/**
 * `--param` texts → values for the `?` of a statement.
 *
 * @module
 */

import type { SqlValue } from "../../mod.ts";

/**
 * Reads a value: `null`, `true`, `false`, a number, or a text in double quotes, all as in JSON. Anything else is text
 * as it stands.
 *
 * @param text What stands behind `--param`.
 * @returns The value; an integer is a bigint, so that it keeps all digits.
 */
export function readParameter(text: string): SqlValue {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  if (/^-?(0|[1-9]\d*)$/.test(text)) return BigInt(text);
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  return quotedText(text) ?? text;
}

function quotedText(text: string): string | undefined {
  if (!/^".*"$/s.test(text)) return undefined;
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
