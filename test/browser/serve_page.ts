/**
 * A page with one bundled script, on localhost.
 *
 * @module
 */
import { build, type Plugin } from "esbuild";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const folder = import.meta.dirname;

/** What the cases' runner takes from Node, as a page has it. */
const nodeModules: Plugin = {
  name: "node modules",
  setup({ onResolve }) {
    const local = (name: string) => () => ({ path: join(folder, name) });
    onResolve({ filter: /^node:assert\/strict$/ }, local("strict_assert.ts"));
    onResolve({ filter: /^node:process$/ }, local("page_process.ts"));
    onResolve({ filter: /^node:util$/ }, local("page_inspect.ts"));
  },
};

/** Bundles a script of this folder and serves it in an empty page; `env` is its `process.env`. */
export async function servePage(
  script: string,
  env: Readonly<Record<string, string>>,
  plugins: readonly Plugin[] = [],
): Promise<{ url: string } & AsyncDisposable> {
  const { outputFiles } = await build({
    entryPoints: { page: join(folder, script) },
    outdir: folder,
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    external: ["ws", "node:*"],
    define: {
      testEnvironment: JSON.stringify(env),
      "process.env": "{}",
      "process.stderr": "undefined",
      global: "globalThis",
    },
    plugins: [...plugins, nodeModules],
    logLevel: "warning",
  });
  const files = new Map(
    outputFiles.map(({ path, contents }) => [path.slice(folder.length), contents]),
  );
  const server = createServer(({ url = "/" }, response) => {
    const file = files.get(url);
    if (file !== undefined) response.setHeader("content-type", "text/javascript").end(file);
    else {
      const page =
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
      response.setHeader("content-type", "text/html").end(page);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve).closeAllConnections());
    },
  };
}
