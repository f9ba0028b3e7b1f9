import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startInBackground } from "./background.ts";
import { Project, root } from "./project.ts";

let server: Awaited<ReturnType<typeof startInBackground>>;
let project: Project;
let snippets: string[];

/** The README's first programs as they stand; only the port is that of the server of these tests. */
beforeAll(async () => {
  server = await startInBackground(".scripts/dev_server.mjs");
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const section = /\n## First program\n([^]*?)\n## /.exec(readme)![1]!;
  snippets = [...section.matchAll(/\n```[jt]s.*\n([^]*?)```/g)].map(([, code]) =>
    code!.replaceAll(":6041", `:${new URL(server.url).port}`)
  );
  project = Project.install("readme");
}, 120_000);

afterAll(() => server.end());

const version = /version.*\d+\.\d+\.\d+/;

describe("the README's first program", () => {
  it("is there for four kinds of runtime", () => {
    expect(snippets).toHaveLength(4);
  });

  it("runs in Node", () => {
    project.write("first.mjs", snippets[0]!);
    expect(project.run("node", "first.mjs")).toMatch(version);
  });

  it.each([["deno", ["run", "-A"]], ["bun", []]])("runs in %s", (runtime, args) => {
    project.write("first.ts", snippets[1]!);
    expect(project.run(runtime, ...args, "first.ts")).toMatch(version);
  });

  it("runs as a bundle for browsers", async () => {
    project.write("browser.js", snippets[2]!);
    await bundle("browser.js", { platform: "browser" });
    // What the program uses of a page.
    const page = "globalThis.document = { body: { append: (text) => console.log(text) } };";
    project.write("page.js", `${page}\nawait import("./out/browser.js");\nDeno.exit(0);\n`);
    expect(project.run("deno", "run", "-A", "--location=http://localhost/", "page.js"))
      .toMatch(version);
  });

  it("runs in an edge worker", async () => {
    project.write("worker.js", snippets[3]!);
    await bundle("worker.js", { conditions: ["workerd"], loader: { ".wasm": "copy" } });
    const worker = new Miniflare({
      rootPath: project.path("out"),
      scriptPath: project.path("out/worker.js"),
      modules: true,
      modulesRules: [
        { type: "ESModule", include: ["**/*.js"] },
        { type: "CompiledWasm", include: ["**/*.wasm"] },
      ],
      compatibilityDate: "2026-04-01",
    });
    try {
      for (let i = 0; i < 3; i++) {
        const response = await worker.dispatchFetch("http://worker/");
        expect(await response.text()).toMatch(version);
      }
    } finally {
      await worker.dispose();
    }
  });
});

async function bundle(entry: string, options: Parameters<typeof build>[0]): Promise<void> {
  await build({
    absWorkingDir: project.folder,
    entryPoints: [entry],
    outdir: "out",
    bundle: true,
    format: "esm",
    logLevel: "silent",
    ...options,
  });
}
