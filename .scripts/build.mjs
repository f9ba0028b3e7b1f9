/**
 * Compiles mod.ts, src/ and examples/ to dist/.
 *
 *     node .scripts/build.mjs                 build
 *     node .scripts/build.mjs --if-possible   build if that and the compilers are installed (`prepare` of npm)
 *     node .scripts/build.mjs --if-stale      build if a source is younger than dist/
 *
 * @module
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { joinModules } from "./join_modules.mjs";
import { newest, root, run } from "./run.mjs";

const sources = ["mod.ts", "src", "examples", "package.json", "tsconfig.json", "package-lock.json"];

/** Whether a source is younger than the last build. */
export function isStale() {
  return newest(sources) > newest(["dist/.built"]);
}

/**
 * Builds into a folder of its own and puts it in the place of dist/ at the end, so that a failed build leaves the last
 * one alone.
 *
 * @returns {Promise<boolean>} Whether it succeeded.
 */
export async function build() {
  const startedMs = Date.now();
  const scratch = join(".cache", `dist-${process.pid}`);
  const target = join(root, scratch);
  mkdirSync(target, { recursive: true });
  try {
    for (
      const project of ["tsconfig.json", "src/arrow/tsconfig.json", "src/devserver/tsconfig.json"]
    ) {
      const { ok } = await run(`tsc -p ${project} --outDir ${scratch}`, { quiet: true });
      if (!ok) return false;
    }
    await joinModules(target);
    nameAsOnNpm(target);
    for (
      const module of ["src/codec/generated/codec.wasm", "src/component/generated/component.wasm"]
    ) {
      copyFileSync(join(root, module), join(target, module));
    }
    const command = join(target, "src/cli/main.js");
    if (existsSync(command)) chmodSync(command, 0o755);
    rmSync(join(root, "dist"), { recursive: true, force: true });
    renameSync(target, join(root, "dist"));
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  if (!await buildExamples(scratch)) return false;
  writeFileSync(join(root, "dist", ".built"), "");
  console.log(`Built dist/ in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  return true;
}

/** Examples in documentation import the package by its name on JSR, which users of npm do not have. */
function nameAsOnNpm(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(name)) continue;
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    const named = text.replaceAll('from "@tdwire/client', 'from "tdwire');
    if (named !== text) writeFileSync(path, named);
  }
}

/**
 * Examples import the package by its name, so dist/ must be in place. Written straight into it they would bring the
 * package's modules along, one by one.
 */
async function buildExamples(scratch) {
  if (!existsSync(join(root, "examples", "demo.ts"))) return true;
  const { ok } = await run(`tsc -p examples/tsconfig.json --outDir ${scratch}`, { quiet: true });
  if (ok) renameSync(join(root, scratch, "examples"), join(root, "dist", "examples"));
  rmSync(join(root, scratch), { recursive: true, force: true });
  return ok;
}

if (process.argv[1] === import.meta.filename) {
  const flag = process.argv[2];
  const hasCompiler = ["typescript", "esbuild"].every((name) =>
    existsSync(join(root, "node_modules", name))
  );
  if (flag === "--if-possible" && !hasCompiler) {
    console.log("No compilers here: nothing is built.");
  } else if (flag === undefined || isStale()) process.exitCode = await build() ? 0 : 1;
}
