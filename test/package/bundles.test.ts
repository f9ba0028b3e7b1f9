import { build as esbuild, type BuildOptions, type Metafile } from "esbuild";
import { Miniflare } from "miniflare";
import { readFileSync } from "node:fs";
import { build as vite } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { Project, root } from "./project.ts";

let project: Project;

/** What the bundles of these tests print. */
const outcome = "1970-01-01T00:00:00.000Z function";
const use = `import { connect, initCodec } from "tdwire";
const codec = await initCodec();
console.log(codec.formatTimestamp(0n, "ms"), typeof connect);
`;

beforeAll(() => {
  project = Project.install("bundles");
  project.write("use.js", use);
}, 120_000);

/** Bundles for an ESM runtime without Node's modules; fails on a warning. */
async function bundled(entry: string, options: BuildOptions = {}): Promise<Metafile> {
  const { metafile, warnings } = await esbuild({
    absWorkingDir: project.folder,
    entryPoints: [entry],
    outdir: "out",
    bundle: true,
    minify: true,
    format: "esm",
    metafile: true,
    logLevel: "silent",
    ...options,
  });
  expect(warnings).toEqual([]);
  return metafile!;
}

describe("a bundle for browsers", () => {
  it("by esbuild needs no runtime's modules and works", async () => {
    const metafile = await bundled("use.js", { platform: "browser" });
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(project.run("deno", "run", "-A", "out/use.js").trim()).toBe(outcome);
  });

  it("by vite needs no runtime's modules and works", async () => {
    const warnings: unknown[] = [];
    await vite({
      root: project.folder,
      configFile: false,
      logLevel: "silent",
      build: {
        outDir: "out/vite",
        target: "esnext",
        modulePreload: false,
        rolldownOptions: {
          input: project.path("use.js"),
          output: { entryFileNames: "use.js" },
          onwarn: (warning) => void warnings.push(warning),
        },
      },
    });
    expect(warnings).toEqual([]);
    expect(project.run("deno", "run", "-A", "out/vite/use.js").trim()).toBe(outcome);
  });
});

describe("a bundle for workerd", () => {
  const options: BuildOptions = {
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
  };

  async function answerOf(entry: string): Promise<string> {
    const file = project.path(`out/${entry}`);
    const wasm = /"\.\/(codec-\w+\.wasm)"/.exec(readFileSync(file, "utf8"))![1]!;
    const worker = new Miniflare({
      modules: [
        { type: "ESModule", path: "worker.js", contents: readFileSync(file, "utf8") },
        {
          type: "CompiledWasm",
          path: wasm,
          contents: readFileSync(project.path(`out/${wasm}`)),
        },
      ],
      compatibilityDate: "2026-04-01",
    });
    try {
      return await (await worker.dispatchFetch("http://worker/")).text();
    } finally {
      await worker.dispose();
    }
  }

  it.each([["tdwire"], ["tdwire/edge"]])(
    "of %s has the codec as a module and works",
    async (name) => {
      project.write(
        "worker.js",
        `import { connect, initCodec } from "${name}";
export default {
  async fetch() {
    const codec = await initCodec();
    return new Response(\`\${codec.formatTimestamp(0n, "ms")} \${typeof connect}\`);
  },
};
`,
      );
      await bundled("worker.js", options);
      expect(await answerOf("worker.js")).toBe(outcome);
    },
  );

  it("of all that tdwire/edge has leaves out bytes, ws, native code and import()", async () => {
    project.write("all.js", `export * from "tdwire/edge";`);
    const { outputs } = await bundled("all.js", options);
    expect(Object.keys(outputs).map((path) => path.replace(/-\w+/, "")).sort()).toEqual([
      "out/all.js",
      "out/codec.wasm",
    ]);
    const text = readFileSync(project.path("out/all.js"), "utf8");
    expect(text).toContain("binary_query");
    expect(text).not.toMatch(
      /\bimport\(|\brequire\(|node:|bun:|dlopen|taos_connect|\.WebSocketServer/,
    );
    // The first bytes of every module, in base64.
    expect(text).not.toContain("AGFzbQ");
  });
});

describe("a bundle that needs a part", () => {
  it("of the codec alone leaves out transports and everything above them", async () => {
    project.write("codec.js", `export { initCodec } from "tdwire/codec";`);
    await bundled("codec.js");
    const text = readFileSync(project.path("out/codec.js"), "utf8");
    expect(text).toContain("decodeBlock");
    expect(text).not.toMatch(/new WebSocket\(|\bfetch\(|"stmt2_bind"|dlopen/);
  });

  it("of one function of the main entry leaves out the rest", async () => {
    project.write("check.js", `export { isTaosError } from "tdwire";`);
    const { outputs } = await bundled("check.js");
    const [{ bytes }] = Object.values(outputs) as [Metafile["outputs"][string]];
    expect(bytes).toBeLessThan(25_000);
    const text = readFileSync(project.path("out/check.js"), "utf8");
    expect(text).not.toMatch(/WebSocket\(|import\(/);
  });
});

describe("importing the package", () => {
  it("opens no file, no socket and no timer, and leaves no global and no handler", () => {
    project.write("watch.mjs", readFileSync(`${root}/test/package/watch.mjs`, "utf8"));
    expect(JSON.parse(project.run("node", "watch.mjs"))).toEqual([]);
  });
});
