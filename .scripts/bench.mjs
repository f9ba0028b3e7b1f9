/**
 * `npm run bench`: the measurements of test/bench, each beside a named alternative.
 *
 *     node .scripts/bench.mjs [node|bun|deno]   the runtime to measure; Node unless said
 *
 * Deno runs those of the native transport only, which Node does not have.
 *
 * @module
 */
import { ensure } from "./ensure.mjs";
import { run } from "./run.mjs";
import { serverUnderTest } from "./suites.mjs";

const scratch = ".cache/bench";
const main = `${scratch}/test/bench/main.js`;
const native = "test/bench/native_main.ts";
const commands = {
  node: [`node ${main}`, "node test/bench/startup.mjs"],
  bun: [`bun ${main}`, `bun ${native}`],
  deno: [`deno run -A --no-check ${native}`],
};

await ensure();
let { ok } = await run(`tsc -p test/bench/tsconfig.json --outDir ${scratch}`, { quiet: true });
for (const command of commands[process.argv[2] ?? "node"]) {
  const server = command.endsWith(native) ? await serverUnderTest() : undefined;
  const env = server && { TDENGINE_TEST_URL: server.url };
  ok &&= (await run(command, { env })).ok;
  await server?.close();
}
process.exitCode = ok ? 0 : 1;
