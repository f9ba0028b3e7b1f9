/**
 * JSON tags in the form the server keeps them: one flat object, sorted by key.
 *
 * @module
 */

/** Returns the text of a JSON tag as it is stored, null for an empty one; throws SyntaxError when it is not a flat object. */
export function normalizeJsonTag(text: string): string | null {
  if (text.trim() === "" || text.trim().toLowerCase() === "null") return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("not an object");
  }
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.some(([, item]) => typeof item === "object" && item !== null)) {
    throw new SyntaxError("nested");
  }
  if (entries.length === 0) return null;
  entries.sort(([left], [right]) => left < right ? -1 : 1);
  return `{${
    entries.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(",")
  }}`;
}
