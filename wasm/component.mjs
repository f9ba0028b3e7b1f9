/**
 * Builds the component: the crate as a core module, the component around it, and jco's JavaScript for it.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildEnvironment, optimise, rootDir, target, wasmDir } from "./toolchain.mjs";

const jco = join(rootDir, "node_modules", "@bytecodealliance", "jco", "dist", "jco.js");

/** The component's bytes, and the core module and the glue (a module that exports `instantiate`) that jco makes of it. */
export function compileComponent() {
  const scratch = mkdtempSync(join(tmpdir(), "tdwire-component-"));
  const inScratch = (name) => join(scratch, name);
  const runJco = (...args) =>
    execFileSync(process.execPath, [jco, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  try {
    const crate = ["--package", "tdwire-codec-component"];
    execFileSync("cargo", ["build", "--release", "--locked", "--target", target, ...crate], {
      cwd: wasmDir,
      stdio: "inherit",
      env: buildEnvironment(),
    });
    const core = join(wasmDir, "target", target, "release", "tdwire_codec_component.wasm");
    optimise(["-O3"], core, inScratch("core.wasm"));
    runJco("new", inScratch("core.wasm"), "-o", inScratch("component.wasm"));
    const form = [
      "--instantiation",
      "async",
      "--no-nodejs-compat",
      "--no-component-error-wrapping",
    ];
    const names = ["--name", "codec", "--minify", "-o", scratch];
    runJco("transpile", inScratch("component.wasm"), ...form, ...names);
    const component = readFileSync(inScratch("component.wasm"));
    console.log(`component: ${component.length} bytes`);
    return {
      component,
      core: readFileSync(inScratch("codec.core.wasm")),
      glue: typed(readFileSync(inScratch("codec.js"), "utf8")),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Gives the one export the types that JSR asks for (its instances are typed by src/component/types.ts). Takes out the
 * reading of the environment, which a library does not do, and the fetching of a module that the caller always brings:
 * of its `new URL(…, import.meta.url)` Vite's development server would make an import of the whole folder.
 */
function typed(glue) {
  const head =
    /\bexport function instantiate\((\w+),\s*(\w+),\s*(\w+)\s*=\s*WebAssembly\.instantiate\)/;
  const environment = "globalThis?.process?.env?.JCO_DEBUG";
  const fetching = /\bgetCoreModule\|\|\(getCoreModule=\w+=>fetchCompile\(new URL\([^)]*\)\)\);/;
  if (!head.test(glue) || !fetching.test(glue) || !glue.includes(environment)) {
    throw new Error("jco's glue has another shape: instantiate or its debug switch was not found");
  }
  const types = "$1: () => WebAssembly.Module, $2: object, $3: unknown = WebAssembly.instantiate";
  return glue.replace(head, `export function instantiate(${types}): unknown`)
    .replace(fetching, "")
    .replaceAll(environment, "false");
}
