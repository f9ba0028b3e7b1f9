/**
 * `npm run bench`: the measurements of test/bench, each beside a named alternative.
 *
 *     node .scripts/bench.mjs [node|bun]   the runtime to measure; Node unless said
 *
 * @module
 */
import { ensure } from "./ensure.mjs";
import { run } from "./run.mjs";

const scratch = ".cache/bench";

await ensure();
const built = await run(`tsc -p test/bench/tsconfig.json --outDir ${scratch}`, { quiet: true });
const measured = built.ok &&
  (await run(`${process.argv[2] ?? "node"} ${scratch}/test/bench/main.js`)).ok;
process.exitCode = measured ? 0 : 1;
