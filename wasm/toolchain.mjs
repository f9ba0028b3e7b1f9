/**
 * Where the tools are that compile the codec, and the environment they run in.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This folder. */
export const wasmDir = dirname(fileURLToPath(import.meta.url));

/** The repository's root. */
export const rootDir = dirname(wasmDir);

export const target = "wasm32-unknown-unknown";

/** The executable of a Debian package, or undefined when it is not installed. */
function packagedTool(packageName, tool) {
  try {
    const files = execFileSync("dpkg", ["-L", packageName], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return files.split("\n").find((path) => path.endsWith(`/bin/${tool}`));
  } catch {
    return undefined;
  }
}

/** Environment in which `cargo` has the wasm32 library: the distribution's, else whatever is on PATH. */
export function buildEnvironment() {
  return environment(join(wasmDir, "target"), []);
}

/**
 * The same for a crate without the standard library, whose panics are traps without a text. That takes a library
 * compiled in the same way, and switches that only a nightly compiler takes unless it is told to bootstrap; the rest of
 * the command line is {@linkcode coreOptions}.
 *
 * @param level Optimisation of rustc; also names the folder of what it makes.
 */
export function coreEnvironment(level) {
  const panics = ["-Zunstable-options", "-Cpanic=immediate-abort"];
  return {
    ...environment(join(wasmDir, "target", `level-${level}`), panics),
    CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
    RUSTC_BOOTSTRAP: "1",
  };
}

/** Options of `cargo build` in {@linkcode coreEnvironment}. */
export function coreOptions(isSmall) {
  const options = ["--locked", "-Zbuild-std=core,alloc"];
  return isSmall ? [...options, "-Zbuild-std-features=optimize_for_size"] : options;
}

function environment(targetDir, moreFlags) {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const rustc = packagedTool("rustc-web", "rustc");
  const cargo = packagedTool("cargo-web", "cargo");
  const packaged = rustc && cargo ? [dirname(rustc), dirname(cargo)] : [];
  const sysroot = execFileSync(rustc ?? "rustc", ["--print", "sysroot"], { encoding: "utf8" })
    .trim();
  if (!existsSync(join(sysroot, "lib", "rustlib", target, "lib"))) {
    throw new Error(
      `the Rust compiler in ${sysroot} has no ${target} library: run .ci/toolchain.sh`,
    );
  }
  const flags = [
    "-C target-feature=+simd128",
    // Panic messages name source files: without this the bytes depend on where the tree lies.
    `--remap-path-prefix=${cargoHome}=/cargo`,
    `--remap-path-prefix=${wasmDir}=/wasm`,
    ...moreFlags,
  ];
  return {
    ...process.env,
    ...(rustc && cargo ? { RUSTC: rustc } : {}),
    PATH: [...packaged, join(cargoHome, "bin"), process.env.PATH].join(delimiter),
    CARGO_TARGET_DIR: targetDir,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags.join(" "),
  };
}

/** Optimises a module with the binaryen of the repository. */
export function optimise(flags, input, output) {
  execFileSync(process.execPath, [
    join(rootDir, "node_modules", "binaryen", "bin", "wasm-opt"),
    ...flags,
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    input,
    "-o",
    output,
  ]);
}
