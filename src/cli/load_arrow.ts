/**
 * Loads what needs the optional package `apache-arrow`.
 *
 * @module
 */

import { InterfaceError } from "../../mod.ts";

/** The package, and this client's side of it. */
export type Arrow = typeof import("apache-arrow") & typeof import("../arrow/mod.ts");

/**
 * Loads it.
 *
 * @throws {InterfaceError} when the package is not installed.
 */
export async function loadArrow(): Promise<Arrow> {
  try {
    return { ...await import("apache-arrow"), ...await import("../arrow/mod.ts") };
  } catch (cause) {
    throw new InterfaceError(
      'the Arrow format needs the package apache-arrow: run "npm install apache-arrow" first',
      { cause },
    );
  }
}
