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

/** Optimisation of rustc in the build for speed. */
export const fastLevel = "3";

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
export function buildEnvironment(level) {
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
  ];
  return {
    ...process.env,
    ...(rustc && cargo ? { RUSTC: rustc } : {}),
    PATH: [...packaged, join(cargoHome, "bin"), process.env.PATH].join(delimiter),
    CARGO_TARGET_DIR: targetDir(level),
    CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: flags.join(" "),
  };
}

/** Where rustc puts what it makes at an optimisation level. */
export function targetDir(level) {
  return level === fastLevel ? join(wasmDir, "target") : join(wasmDir, "target", `level-${level}`);
}

/** Optimises a module with the binaryen of the repository. */
export function optimise(flag, input, output) {
  execFileSync(process.execPath, [
    join(rootDir, "node_modules", "binaryen", "bin", "wasm-opt"),
    flag,
    "--strip-debug",
    "--strip-producers",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    input,
    "-o",
    output,
  ]);
}
