/** Runs the `tdwire` command as users do: a process of Node (from dist/), Bun or Deno. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const source = join(root, "src/cli/main.ts");

/** npm's launcher passes no signals on; the program stands beside it once the launcher has run. */
function denoProgram(): string {
  const unpacked = join(root, "node_modules/deno/deno");
  const launcher = join(root, "node_modules/.bin/deno");
  if (!existsSync(unpacked)) execFileSync(launcher, ["--version"]);
  return existsSync(unpacked) ? unpacked : launcher;
}

/** How each runtime starts the command. */
const programs = {
  node: [process.execPath, join(root, "dist/src/cli/main.js")],
  bun: [join(root, "node_modules/.bin/bun"), source],
  deno: [denoProgram(), "run", "-A", "--no-check", source],
} as const;

/** The runtimes that have the command. */
export type CommandRuntime = keyof typeof programs;

/** What became of a process. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** What a process is given. */
export interface ProcessOptions {
  runtime?: CommandRuntime;
  url?: string;
  stdin?: string;
  /** Leaves standard input open, for the test to write to. */
  keepsInputOpen?: boolean;
  /** Called with all of standard output so far, piece by piece; `stop` sends a signal once: a second one kills. */
  onOutput?(stdout: string, stop: (signal: NodeJS.Signals) => void): void;
}

/** Starts the command; the function gives its process as well, for tests that send signals. */
export function start(args: readonly string[], options: ProcessOptions = {}) {
  const { runtime = "bun", url, stdin = "" } = options;
  const [program, ...before] = programs[runtime];
  const { TDENGINE_URL: _ofTheUser, ...env } = process.env;
  const child = spawn(program, [...before, ...args], {
    cwd: root,
    env: { ...env, NO_COLOR: "1", ...(url !== undefined && { TDENGINE_URL: url }) },
  });
  let [stdout, stderr] = ["", ""];
  const stop = (signal: NodeJS.Signals) => void (child.killed || child.kill(signal));
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    stdout += data;
    options.onOutput?.(stdout, stop);
  });
  child.stderr.setEncoding("utf8").on("data", (data: string) => stderr += data);
  // A command that does not read its input may have ended by now.
  child.stdin.on("error", () => {});
  if (options.keepsInputOpen !== true) child.stdin.end(stdin);
  const ended = new Promise<Outcome>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  );
  return { child, ended };
}

/** Runs the command to its end. */
export function run(args: readonly string[], options: ProcessOptions = {}): Promise<Outcome> {
  return start(args, options).ended;
}
