/**
 * Bundles workers and runs them in workerd.
 *
 * @module
 */
import { build, type Plugin } from "esbuild";
import { Miniflare, type MiniflareOptions } from "miniflare";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The cases import the main entry, examples the package: both mean the edge entry here. */
const edgeEntry: Plugin = {
  name: "edge entry",
  setup({ onResolve }) {
    const path = join(root, "src/edge.ts");
    onResolve({ filter: /^(\.\.\/\.\.\/mod\.ts|tdwire|tdwire\/edge)$/ }, () => ({ path }));
  },
};

/** Bundles a worker into .cache/workerd/<name>/ as `worker.js`, with its `.wasm` beside it. */
export async function bundleWorker(
  entry: string,
  name: string,
  plugins: readonly Plugin[] = [],
): Promise<string> {
  const folder = join(root, ".cache/workerd", name);
  await build({
    entryPoints: { worker: join(root, entry) },
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2023",
    external: ["node:*", "cloudflare:*"],
    loader: { ".wasm": "copy" },
    plugins: [...plugins, edgeEntry],
    logLevel: "warning",
  });
  return folder;
}

/** Starts a bundled worker. */
export function startWorker(folder: string, options: Partial<MiniflareOptions> = {}): Miniflare {
  return new Miniflare({
    rootPath: folder,
    scriptPath: join(folder, "worker.js"),
    modules: true,
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"] },
      { type: "CompiledWasm", include: ["**/*.wasm"] },
    ],
    compatibilityDate: "2026-04-01",
    ...options,
  } as MiniflareOptions);
}
