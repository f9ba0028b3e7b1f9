/**
 * `npm run devserver:corpus`: replays recorded SQL against the embedded server and prints how much of it is answered
 * like the real server did.
 *
 *     npm run devserver:corpus                       test/golden/sql.json
 *     npm run devserver:corpus -- other.json         another corpus of the same form
 *     npm run devserver:corpus -- --markdown         the counts as a table for a README
 *
 * Exits with 1 when an answer is different.
 *
 * @module
 */
import process from "node:process";
import { createServer } from "../../src/devserver/mod.ts";
import { goldenCorpus, readCorpus, replay } from "./replay.ts";
import { formatMarkdown, formatReport, isPassed } from "./report.ts";

const args = process.argv.slice(2);
const file = args.find((arg) => !arg.startsWith("--")) ?? goldenCorpus;
await using server = await createServer({ port: 0 });
const outcomes = await replay(server.url.replace("ws:", "http:"), readCorpus(file));
console.log(args.includes("--markdown") ? formatMarkdown(outcomes) : formatReport(outcomes));
const passed = outcomes.filter(isPassed).length;
if (!args.includes("--markdown")) {
  console.log(`${passed} passed, ${outcomes.length - passed} failed`);
}
process.exitCode = passed === outcomes.length ? 0 : 1;
