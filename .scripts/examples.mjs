/**
 * The programs in examples/, run as they are: in Node from dist/, in Deno and Bun from source. They check their own
 * results. Those that say so run over REST too.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const commands = {
  node: (name) => `node dist/examples/${name}.js`,
  deno: (name) => `deno run -A --no-check examples/${name}.ts`,
  bun: (name) => `bun examples/${name}.ts`,
};
const maxLines = 60;
const atOnce = 4;

/** Runs work for each item, a few at a time. */
async function forEach(items, work) {
  const left = [...items];
  const next = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

function readExamples() {
  return readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts")).map((file) => {
    const text = readFileSync(join(root, "examples", file), "utf8");
    return {
      name: file.slice(0, -3),
      lines: text.trimEnd().split("\n").length,
      overRest: text.includes("Works over WebSocket and REST."),
    };
  });
}

/**
 * Runs all examples on all runtimes.
 *
 * @param {{ TDENGINE_TEST_URL: string }} env Where the server under test listens.
 */
export async function examples({ TDENGINE_TEST_URL: url }) {
  const all = readExamples();
  const counts = { passed: 0, failed: 0 };
  const fail = (what) => {
    counts.failed++;
    console.log(`FAIL ${what}`);
  };
  for (const { name, lines } of all) {
    if (name !== "demo" && lines >= maxLines) fail(`examples/${name}.ts has ${lines} lines`);
  }
  // Each brings the embedded server along, unless a server was named.
  const given = process.env.TDENGINE_TEST_URL;
  const rounds = [
    { list: all, env: given ? { TDENGINE_URL: given } : {} },
    {
      list: all.filter(({ overRest }) => overRest),
      env: { TDENGINE_URL: url.replace(/^\w+:/, (ws) => ws === "wss:" ? "https:" : "http:") },
    },
  ];
  for (const [runtime, commandOf] of Object.entries(commands)) {
    for (const { list, env } of rounds) {
      await forEach(list, async ({ name }) => {
        const command = commandOf(name);
        const { ok } = await run(command, { quiet: true, env });
        if (ok) counts.passed++;
        else fail(`${command} ${env.TDENGINE_URL ?? ""}`);
      });
    }
    console.log(`${runtime}: ${counts.passed} passed, ${counts.failed} failed so far`);
  }
  return counts;
}
