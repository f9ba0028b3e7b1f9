/**
 * `npm start`: installs and builds what is missing, then runs the demo.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, isStale } from "./build.mjs";
import { ensure } from "./ensure.mjs";
import { root } from "./run.mjs";

await ensure();
if (isStale()) {
  console.log("Building …");
  if (!await build()) process.exit(1);
}
await import(pathToFileURL(join(root, "dist/examples/demo.js")).href);
