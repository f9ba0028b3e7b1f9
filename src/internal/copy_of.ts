/**
 * Copies of values that their owner may go on to change.
 *
 * @module
 */

/**
 * The value as it is now. Objects of other kinds are not copied: they stand in JSON tags only.
 *
 * @param value Any value.
 * @returns Bytes and dates of its own; everything else as it is.
 */
export function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  return value instanceof Date ? new Date(value) : value;
}
