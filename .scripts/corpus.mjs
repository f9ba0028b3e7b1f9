/**
 * `npm run devserver:corpus`: how much of the recorded SQL the embedded server answers like the real one (test/corpus).
 *
 * @module
 */
import { ensure } from "./ensure.mjs";
import { run } from "./run.mjs";

await ensure();
const { ok } = await run("bun test/corpus/main.ts", { args: process.argv.slice(2) });
process.exitCode = ok ? 0 : 1;
