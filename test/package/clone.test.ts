import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root, run } from "./project.ts";

const clone = join(root, ".cache/package/clone");
const noRust = join(root, ".cache/package/no_rust");

/** What `npm install git+https://…` does: clone, development packages, `npm pack`. */
beforeAll(() => {
  rmSync(clone, { recursive: true, force: true });
  const listing = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const files = run(root, "git", ...listing).split("\0");
  for (const file of files) {
    if (file === "" || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file));
  }
  mkdirSync(noRust, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
}, 120_000);

describe("a clone of the repository", () => {
  it("is built once by npm pack, without Rust", () => {
    for (const program of ["cargo", "rustc", "wasm-pack"]) {
      writeFileSync(join(noRust, program), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    }
    const path = `PATH=${noRust}${delimiter}${process.env["PATH"]}`;
    const output = run(clone, "env", path, "npm", "pack", "--foreground-scripts");
    expect(output.match(/Built dist\//g)).toHaveLength(1);
    const files = run(clone, "tar", "tzf", output.trim().split("\n").at(-1)!);
    expect(files).toContain("package/dist/mod.js\n");
    expect(files).toContain("package/dist/src/codec/generated/codec.wasm\n");
  }, 240_000);
});
