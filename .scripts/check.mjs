/**
 * `npm run check`: the one gate for form. Ends with `N passed, N failed`.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, isStale } from "./build.mjs";
import { ensure } from "./ensure.mjs";
import { hasProgram, report, root, run } from "./run.mjs";
import { projects } from "./suites.mjs";

const entries = Object.values(JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).exports)
  .join(" ");
const isThere = (path) => existsSync(join(root, path));

const steps = {
  "format": "deno fmt --check",
  "lint": "deno lint",
  ...Object.fromEntries(
    projects.map((project) => [`types: ${project}`, `tsc --noEmit -p ${project}`]),
  ),
  "types: deno": `deno check ${entries} test/deno`,
  "documentation": `deno doc --lint ${entries}`,
  "documentation: tags": "node .scripts/check_docs.mjs",
  "publish to JSR": "deno publish --dry-run --allow-dirty",
  "publish to npm": "npm pack --dry-run --ignore-scripts",
  "generated codec": "node wasm/build.mjs --check",
  "size at the edge": "node .scripts/check_size.mjs",
  "imports, exports": "vitest run --config test/vitest.config.ts --project unit boundaries exports",
};
if (isThere("examples/demo.ts")) {
  steps["types: examples"] = "tsc --noEmit -p examples/tsconfig.json";
  steps["types: dashboard"] = "tsc --noEmit -p examples/dashboard/tsconfig.json";
}
if (hasProgram("cargo")) {
  steps["format: Rust"] = "cargo fmt --all --check --manifest-path wasm/Cargo.toml";
  steps["lint: Rust"] =
    "cargo clippy --quiet --all-targets --manifest-path wasm/Cargo.toml -- -D warnings";
}

await ensure();
if (isStale() && !await build()) {
  report([{ name: "build", passed: 0, failed: 1, seconds: 0 }]);
  process.exit(1);
}
const rows = [];
for (const [name, command] of Object.entries(steps)) {
  const startedMs = performance.now();
  const { ok, stdout } = await run(command, { quiet: true });
  if (!ok) console.log(`FAIL ${name}: ${command}\n`);
  else if (name.startsWith("size")) console.log(stdout.trimEnd());
  rows.push({
    name,
    passed: ok ? 1 : 0,
    failed: ok ? 0 : 1,
    seconds: (performance.now() - startedMs) / 1000,
  });
}
report(rows);
