/**
 * JSON tags in the form the server keeps them: one flat object, sorted by key.
 *
 * @module
 */

/** What is wrong with the text of a JSON tag; `near` is the offending part where it is not all of the text. */
export class JsonTagError extends Error {
  readonly near: string | null;

  constructor(message: string, near: string | null = null) {
    super(message);
    this.near = near;
  }
}

/** Returns the text of a JSON tag as it is stored, null for an empty one; throws {@linkcode JsonTagError} when it is not a flat object. */
export function normalizeJsonTag(text: string): string | null {
  if (text.trim() === "" || text.trim().toLowerCase() === "null") return null;
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new JsonTagError("json error invalide value");
  }
  const items = new Map(Object.entries(value as Record<string, unknown>));
  for (const [key, item] of items) {
    if (!/^[ -~]*$/.test(key)) throw new JsonTagError("json key not validate", key);
    if (typeof item === "object" && item !== null) throw new JsonTagError("invalidate json value");
  }
  for (const [key, item] of firstOfEach(text)) items.set(key, item);
  items.delete("");
  if (items.size === 0) return null;
  return `{${
    [...items].toSorted(([left], [right]) => left < right ? -1 : 1)
      .map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(",")
  }}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonTagError("json parse error");
  }
}

/** Reads the items of a flat object, the first of each key: `JSON.parse` takes the last. */
function firstOfEach(text: string): Map<string, unknown> {
  const items = new Map<string, unknown>();
  const item = /("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}]+)/g;
  for (const [, key, value] of text.matchAll(item)) {
    const name = JSON.parse(key!) as string;
    if (!items.has(name)) items.set(name, JSON.parse(value!));
  }
  return items;
}
