/**
 * What values are converted to, and how a value that does not fit is refused.
 *
 * @module
 */
import { InterfaceError } from "../errors.ts";
import { Param } from "../sql/param.ts";
import type { Field, Precision } from "../types.ts";

/** The column or tag that values are for. */
export interface Target {
  readonly field: Field;
  /** Precision of the database, for TIMESTAMP. */
  readonly precision: Precision | null;
  /** How messages call it, such as `column "ts"`. */
  readonly label: string;
  /** Number of the first row, for messages; null when there are no rows to tell apart. */
  readonly firstRow: number | null;
  /** Numbers of the rows for messages, where they do not follow each other from `firstRow`. */
  readonly rowNumbers?: readonly number[];
  /** Whether `undefined` leaves the value as it is; else it is NULL. */
  readonly allowsUnset: boolean;
  /** Whether the values are sent before their owner can change them, so that they need not be copied. */
  readonly isSentNow?: boolean;
}

/** Null marks of the codec. */
export const NullMark = { VALUE: 0, NULL: 1, UNSET: 2 } as const;

/** How a message calls a value: its kind, and numbers themselves. */
function describe(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "string") return `a string of ${value.length} characters`;
  if (typeof value === "object" && value !== null) {
    return `a value of class ${value.constructor?.name}`;
  }
  return `a value of type ${typeof value}`;
}

/** How messages call the place of a value, such as `column "ts", row 5`. */
export function placeOf({ label, firstRow, rowNumbers }: Target, row: number): string {
  return firstRow === null ? label : `${label}, row ${rowNumbers?.[row] ?? firstRow + row}`;
}

/** The error for a value that its target refuses. */
export function refused(
  target: Target,
  row: number,
  value: unknown,
  why: string,
  hint?: string,
): InterfaceError {
  const { type } = target.field;
  const message = `${placeOf(target, row)}: ${describe(value)} ${why} ${type}`;
  return new InterfaceError(message, { hint });
}

/** Collects null marks; most columns have none. */
export class NullMarks {
  marks: Uint8Array | null = null;
  readonly #rows: number;
  readonly #unset: number;

  constructor(target: Target, rows: number) {
    this.#rows = rows;
    this.#unset = target.allowsUnset ? NullMark.UNSET : NullMark.NULL;
  }

  /** Marks the row when there is no value, also inside of a parameter with a type; tells whether it did. */
  take(row: number, value: unknown): boolean {
    const plain = value instanceof Param ? value.value : value;
    if (plain !== null && plain !== undefined) return false;
    this.marks ??= new Uint8Array(this.#rows);
    this.marks[row] = plain === null ? NullMark.NULL : this.#unset;
    return true;
  }
}
