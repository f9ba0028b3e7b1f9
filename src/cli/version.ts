/**
 * The version of the package.
 *
 * @module
 */

import { readFile } from "node:fs/promises";

/** Reads the version from `package.json`, which is two folders up in the sources and three in the package. */
export async function readVersion(): Promise<string> {
  for (const path of ["../../package.json", "../../../package.json"]) {
    const text = await readFile(new URL(path, import.meta.url), "utf8").catch(() => null);
    if (text !== null) return String(JSON.parse(text).version);
  }
  return "unknown";
}
