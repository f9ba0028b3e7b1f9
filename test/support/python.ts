/**
 * Python, where it is there: for tests that run somebody else's programs.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Whether there is a Python; says so when tests are left out for want of it. */
export function hasPython(test: string): boolean {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`${test}: skipped, python3 is not installed`);
    return false;
  }
}

/** Installs a package of PyPI into a folder, unless its module is there already. */
export function installPython(folder: string, module: string, requirement: string): void {
  if (existsSync(`${folder}/${module}`)) return;
  const install = ["-m", "pip", "install", "--quiet", "--target", folder, requirement];
  execFileSync("python3", install, { stdio: "inherit" });
}
