/**
 * Facts about strings.
 *
 * @module
 */

/** `String.prototype.isWellFormed`, which the type library of ES2023 does not know. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}
