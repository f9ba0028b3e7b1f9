/**
 * Looks for a secret in everything that an error or event lets see.
 *
 * @module
 */
import { inspect } from "node:util";

function textsIn(value: unknown, seen: Set<unknown>): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  // Members of prototypes show too, such as `name` and getters.
  const keys = new Set(Reflect.ownKeys(value));
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    for (const key of Reflect.ownKeys(at)) keys.add(key);
  }
  return [...keys].flatMap((key) => textsIn((value as Record<PropertyKey, unknown>)[key], seen));
}

/** Everything that a value lets see, as one text: its members and causes, its JSON, how consoles print it. */
export function everythingIn(value: unknown): string {
  const withBigints = (_: string, member: unknown) =>
    typeof member === "bigint" ? `${member}` : member;
  return [
    ...textsIn(value, new Set()),
    String(value),
    JSON.stringify(value, withBigints),
    inspect(value, { depth: 10, showHidden: true }),
  ].join("\n");
}
