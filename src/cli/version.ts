/**
 * The version of the package.
 *
 * @module
 */

import { readFile } from "node:fs/promises";

/** Where the version stands: two folders up in the sources (on JSR in `deno.json`), three in the npm package. */
const manifests = ["../../package.json", "../../../package.json", "../../deno.json"];

/** Reads the version of the package. */
export async function readVersion(): Promise<string> {
  for (const path of manifests) {
    const text = await read(new URL(path, import.meta.url)).catch(() => null);
    if (text !== null) return String(JSON.parse(text).version);
  }
  return "unknown";
}

async function read(url: URL): Promise<string> {
  if (url.protocol === "file:") return await readFile(url, "utf8");
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return await response.text();
}
