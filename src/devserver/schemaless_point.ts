/**
 * What the three text formats are read into, and how their readers refuse a text.
 *
 * @module
 */
import { type Cell, type Precision, ServerError } from "./engine.ts";
import type { SqlType } from "./sql/types.ts";

/** A tag or column of a point. */
export interface PointValue {
  name: string;
  /** For text and bytes `length` is the value's length in bytes. */
  type: SqlType;
  cell: Cell;
}

/** One row, and the child table it goes to by its tags. */
export interface SmlPoint {
  /** Name of the super table, as it is written. */
  table: string;
  tags: PointValue[];
  columns: PointValue[];
  /** Nanoseconds since the epoch; null takes the server's clock. */
  nanoseconds: bigint | null;
}

/** Codes of schemaless writing, and of libtaos where it reads the texts. */
export const SmlCode = {
  invalidProtocol: 0x3000,
  invalidData: 0x3002,
  notSameType: 0x3004,
  timestamp: 0x0127,
  invalidValue: 0x0203,
  tableName: 0x020a,
  columnName: 0x021f,
  json: 0x0221,
  jsonType: 0x0222,
  outOfRange: 0x0224,
} as const;

/** Bytes of the buffer that a message of libtaos has to fit into. */
const messageBytes = 510;
/** Longest names, in bytes. */
const tableBytes = 192;
const columnBytes = 64;

const encoder = new TextEncoder();

/** Number of bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** The failure for a text: the message ends in the data from the offending place on, as far as the buffer reaches. */
export function refusal(code: number, reason: string, rest?: string): ServerError {
  const message = encoder.encode(rest === undefined ? reason : `${reason}:${rest}`);
  return new ServerError(code, new TextDecoder().decode(message.subarray(0, messageBytes)));
}

/** Throws unless a table can have this name; `what` tells the format. */
export function checkTable(name: string, what: string): void {
  const length = byteLength(name);
  if (length > 0 && length <= tableBytes) return;
  throw refusal(SmlCode.tableName, `${what} measure is empty or too large than ${tableBytes}`);
}

/** Throws unless a tag or column can have this name. */
export function checkColumn(name: string, what: string, rest: string): void {
  const length = byteLength(name);
  if (length > 0 && length <= columnBytes) return;
  throw refusal(SmlCode.columnName, `${what} invalid key or key is too long than 64`, rest);
}

/** Nanoseconds in the units of time. */
export const unitNanoseconds: Readonly<Record<string, bigint>> = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  u: 1_000n,
  "μ": 1_000n,
  ns: 1n,
};

/** Ticks of an instant in a database's precision. */
export function toTicks(nanoseconds: bigint, precision: Precision): bigint {
  return nanoseconds / unitNanoseconds[precision]!;
}
