/**
 * Joins the modules that the compiler has written into a few files: an engine that loads files one by one takes longer
 * to find two hundred of them than to run them.
 *
 * @module
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.mjs";

/** Programs of workers: each runs in a thread of its own and shares nothing with the rest. */
const threads = [
  "src/codec/decode_worker.js",
  "src/transports/deno_ffi/worker.js",
  "src/transports/bun_ffi/worker.js",
];

/** They look for their worker beside themselves, so they stay where they are. */
const besideTheirWorker = [
  "src/transports/deno_ffi/transport.js",
  "src/transports/bun_ffi/transport.js",
];

/** The files that users import and run. */
function entries() {
  const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target.default]
  );
  return [...targets, ...Object.values(bin)].map((file) => file.replace(/^(\.\/)?dist\//, ""));
}

/**
 * Joins the modules below a folder in place. Modules that several entries need are written once, into chunks/.
 *
 * @param {string} folder What the compiler has written.
 */
export async function joinModules(folder) {
  // Only a build needs it: a script that asks whether one is due must run without.
  const { build } = await import("esbuild");
  const options = {
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    packages: "external",
    external: ["*.wasm", "*.wasm?module"],
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    logLevel: "warning",
  };
  const inFolder = (files) => files.map((file) => join(folder, file));
  const shared = [...entries().filter((file) => !threads.includes(file)), ...besideTheirWorker];
  const written = [];
  // The threads first: they read what the others overwrite.
  for (const [files, splitting] of [[threads, false], [shared, true]]) {
    const { metafile } = await build({ ...options, entryPoints: inFolder(files), splitting });
    written.push(...Object.keys(metafile.outputs).map((path) => join(process.cwd(), path)));
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    if (name.endsWith(".js") && !written.includes(path)) rmSync(path);
  }
}
