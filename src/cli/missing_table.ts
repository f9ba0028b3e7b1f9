/**
 * Which table does not exist: the server does not say.
 *
 * @module
 */
import type { TaosError } from "../../mod.ts";
import { tokens } from "../sql/tokens.ts";

/** "Table does not exist", of all servers and of old ones. */
const missing = [0x2603, 0x0362];
/** Words with a table behind them. */
const leads = new Set(["from", "join", "into", "using", "describe", "desc", "table", "exists"]);

interface Piece {
  readonly text: string;
  /** A word or a quoted name. */
  readonly isName: boolean;
}

/** Names the tables of the statement that an error is about; undefined for other errors. */
export function missingTableAdvice({ code, sql }: TaosError): string | undefined {
  if (!missing.includes(code) || sql === undefined) return undefined;
  const names = [...new Set(tablesOf(sql))];
  if (names.length === 0) return undefined;
  const list = names.length === 1 ? names[0] : `one of ${names.join(", ")}`;
  return `it is ${list}; "show tables" and "show stables" list what there is in a database`;
}

function* tablesOf(sql: string): Generator<string> {
  const pieces = [...tokens(sql)]
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, start, end }): Piece => ({
      text: sql.slice(start, end),
      isName: kind === "word" || kind === "name",
    }));
  const text = (at: number) => pieces[at]?.text.toLowerCase();
  let isLed = false;
  for (let at = 0; at < pieces.length; at++) {
    if (!isLed || !pieces[at]!.isName) {
      isLed = leads.has(text(at)!) && text(at + 1) !== "if";
      continue;
    }
    const end = text(at + 1) === "." && pieces[at + 2]?.isName ? at + 2 : at;
    yield pieces.slice(at, end + 1).map((piece) => piece.text).join("");
    at = text(end + 1) === "as" ? end + 2 : end;
    // Behind an alias, too, a comma leads to the next table.
    if (pieces[at + 1]?.isName && text(at + 2) === ",") at += 1;
    isLed = text(at + 1) === ",";
    if (isLed) at += 1;
  }
}
