/**
 * `npm run dashboard`: the page of examples/dashboard, on the embedded server or on that of TDENGINE_URL.
 *
 *     node .scripts/dashboard.mjs [port]   8080 unless said; 0 = any
 *
 * @module
 */
import { createServer as createHttpServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, isStale } from "./build.mjs";
import { ensure } from "./ensure.mjs";
import { root } from "./run.mjs";

const folder = join(root, "examples/dashboard");
const database = "tdwire_dashboard";

/** The page's files by name: the page itself, and the bundles of its script, its style and its decode worker. */
async function bundle() {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: {
      main: join(folder, "main.ts"),
      style: join(folder, "style.css"),
      decode_worker: "tdwire/decode-worker",
    },
    bundle: true,
    format: "esm",
    splitting: true,
    platform: "browser",
    target: "es2022",
    outdir: "out",
    write: false,
    // The chunks of dist/ import each other for their order; esbuild says nothing of it below node_modules.
    logOverride: { "ignored-bare-import": "silent" },
  });
  const files = new Map([["index.html", await readFile(join(folder, "index.html"))]]);
  for (const { path, contents } of outputFiles) {
    files.set(path.slice(path.lastIndexOf("/") + 1), contents);
  }
  return files;
}

const types = { html: "text/html", js: "text/javascript", css: "text/css" };

/**
 * Serves the page on localhost.
 *
 * @param {{ url: string, port?: number }} options `url`: what the page connects to; it goes to the page only.
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serveDashboard({ url, port = 0 }) {
  const files = await bundle();
  const server = createHttpServer((request, response) => {
    const name = request.url === "/" ? "index.html" : request.url.slice(1);
    if (name === "server.json") {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ url }));
    } else if (files.has(name)) {
      const type = types[name.slice(name.lastIndexOf(".") + 1)];
      response.setHeader("content-type", `${type}; charset=utf-8`).end(files.get(name));
    } else response.writeHead(404).end();
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "localhost", resolve);
  });
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** `url` with a database, before its parameters. */
export function withDatabase(url) {
  const [, scheme, server, rest] = /^(\w[\w+]*:(?:\/\/)?)([^/?]*)[^?]*(.*)$/.exec(url);
  return `${scheme.replace(/:$/, "://")}${server}/${database}${rest}`;
}

async function main() {
  await ensure();
  if (isStale() && !await build()) process.exit(1);
  const load = (path) => import(pathToFileURL(join(root, "dist", path)).href);
  const given = process.env.TDENGINE_URL || undefined;
  const { feed } = await load("examples/dashboard/feed.js");
  const { createServer } = await load("src/devserver/mod.js");
  const url = given ?? (await createServer({ port: 0 })).url;
  const page = await serveDashboard({
    url: withDatabase(url),
    port: Number(process.argv[2] ?? 8080),
  });
  console.log(`The dashboard is at ${page.url} (Ctrl-C ends it)`);
  await feed(url, database);
}

if (process.argv[1] === import.meta.filename) await main();
