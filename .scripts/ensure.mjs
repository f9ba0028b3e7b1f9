/**
 * Installs node_modules when it is missing or does not match the lock file.
 *
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { report, root, run } from "./run.mjs";

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

/** The package `bun` puts its program in the place of a text by a script of its own, which npm 11 does not run. */
async function linkBun() {
  const folder = join(root, "node_modules", "bun");
  const isProgram = statSync(join(folder, "bin", "bun.exe")).size > 1_000_000;
  if (isProgram) return;
  const { ok } = await run("node install.js", { cwd: folder, quiet: true });
  if (!ok) console.log("Bun could not be put in place: its tests will fail.");
}

/** Installs what the lock file names, unless it is there. Ends the process when that fails. */
export async function ensure() {
  if (!isCurrent()) {
    console.log("Installing packages (npm ci) …");
    // --ignore-scripts: `prepare` would build, which the caller decides.
    const { ok } = await run("npm ci --no-audit --no-fund --ignore-scripts", { quiet: true });
    if (!ok) {
      report([{ name: "install", passed: 0, failed: 1, seconds: 0 }]);
      process.exit(1);
    }
  }
  await linkBun();
}

if (process.argv[1] === import.meta.filename) await ensure();
