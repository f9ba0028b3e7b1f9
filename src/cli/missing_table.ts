/**
 * Which table does not exist: the server does not say.
 *
 * @module
 */

import type { TaosError } from "../../mod.ts";

/** "Table does not exist", of all servers and of old ones. */
const missing = [0x2603, 0x0362];
const part = "(?:`[^`]+`|[\\p{L}\\p{N}_]+)";
const named = new RegExp(
  `\\b(?:from|join|into|using|describe|desc|table(?:\\s+if\\s+exists)?)\\s+(${part}(?:\\s*\\.\\s*${part})?)`,
  "giu",
);

/** Names the tables of the statement that an error is about; undefined for other errors. */
export function missingTableAdvice({ code, sql }: TaosError): string | undefined {
  if (!missing.includes(code) || sql === undefined) return undefined;
  const names = [...new Set([...sql.matchAll(named)].map(([, name]) => name!))];
  if (names.length === 0) return undefined;
  const list = names.length === 1 ? names[0] : `one of ${names.join(", ")}`;
  return `it is ${list}; "show tables" and "show stables" list what there is in a database`;
}
