/**
 * Placeholders as `stmt2_prepare` describes them.
 *
 * @module
 */

const binds = { column: 1, tag: 2, table: 4 } as const;

/** One placeholder; `bytes` is its storage size. */
export function placeholder(
  name: string,
  field_type: number,
  bytes: number,
  role: keyof typeof binds = "column",
): Record<string, unknown> {
  return { name, field_type, precision: 0, scale: 0, bytes, bind_type: binds[role] };
}

/** A time and an INT. */
export const timeAndInt: readonly Record<string, unknown>[] = [
  placeholder("ts", 9, 8),
  placeholder("v", 4, 4),
];

/** The name of a table, a time and an INT. */
export const tableTimeAndInt: readonly Record<string, unknown>[] = [
  placeholder("tbname", 8, 271, "table"),
  ...timeAndInt,
];
