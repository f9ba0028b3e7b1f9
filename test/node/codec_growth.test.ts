import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const program = join(root, ".cache/codec/growth.mjs");
const bin = (name: string) => join(root, "node_modules/.bin", name);

beforeAll(async () => {
  await build({
    entryPoints: [join(root, "test/codec/growth.ts")],
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "warning",
  });
});

// The blocks have 400 MB together, and their columns as much again.
it.each([
  ["node", process.execPath, []],
  ["deno", bin("deno"), ["run", "-A"]],
  ["bun", bin("bun"), []],
])("a process of %s that decodes 10,000 blocks does not grow", (_, command, args) => {
  const output = execFileSync(command, [...args, program], { encoding: "utf8" });
  expect(Number(output.split(" ")[0])).toBeLessThan(20e6);
});
