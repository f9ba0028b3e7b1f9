/**
 * Running commands and telling how they went.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const env = {
  ...process.env,
  PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH}`,
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PACKAGE_JSON: undefined,
  NO_COLOR: "1",
  FORCE_COLOR: undefined,
};

/**
 * Runs a command in the root, with node_modules/.bin first on the path.
 *
 * @param {string} command Program and arguments, separated by single spaces.
 * @param {{ quiet?: boolean, env?: Record<string, string>, cwd?: string, args?: string[] }} [options] `quiet` keeps the
 * output back unless the command fails; `args` are further arguments, which may hold spaces.
 * @returns {Promise<{ ok: boolean, output: string, stdout: string }>} Whether it succeeded, and what it wrote.
 */
export function run(
  command,
  { quiet = false, env: more = {}, cwd = root, args: further = [] } = {},
) {
  const [program, ...args] = [...command.split(" "), ...further];
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let stdout = "";
    const take = (chunk) => {
      output += chunk;
      if (!quiet) process.stdout.write(chunk);
    };
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
      take(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on(
      "error",
      (error) => resolve({ ok: false, output: `${command}: ${error.message}`, stdout }),
    );
    child.on("close", (code) => {
      if (quiet && code !== 0) process.stdout.write(output);
      resolve({ ok: code === 0, output, stdout });
    });
  });
}

/** Whether a program is on the path. */
export function hasProgram(name) {
  return env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name)));
}

/** The youngest modification time below the given files and folders, in milliseconds. */
export function newest(paths) {
  return Math.max(0, ...paths.map((path) => newestOf(join(root, path))));
}

function newestOf(path) {
  if (!existsSync(path)) return 0;
  const facts = statSync(path);
  if (!facts.isDirectory()) return facts.mtimeMs;
  // A removed file shows in its folder's own time.
  return Math.max(facts.mtimeMs, ...readdirSync(path).map((name) => newestOf(join(path, name))));
}

/**
 * Prints a table of results and `N passed, N failed` as the last line, and sets the exit code.
 *
 * @param {{ name: string, passed: number, failed: number, seconds: number, note?: string }[]} rows
 */
export function report(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log("");
  for (const { name, passed, failed, seconds, note = "" } of rows) {
    const mark = failed === 0 ? "ok  " : "FAIL";
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed`;
    console.log(
      `${mark} ${name.padEnd(width)} ${counts} ${seconds.toFixed(1).padStart(6)} s  ${note}`
        .trimEnd(),
    );
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}
