/**
 * The test suites: each runs one command and gives its counts.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { hasProgram, root, run } from "./run.mjs";

const cache = join(root, ".cache");

/** The projects tsc checks; each sees the globals of its runtime only. */
export const projects = [
  "tsconfig.json",
  "src/arrow/tsconfig.json",
  "src/devserver/tsconfig.json",
  "test/tsconfig.json",
  "test/bun/tsconfig.json",
];

/** Sums of a pattern's first group over an output; one failure when the command failed without saying so. */
function counted({ ok, output }, passedPattern, failedPattern) {
  const sum = (pattern) =>
    [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  const failed = sum(failedPattern);
  return { passed: sum(passedPattern), failed: ok ? failed : Math.max(1, failed), output };
}

/** A fresh place for a suite's JUnit report. */
function reportFile(suite) {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `junit-${suite}.xml`);
  rmSync(file, { force: true });
  return file;
}

/** Runs commands that pass or fail as a whole. */
export async function runAll(commands) {
  const counts = { passed: 0, failed: 0, note: "" };
  for (const command of commands) {
    const { ok } = await run(command, { quiet: true });
    counts[ok ? "passed" : "failed"] += 1;
    if (!ok) {
      console.log(`FAIL ${command}`);
      counts.note += `${command}; `;
    }
  }
  return counts;
}

/** Rust, in the release profile: the mutation tests take minutes in the debug one. */
export async function rust() {
  if (!hasProgram("cargo")) {
    console.log("No cargo here: the Rust tests are skipped. The committed codec is used as it is.");
    return { passed: 0, failed: 0, note: "skipped: no cargo" };
  }
  const result = await run("cargo test --release --quiet", {
    cwd: join(root, "wasm"),
    quiet: true,
  });
  return counted(result, /test result:.*? (\d+) passed/g, /test result:.*? (\d+) failed/g);
}

/** One project of test/vitest.config.ts. */
export async function vitest(project, env = {}, flags = []) {
  const report = reportFile(project);
  const file = join(cache, `vitest-${project}.json`);
  const result = await run(
    `vitest run --config test/vitest.config.ts --project ${project} --reporter=default --reporter=json --reporter=junit`,
    { env, args: [`--outputFile.json=${file}`, `--outputFile.junit=${report}`, ...flags] },
  );
  if (!existsSync(file)) return { passed: 0, failed: 1, output: result.output };
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const failed = numFailedTests || (result.ok ? 0 : Math.max(1, numFailedTestSuites));
  return { passed: numPassedTests, failed, output: result.output, reports: [report] };
}

/** The tests in a browser, where there is one. */
export async function chromium(env) {
  // One browser at a time: on a small machine they would run into each other's time limits.
  const result = await vitest("browser", env, ["--no-file-parallelism"]);
  if (!/chromium: skipped/.test(result.output)) return result;
  return { ...result, isSkipped: true, note: "skipped: no Chromium" };
}

/** Deno's tests below test/deno. */
export async function deno(env) {
  const report = reportFile("deno");
  const args = [`--junit-path=${report}`];
  const result = await run("deno test -A --no-check test/deno", { env, args });
  const counts = counted(
    result,
    /^(?:ok|FAILED) \| (\d+) passed/gm,
    /^(?:ok|FAILED) \| .*?(\d+) failed/gm,
  );
  return { ...counts, reports: [report] };
}

/** Bun's tests below test/bun, each file in a process of its own: libtaos is loaded once a process. */
export async function bun(env) {
  const total = { passed: 0, failed: 0, output: "", reports: [] };
  for (
    const name of readdirSync(join(root, "test/bun")).filter((name) => name.endsWith(".test.ts"))
  ) {
    const report = reportFile(`bun-${name}`);
    const args = ["--reporter=junit", `--reporter-outfile=${report}`];
    const result = await run(`bun test --timeout 60000 ./test/bun/${name}`, { env, args });
    const { passed, failed, output } = counted(result, /^ *(\d+) pass$/gm, /^ *(\d+) fail$/gm);
    total.passed += passed;
    total.failed += failed;
    total.output += output;
    total.reports.push(report);
  }
  return total;
}

/** The examples in doc comments of the published modules, and those of README.md. */
export async function docs(env) {
  const files = ["mod.ts", "src", "README.md"].filter((file) => existsSync(join(root, file)));
  const command = `deno test -A --doc --preload=.scripts/doc_preload.mjs ${files.join(" ")}`;
  const result = await run(command, { env, quiet: true });
  return counted(result, /^(?:ok|FAILED) \| (\d+) passed/gm, /^(?:ok|FAILED) \| .*?(\d+) failed/gm);
}

/** How many cases of a kind a runtime's runners say they run and leave out; NaN when they say nothing. */
export function casesIn({ output }, kind) {
  const told = new RegExp(`^${kind}: (\\d+) cases on \\w+(?:, (\\d+) left out)?`, "m").exec(output);
  return { ran: Number(told?.[1] ?? Number.NaN), left: Number(told?.[2] ?? 0) };
}

/**
 * Starts the embedded server in a process of its own, unless TDENGINE_TEST_URL names a server.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>} Where it listens.
 */
export async function serverUnderTest() {
  const url = process.env.TDENGINE_TEST_URL;
  if (url) return { url, close: () => Promise.resolve() };
  const child = spawn(process.execPath, [join(root, ".scripts/dev_server.mjs")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const firstLine = new Promise((resolve) => createInterface(child.stdout).once("line", resolve));
  const line = await Promise.race([firstLine, ended]);
  if (typeof line !== "string") throw new Error("the embedded server did not start");
  return {
    url: line,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
