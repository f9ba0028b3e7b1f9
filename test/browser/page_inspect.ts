/**
 * `node:util` for pages, whose console shows objects to nobody but a person.
 *
 * @module
 */

/** Nothing. */
export function inspect(): string {
  return "";
}
