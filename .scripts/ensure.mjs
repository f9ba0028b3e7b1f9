/**
 * Installs node_modules when it is missing or does not match the lock file.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages ?? {} : {};
}

/** Compared by version, not by time: a checkout touches the lock file without changing it. */
function isCurrent() {
  const locked = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(locked).every(([path, { version, optional, link }]) =>
    path === "" || link || optional || installed[path]?.version === version
  );
}

/** Installs what the lock file names, unless it is there. Ends the process when that fails. */
export async function ensure() {
  if (isCurrent()) return;
  console.log("Installing packages (npm ci) …");
  // --ignore-scripts: `prepare` would build, which the caller decides.
  const { ok } = await run("npm ci --no-audit --no-fund --ignore-scripts", { quiet: true });
  if (!ok) process.exit(1);
}

if (process.argv[1] === import.meta.filename) await ensure();
