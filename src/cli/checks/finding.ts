/**
 * What a check of `tdwire doctor` found.
 *
 * @module
 */

import { isTaosError } from "../../../mod.ts";

/** One line of the report. */
export interface Finding {
  /** What was looked at, in a word. */
  readonly name: string;
  /** `fail` is what keeps the client from working; `note` is good to know. */
  readonly status: "ok" | "note" | "fail";
  /** What was found; holds no secret. */
  readonly text: string;
  /** What to do about it, or more to know: one line or several. */
  readonly advice?: string | readonly string[];
}

/** How long each check may take. */
export const limitMs = 5_000;

/** The reason in an error; `fetch` puts it in its cause. */
export function reasonOf(error: unknown): string {
  if (isTaosError(error)) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && cause.message !== "") return reasonOf(cause);
  if (error.message !== "") return error.message;
  // Several addresses were tried: each has its own reason, and the whole has none.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first === undefined ? String(Reflect.get(error, "code") ?? error.name) : reasonOf(first);
}
