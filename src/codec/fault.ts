/**
 * What a call into the module throws that refuses its input. The module calls this itself: the texts of numbers are no
 * part of it.
 *
 * @module
 */
import type { CodecFault } from "./bindings.ts";

/**
 * Makes what is thrown. Numbers that do not apply are −1.
 *
 * @param what What was wrong, in words.
 */
export function codecFault(
  what: string,
  offset: number,
  needed: number,
  available: number,
  column: number,
  row: number,
): CodecFault {
  let message = what;
  if (needed >= 0) message += `: needed ${needed}, available ${available}`;
  if (column >= 0) message += `, column ${column}`;
  if (row >= 0) message += `, row ${row}`;
  if (offset >= 0) message += `, at byte ${offset}`;
  return { message, offset, needed, available, column, row };
}
