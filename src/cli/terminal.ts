/**
 * What the terminal can and wants: colours.
 *
 * @module
 */

import { env } from "node:process";

/** A stream that may be a terminal. */
export interface TerminalStream {
  readonly isTTY?: boolean;
}

/** Makes text bold, faint, red or green, or leaves it as it is. */
export interface Style {
  bold(text: string): string;
  faint(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** Colours on a terminal, unless `NO_COLOR` is set (no-color.org); plain text elsewhere. */
export function styleOf({ isTTY }: TerminalStream): Style {
  const isColoured = isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const sgr = (on: number, off: number) => (text: string) =>
    isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { bold: sgr(1, 22), faint: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39) };
}
