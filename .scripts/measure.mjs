/**
 * `npm run devserver:measure`: the embedded server in figures (test/bench/devserver_main.ts).
 *
 *     npm run devserver:measure             5,000,000 rows
 *     npm run devserver:measure -- 100000   another number
 *
 * @module
 */
import { ensure } from "./ensure.mjs";
import { run } from "./run.mjs";

const scratch = ".cache/bench";

await ensure();
const built = await run(`tsc -p test/bench/tsconfig.json --outDir ${scratch}`, { quiet: true });
const measured = built.ok &&
  (await run(`node ${scratch}/test/bench/devserver_main.js`, { args: process.argv.slice(2) })).ok;
process.exitCode = measured ? 0 : 1;
