/**
 * Bundles the failure cases for pages and workers: what they take of Node is on this side of the relay (relay.ts), and
 * recordings go into the bundle.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const tests = join(import.meta.dirname, "..");

/** `readFileSync` of the recordings. */
function recordings(): string {
  const files = ["blocks", "wire"].flatMap((name) => {
    const folder = join(tests, "golden", name);
    return readdirSync(folder).map((file) => join(folder, file));
  });
  const contents = Object.fromEntries(
    files.map((file) => [pathToFileURL(file).href, readFileSync(file, "base64")]),
  );
  return `const files = ${JSON.stringify(contents)};
export function readFileSync(url, encoding) {
  const bytes = Uint8Array.from(atob(files[url]), (char) => char.charCodeAt(0));
  return encoding === undefined ? bytes : new TextDecoder().decode(bytes);
}
`;
}

/** Replaces `ws`, `node:net` and `node:fs`, and lets modules know their own addresses. */
export const outsideModules: Plugin = {
  name: "outside modules",
  setup({ onLoad, onResolve }) {
    const path = join(tests, "failures/relayed_servers.ts");
    onResolve(
      { filter: /^(ws|node:net)$/ },
      ({ importer }) => importer.startsWith(tests) ? { path } : null,
    );
    onResolve({ filter: /^node:fs$/ }, () => ({ path: "recordings", namespace: "recordings" }));
    // It starts processes; pages and workers leave out its case.
    onResolve({ filter: /\/tmq_kill\.ts$/ }, ({ path }) => ({ path, namespace: "left out" }));
    onLoad({ filter: /.*/, namespace: "left out" }, () => ({ contents: "" }));
    onLoad({ filter: /.*/, namespace: "recordings" }, () => ({ contents: recordings() }));
    onLoad({ filter: /\/test\/.*\.ts$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      const text = readFileSync(path, "utf8").replaceAll("import.meta.url", url);
      return { contents: text, loader: "ts" };
    });
  },
};
